//! Errors that are recorded as values.

use std::{backtrace::Backtrace, error::Error, fmt, io};

use glyph_runtime::{
    instrument_stage,
    log::{LogSettings, REDACTED, Redaction},
};
use tracing::{error, info, info_span};

use crate::{
    capture::{line_of, lines_of},
    unsampled::program::stage,
};

#[derive(Debug)]
struct NotStored {
    cause: io::Error,
    backtrace: Backtrace,
}

impl fmt::Display for NotStored {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not stored")
    }
}

impl Error for NotStored {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.cause)
    }
}

fn failure() -> NotStored {
    NotStored {
        cause: io::Error::new(io::ErrorKind::StorageFull, "disk full"),
        backtrace: Backtrace::force_capture(),
    }
}

#[test]
fn error_has_its_causes_and_its_type_in_separate_fields() {
    let failure = failure();
    for line in [
        line_of(|| error!(error = &failure as &dyn Error, "failed")),
        line_of(|| error!(err = &failure as &dyn Error, "failed")),
        line_of(|| {
            let _job = info_span!("job", error = &failure as &dyn Error).entered();
            info!("failed");
        }),
    ] {
        assert_eq!(line["error.message"], "not stored: disk full");
        assert_eq!(line["error.type"], "NotStored");
        for absent in ["error", "err", "exception.stacktrace"] {
            assert_eq!(line.get(absent), None, "{line}");
        }
    }
    let line = line_of(|| error!(error = &failure.cause as &dyn Error, "failed"));
    assert_eq!(line["error.type"], "StorageFull");
}

#[test]
fn error_type_of_the_program_is_kept() {
    let failure = failure();
    let line = line_of(|| {
        error!(
            error = &failure as &dyn Error,
            error.r#type = "disk",
            "failed"
        );
    });
    assert_eq!(line["error.type"], "disk");
    assert_eq!(line["error.message"], "not stored: disk full");
}

#[test]
fn error_of_an_event_without_a_message_has_the_same_fields() {
    #[tracing::instrument(err)]
    fn traced() -> Result<(), NotStored> {
        Err(failure())
    }
    let line = line_of(|| drop(traced()));
    assert_eq!(line["error.message"], "not stored");
    assert_eq!(line.get("error"), None, "{line}");
}

#[test]
fn number_of_errors_is_not_the_text_of_an_error() {
    for line in [
        line_of(|| info!(requests = 10, error = 2)),
        line_of(|| info!(requests = 10, error = 2_i128)),
    ] {
        assert_eq!(line["error"], 2);
        assert_eq!(line.get("error.message"), None, "{line}");
    }
    let line = line_of(|| info!(error = true));
    assert_eq!(line["error"], true);
    let line = line_of(|| info!(error = 0.5));
    assert_eq!(line["error"], 0.5);
    let line = line_of(|| info!(error = "refused"));
    assert_eq!(line["error.message"], "refused");
}

#[test]
fn error_of_a_stage_has_its_causes_and_the_type_of_the_span() {
    #[instrument_stage(stage::step, err = event)]
    fn step() -> Result<(), NotStored> {
        Err(failure())
    }
    #[instrument_stage(stage::step, err = event(debug, level = warn))]
    fn shown() -> Result<(), String> {
        Err("not stored".to_owned())
    }
    let line = line_of(|| drop(step()));
    assert_eq!(line["error.message"], "not stored: disk full");
    assert_eq!(line["error.type"], std::any::type_name::<NotStored>());
    assert_eq!(line.get("error"), None, "{line}");
    let line = line_of(|| drop(shown()));
    assert_eq!(line["error.message"], "\"not stored\"");
    assert_eq!(line["level"], "WARN");
    let settings = LogSettings {
        redaction: Redaction::none().with("error"),
        ..LogSettings::default()
    };
    let line = &lines_of(settings, || drop(step()))[0];
    assert_eq!(line["error"], REDACTED);
    assert!(!line.to_string().contains("disk"), "{line}");
}

/// A value whose `Debug` fails after its first word.
struct Broken;

impl fmt::Debug for Broken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("half ")?;
        Err(fmt::Error)
    }
}

#[test]
fn value_that_cannot_be_formatted_keeps_its_line() {
    let line = line_of(|| {
        let _job = info_span!("job", broken = ?Broken, after = 1).entered();
        info!(event = ?Broken, "done");
    });
    assert_eq!(line["message"], "done");
    assert_eq!(line["event"], "half ");
    assert_eq!(line["broken"], "half ");
    assert_eq!(line["after"], 1);
}

#[test]
fn two_errors_of_one_event_are_both_in_the_line() {
    let failure = failure();
    let error = &failure as &dyn Error;
    let cause = &failure.cause as &dyn Error;
    for line in [
        line_of(|| error!(error, err = cause, "failed")),
        line_of(|| error!(err = cause, error, "failed")),
    ] {
        assert_eq!(line["error.message"], "not stored: disk full");
        assert_eq!(line["error.type"], "NotStored");
        assert_eq!(line["err"], "disk full");
    }
}

#[test]
fn error_message_of_the_program_is_kept() {
    let failure = failure();
    let line = line_of(|| {
        error!(
            err = &failure as &dyn Error,
            error.message = "out of room",
            "failed"
        );
    });
    assert_eq!(line["error.message"], "out of room");
    assert_eq!(line["err"], "not stored: disk full");
    assert_eq!(line["error.type"], "NotStored");
}

#[test]
fn error_in_a_field_of_another_name_is_the_text_of_that_field() {
    let failure = failure();
    let line = line_of(|| error!(last_failure = &failure as &dyn Error, "gave up"));
    assert_eq!(line["last_failure"], "not stored: disk full");
    assert_eq!(line.get("error.message"), None);
    let line = line_of(|| error!(error = %failure, "formatted by the program"));
    assert_eq!(line["error"], "not stored");
}

#[test]
fn backtrace_is_written_if_the_program_finds_it() {
    let settings = || LogSettings {
        backtrace: Some(|error| Some(&error.downcast_ref::<NotStored>()?.backtrace)),
        ..LogSettings::default()
    };
    let failure = failure();
    let lines = lines_of(settings(), || {
        error!(error = &failure as &dyn Error, "failed");
        error!(error = &failure.cause as &dyn Error, "failed");
    });
    let stack = lines[0]["exception.stacktrace"].as_str().unwrap();
    assert!(stack.contains("backtrace_is_written"), "{stack}");
    assert!(stack.len() < 9 << 10, "{}", stack.len());
    assert_eq!(lines[1].get("exception.stacktrace"), None);
}

#[test]
fn redacted_error_shows_nothing() {
    let settings = LogSettings {
        redaction: Redaction::none().with("error"),
        ..LogSettings::default()
    };
    let failure = failure();
    let line = &lines_of(settings, || {
        error!(error = &failure as &dyn Error, "failed");
    })[0];
    assert_eq!(line["error"], REDACTED);
    assert!(!line.to_string().contains("stored"), "{line}");
}
