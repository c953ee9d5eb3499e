//! The Python interpreter of another SDK.

use std::path::{Path, PathBuf};

/// The interpreter that `.ci/run` installs, unless this variable names another.
const VARIABLE: &str = "GLYPH_OTEL_PYTHON";

/// Returns an interpreter that has `opentelemetry-sdk`.
#[must_use]
pub fn otel_python() -> PathBuf {
    if let Some(path) = std::env::var_os(VARIABLE) {
        return path.into();
    }
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/rotel/bin/python3");
    if own.exists() { own } else { "python3".into() }
}
