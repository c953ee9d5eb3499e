//! A panic is a line of the log.

use std::{
    fs,
    io::{self, Write},
    panic,
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    thread,
};

use glyph_runtime::{
    correlation_id,
    log::{Format, LogSettings, Output, Pipeline, RequestId},
};
use glyph_tests::{children::alone, environment, wait::until};
use serde_json::Value;
use tracing_subscriber::layer::SubscriberExt;

use crate::capture::{AMPLE, parsed};

static HOOKED: AtomicUsize = AtomicUsize::new(0);

/// Returns the lines of a program that does `work` after `install`.
fn installed(filter: &'static str, work: impl FnOnce()) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let to = path.clone();
    panic::set_hook(Box::new(|_| {
        HOOKED.fetch_add(1, SeqCst);
    }));
    let telemetry = environment::telemetry("panics")
        .without_listener()
        .log(move |log| {
            log.output = Output::File(to);
            log.format = Format::Json;
            filter.clone_into(&mut log.filter);
        });
    let telemetry = telemetry.install().unwrap();
    work();
    let lines = parsed(&fs::read_to_string(path).unwrap());
    telemetry.shutdown_blocking(AMPLE).into_result().unwrap();
    lines
}

#[test]
fn panic_line_has_message_origin_and_ids() {
    alone(|| {
        let mut trace = None;
        let lines = installed("", || {
            let request = RequestId::new("r-1").unwrap();
            let _panicked = panic::catch_unwind(panic::AssertUnwindSafe(|| {
                let _span = tracing::info_span!("request", user = "ada").entered();
                trace = correlation_id();
                request.in_scope(|| panic!("out of {}", "dice"));
            }));
        });
        assert_eq!(lines.len(), 1, "{lines:?}");
        let line = &lines[0];
        assert_eq!(line["message"], "out of dice");
        assert_eq!(
            (&line["level"], &line["target"]),
            (&"ERROR".into(), &"panic".into())
        );
        assert_eq!(line["trace_id"], trace.unwrap().as_str());
        assert_eq!(line["request_id"], "r-1");
        assert!(
            line["code.file.path"]
                .as_str()
                .unwrap()
                .ends_with("panics.rs")
        );
        assert!(line["code.line.number"].as_u64().is_some());
        assert_eq!(HOOKED.load(SeqCst), 1, "the hook from before `install`");
    });
}

#[test]
fn panic_while_a_span_is_recorded_does_not_lock_up() {
    struct Broken;
    impl std::fmt::Debug for Broken {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("cannot be shown")
        }
    }
    alone(|| {
        let lines = installed("", || {
            let span = tracing::info_span!("request", broken = tracing::field::Empty);
            let work = || {
                span.record("broken", tracing::field::debug(Broken));
            };
            let _panicked = thread::scope(|scope| scope.spawn(work).join());
        });
        assert_eq!(lines[0]["message"], "cannot be shown");
    });
}

#[test]
fn log_that_is_off_has_no_lines_of_panics() {
    alone(|| {
        let lines = installed("off", || {
            let _panicked = thread::spawn(|| panic!("unheard")).join();
        });
        assert_eq!(lines.len(), 0);
        assert_eq!(HOOKED.load(SeqCst), 1);
    });
}

struct Panicking;

impl Write for Panicking {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        panic!("of the output")
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn panic_of_the_output_itself_writes_no_line() {
    alone(|| {
        let settings = LogSettings {
            output: Output::Writer(Box::new(Panicking)),
            ..LogSettings::default()
        };
        let (layer, log) = Pipeline::start(settings).unwrap();
        log.log_panics();
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::with_default(subscriber, || tracing::error!("lost"));
        until("the line is counted", || {
            log.snapshot().dropped.write_failed == 1
        });
        assert_eq!(log.shutdown(AMPLE).unwrap_err().count(), 1);
    });
}
