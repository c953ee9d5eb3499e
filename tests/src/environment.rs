//! Environments without the variables of the terminal that runs the tests.
//!
//! A developer's terminal may set `OTEL_*`, `RUST_LOG`, `RUST_BACKTRACE` or `NO_COLOR`, all of
//! which change the behavior of a program. No test may pass or fail because of them.

use std::{env, process::Command};

use glyph_runtime::{Telemetry, TelemetryBuilder};

use crate::kinds::RECORDS;

/// The variables that a process needs to run, and those that `.ci/run` sets for the tests.
const KEPT: [&str; 11] = [
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
    RECORDS,
];

/// Removes every variable from the environment of `command`, except those that it needs to run.
///
/// Call it before the command's own `env`.
pub fn clean(command: &mut Command) -> &mut Command {
    let kept = KEPT
        .iter()
        .filter_map(|name| Some((name, env::var_os(name)?)));
    command.env_clear().envs(kept)
}

/// Does what [`clean`] does, for a program that serves its console: on a free port, which no other test
/// has.
pub fn clean_with_console(command: &mut Command) -> &mut Command {
    clean(command)
        .env("OTEL_EXPORTER_PROMETHEUS_PORT", "0")
        .env("GLYPH_CONSOLE", "true")
}

/// Returns a builder that sees no environment variable and exposes no metrics of the process, which
/// change by themselves.
pub fn telemetry(service: impl Into<String>) -> TelemetryBuilder {
    Telemetry::builder(service)
        .env_lookup(|_| None)
        .without_process()
}
