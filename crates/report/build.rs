//! The fonts of a report come with the window's packages: says in one sentence how to get them.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let lock = "../../ui/package-lock.json";
    println!("cargo::rerun-if-changed={lock}");
    for package in ["source-serif", "source-sans", "source-code-pro"] {
        let folder = Path::new("../../ui/node_modules").join(package);
        println!("cargo::rerun-if-changed={}", folder.display());
        if !folder.join("OTF").is_dir() {
            println!(
                "cargo::error=the fonts of the report are missing ({package}): run `cargo xtask setup`"
            );
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
