//! Environments without the variables of the terminal that the tests are started from.
//!
//! A developer's terminal may set `OTEL_*`, `RUST_LOG`, `RUST_BACKTRACE` or `NO_COLOR`, all of which change what a
//! program does. No test may pass or fail because of them.

use std::{env, process::Command};

use glyph_runtime::{Telemetry, TelemetryBuilder};

/// What a process needs to run at all, and what `.ci/run` says to the tests.
const KEPT: [&str; 10] = [
    "PATH",
    "HOME",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
    "SystemRoot",
    "TEMP",
    "LLVM_PROFILE_FILE",
    "GLYPH_ROTEL",
    "GLYPH_OTEL_PYTHON",
];

/// Takes every variable from the process that `command` starts, except those it cannot do without.
///
/// Call it before the command's own `env`.
pub fn clean(command: &mut Command) -> &mut Command {
    let kept = KEPT
        .iter()
        .filter_map(|name| Some((name, env::var_os(name)?)));
    command.env_clear().envs(kept)
}

/// Returns a builder to which no variable is set.
pub fn telemetry(service: impl Into<String>) -> TelemetryBuilder {
    Telemetry::builder(service).env_lookup(|_| None)
}
