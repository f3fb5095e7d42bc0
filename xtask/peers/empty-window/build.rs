//! Tauri's own build step, nothing else.

fn main() {
    tauri_build::build();
}
