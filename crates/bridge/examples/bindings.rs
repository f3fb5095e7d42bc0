//! Prints the window's types: `cargo xtask bindings` writes them to `ui/src/bridge/generated.ts`.

use std::io::{self, Write as _};

fn main() -> io::Result<()> {
    io::stdout().write_all(relecture_bridge::typescript().as_bytes())
}
