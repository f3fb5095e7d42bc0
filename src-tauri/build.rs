//! Tauri's build step: the access control list comes from `src-tauri/{capabilities,permissions}`, hand-written like a policy.

use std::process::ExitCode;

use tauri_build::{AppManifest, Attributes};

fn main() -> ExitCode {
    for watched in ["src-tauri/capabilities", "src-tauri/permissions", "ui/dist"] {
        println!("cargo:rerun-if-changed={watched}");
    }
    let attributes = Attributes::new()
        .capabilities_path_pattern("./src-tauri/capabilities/**/*")
        .app_manifest(AppManifest::new().permissions_path_pattern("./src-tauri/permissions/**/*"));
    match tauri_build::try_build(attributes) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("cargo:warning={error:#}");
            ExitCode::FAILURE
        }
    }
}
