//! Prints the `OpenAPI` description, for `cargo xtask openapi`.

use std::io::Write;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    std::io::stdout().write_all(relecture_platform_api::openapi_json()?.as_bytes())?;
    Ok(())
}
