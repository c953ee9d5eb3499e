//! The lines of one installed program, under the variables that decide what is sampled.

use std::{env, process::Command};

use glyph_runtime::{Telemetry, log::Output, wait::WaitMetrics};
use glyph_tests::{children::Process, environment};
use serde_json::Value;

use super::{fields, program};
use crate::capture::AMPLE;

/// Set in a process that is the program.
const IS_PROGRAM: &str = "GLYPH_TEST_IS_PROGRAM";
const TEST: &str = "unsampled::environment::variables_of_sampling_change_no_line";

/// The program: installs everything by the variables of the process, and logs to standard error.
fn program() {
    let telemetry = Telemetry::builder("unsampled")
        .catalog(program::Metrics::global())
        .catalog(WaitMetrics::global())
        .log(|log| {
            log.output = Output::Stderr;
            // OpenTelemetry's own events depend on the features that other crates enable.
            "info,opentelemetry=off".clone_into(&mut log.filter);
        })
        .without_listener()
        .without_facade()
        .install()
        .unwrap();
    program::run();
    telemetry.log().unwrap().flush(AMPLE).unwrap();
}

/// Returns the lines of the program in a process with these variables, in a fixed order.
fn lines_under(variables: &[(&str, &str)]) -> Vec<Value> {
    let mut command = Command::new(env::current_exe().unwrap());
    environment::clean(&mut command)
        .env(IS_PROGRAM, "true")
        .envs(variables.iter().copied())
        .args(["--exact", TEST, "--nocapture"]);
    let ended = Process::start(&mut command).end(TEST);
    assert!(ended.status.success(), "{}", ended.errors);
    let lines = ended.errors.lines();
    let lines = lines.filter_map(|line| serde_json::from_str(line).ok());
    let mut lines: Vec<Value> = lines.collect();
    lines.sort_by_cached_key(|line| Value::from(fields(line.clone())).to_string());
    lines
}

#[test]
fn variables_of_sampling_change_no_line() {
    if env::var_os(IS_PROGRAM).is_some() {
        return program();
    }
    let expected = lines_under(&[("OTEL_SDK_DISABLED", "true")]);
    assert!(expected.len() > 25, "{expected:?}");
    for variables in [
        &[("OTEL_TRACES_SAMPLER", "parentbased_always_on")][..],
        &[("OTEL_TRACES_SAMPLER", "parentbased_always_off")],
        &[
            ("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"),
            ("OTEL_TRACES_SAMPLER_ARG", "0.01"),
        ],
    ] {
        let lines = lines_under(variables);
        let outside = lines.iter().filter(|line| line["trace_id"].is_null());
        assert_eq!(outside.count(), 0, "{variables:?}: a line without a trace");
        super::assert_same(lines, expected.clone(), &format!("{variables:?}"));
    }
}
