//! Both kinds of spans of stages.
//!
//! A test uses [`settings`] or [`stage_spans`], and a test next to it runs it again with
//! [`again_with_records`].

use std::{env, process::Command};

use glyph_runtime::trace::{StageSpans, TraceSettings};

use crate::{children::Process, environment};

/// The environment variable of a process whose stages are records.
pub(crate) const RECORDS: &str = "GLYPH_TEST_RECORDS";

/// Whether the stages of this process are records.
#[must_use]
pub fn are_records() -> bool {
    env::var_os(RECORDS).is_some()
}

/// Returns the kind of this process.
#[must_use]
pub fn stage_spans() -> StageSpans {
    if are_records() {
        StageSpans::Records
    } else {
        StageSpans::Tracing
    }
}

/// Returns settings with the kind of this process.
#[must_use]
pub fn settings(service: &str) -> TraceSettings {
    let mut settings = TraceSettings::new(service);
    settings.stages = stage_spans();
    settings
}

/// Runs the tests whose paths contain one of `filters` once more, with records.
///
/// # Panics
///
/// Panics if one of them fails, if there are fewer than `least`, or if they take longer than
/// [`wait::LONG`](crate::wait::LONG).
#[track_caller]
pub fn again_with_records(filters: &[&str], least: usize) {
    if are_records() {
        return;
    }
    let mut command = Command::new(env::current_exe().unwrap());
    environment::clean(&mut command)
        .env(RECORDS, "1")
        .args(filters);
    let ended = Process::start(&mut command).end("the tests with records");
    let passed = ended
        .output
        .split_once("test result: ok. ")
        .and_then(|(_, rest)| rest.split(' ').next()?.parse::<usize>().ok());
    assert!(
        ended.status.success() && passed >= Some(least),
        "with records: {}\n{}\n{}",
        ended.status,
        ended.output,
        ended.errors
    );
}
