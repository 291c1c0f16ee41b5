//! Writes `openapi.json` and `admin-openapi.json` anew: `cargo run --example openapi`.

use std::fs;

use vchatcloud_mock::openapi;

fn main() -> std::io::Result<()> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::write(root.join("openapi.json"), openapi::contract())?;
    fs::write(root.join("admin-openapi.json"), openapi::control_plane())
}
