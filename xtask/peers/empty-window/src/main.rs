//! The least a Tauri 2 program can be: what `cargo xtask bench` measures the application's start against.

fn main() -> Result<(), tauri::Error> {
    tauri::Builder::default().run(tauri::generate_context!())
}
