//! The Python interpreters of another SDK, and of a validator of JSON schemas.

use std::path::{Path, PathBuf};

/// The interpreter that `.ci/run` installs, unless this variable names another.
const VARIABLE: &str = "GLYPH_OTEL_PYTHON";

/// The interpreter with the packages that `kubernetes-validate` needs.
const SCHEMA_VARIABLE: &str = "GLYPH_SCHEMA_PYTHON";

/// Returns an interpreter that has `jsonschema`.
#[must_use]
pub fn schema_python() -> PathBuf {
    interpreter(SCHEMA_VARIABLE, "kubernetes-validate")
}

/// Returns an interpreter that has `opentelemetry-sdk`.
#[must_use]
pub fn otel_python() -> PathBuf {
    interpreter(VARIABLE, "rotel")
}

/// Returns the interpreter that a variable names, else that of a virtual environment of `.ci/run`.
fn interpreter(variable: &str, environment: &str) -> PathBuf {
    if let Some(path) = std::env::var_os(variable) {
        return path.into();
    }
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    let own = target.join(environment).join("bin/python3");
    if own.exists() { own } else { "python3".into() }
}
