//! Outputs that are slow, fail or close. Logging waits for them from `WARN` on, for a moment.

use std::{
    io::{self, ErrorKind, Write},
    sync::mpsc::{self, Receiver, Sender},
    thread,
    time::Duration,
};

use glyph_runtime::log::{Format, Limits, LogError, LogSettings, Output, Pipeline};
use glyph_tests::wait::received;
use tracing::{Dispatch, debug, error, info, warn};
use tracing_subscriber::{Registry, layer::SubscriberExt};

use crate::capture::{AMPLE, Written, parsed};

fn started(settings: LogSettings) -> (Dispatch, Pipeline) {
    let (layer, log) = Pipeline::start(settings).unwrap();
    (
        Dispatch::new(tracing_subscriber::registry().with(layer)),
        log,
    )
}

fn to(output: impl Write + Send + 'static) -> LogSettings {
    LogSettings {
        output: Output::Writer(Box::new(output)),
        ..LogSettings::default()
    }
}

fn with<R>(dispatch: &Dispatch, work: impl FnOnce() -> R) -> R {
    tracing::dispatcher::with_default(dispatch, work)
}

/// Reports each call, and waits for a permit each time.
struct Gated {
    kept: Written,
    called: Sender<()>,
    leave: Receiver<()>,
}

/// Returns a gated output. Dropping the sender permits all later calls.
fn gated(kept: &Written) -> (Gated, Receiver<()>, Sender<()>) {
    let (called, calls) = mpsc::channel();
    let (gate, leave) = mpsc::channel();
    let kept = kept.clone();
    (
        Gated {
            kept,
            called,
            leave,
        },
        calls,
        gate,
    )
}

impl Write for Gated {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _nobody_listens = self.called.send(());
        let _open = self.leave.recv();
        self.kept.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn blocked_output_loses_counted_lines_and_blocks_no_caller() {
    let kept = Written::default();
    let (output, calls, gate) = gated(&kept);
    let small = LogSettings {
        queue_bytes: 0,
        limits: Limits {
            line_bytes: 2048,
            ..Limits::default()
        },
        filter: "debug".to_owned(),
        ..to(output)
    };
    let (dispatch, log) = started(small);
    with(&dispatch, || {
        info!("the output blocks on this one");
        received("a call of the output", &calls);
        for _ in 0..1_000 {
            error!("waits or is dropped");
        }
        for _ in 0..10 {
            warn!("dropped");
            debug!("dropped");
        }
    });
    let dropped = log.snapshot().dropped.queue_full;
    assert!((900..1_000).contains(&dropped.error), "{dropped:?}");
    assert_eq!(
        (dropped.warn, dropped.info, dropped.debug, dropped.trace),
        (10, 0, 10, 0)
    );
    assert!(log.flush(Duration::ZERO).is_err());
    drop(gate);
    log.shutdown(AMPLE).unwrap();
    let counts = log.snapshot();
    assert_eq!(counts.written + dropped.total(), 1_021);
    assert_eq!(counts.dropped.total(), dropped.total());
    assert_eq!(kept.lines().len() as u64, counts.written);
}

#[test]
fn shutdown_keeps_its_deadline_and_reports_unwritten_lines() {
    let kept = Written::default();
    let (output, calls, gate) = gated(&kept);
    let (dispatch, log) = started(to(output));
    with(&dispatch, || {
        info!("in the output");
        received("a call of the output", &calls);
        info!("in the queue");
        info!("in the queue");
    });
    let undelivered = log.shutdown(Duration::from_millis(10)).unwrap_err();
    assert_eq!(
        (
            undelivered.count_of("log lines"),
            undelivered.count_of("audit lines")
        ),
        (3, 0)
    );
    with(&dispatch, || info!("too late"));
    assert_eq!(log.snapshot().dropped.shut_down, 3);
    drop(gate);
    log.shutdown(AMPLE).unwrap();
    assert_eq!(kept.lines().len(), 1);
}

#[test]
fn second_shutdown_and_shutdown_without_lines_succeed() {
    let (dispatch, log) = started(to(Written::default()));
    log.shutdown(AMPLE).unwrap();
    log.shutdown(Duration::ZERO).unwrap();
    with(&dispatch, || info!("too late"));
    assert_eq!(log.snapshot().dropped.total(), 1);
}

#[test]
fn dropping_the_pipeline_writes_queued_lines() {
    let kept = Written::default();
    let (dispatch, log) = started(to(kept.clone()));
    with(&dispatch, || info!("last words"));
    drop(log);
    assert_eq!(kept.lines().len(), 1);
}

#[test]
fn parallel_threads_write_whole_lines_in_order() {
    const THREADS: usize = 8;
    const LINES: usize = 2_000;
    let kept = Written::default();
    let (dispatch, log) = started(to(kept.clone()));
    thread::scope(|scope| {
        for number in 0..THREADS {
            let dispatch = &dispatch;
            scope.spawn(move || {
                with(dispatch, || {
                    for step in 0..LINES {
                        info!(number, step, "line {step}\nof thread {number}");
                    }
                });
            });
        }
    });
    log.shutdown(AMPLE).unwrap();
    let lines = kept.lines();
    assert_eq!(lines.len(), THREADS * LINES);
    for number in 0..THREADS {
        let steps = lines.iter().filter(|line| line["number"] == number);
        let steps: Vec<_> = steps.map(|line| line["step"].as_u64().unwrap()).collect();
        assert!(steps.iter().copied().eq(0..LINES as u64));
    }
}

#[test]
fn lines_to_a_closed_pipe_are_counted_and_the_program_goes_on() {
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    let (dispatch, log) = started(to(writer));
    for _ in 0..3 {
        with(&dispatch, || info!("to nobody"));
        assert_eq!(log.flush(AMPLE), Ok(()));
    }
    let undelivered = log.shutdown(AMPLE).unwrap_err();
    assert_eq!(undelivered.count_of("log lines"), 3);
    assert!(undelivered.to_string().contains("pipe"), "{undelivered}");
    let counts = log.snapshot();
    assert_eq!((counts.written, counts.dropped.write_failed), (0, 3));
}

/// Runs the next script entry for each call, then accepts everything.
struct Scripted {
    kept: Written,
    script: Vec<Act>,
}

enum Act {
    Take(usize),
    Fail(ErrorKind),
    Panic,
}

impl Write for Scripted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.script.pop() {
            None => self.kept.write(bytes),
            Some(Act::Take(count)) => self.kept.write(&bytes[..count]),
            Some(Act::Fail(kind)) => Err(kind.into()),
            Some(Act::Panic) => panic!("of the output"),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn scripted(kept: &Written, script: impl IntoIterator<Item = Act>) -> LogSettings {
    let mut script: Vec<_> = script.into_iter().collect();
    script.reverse();
    let kept = kept.clone();
    to(Scripted { kept, script })
}

#[test]
fn partial_or_unready_writes_are_completed() {
    let kept = Written::default();
    let script = [
        Act::Fail(ErrorKind::WouldBlock),
        Act::Take(1),
        Act::Fail(ErrorKind::Interrupted),
        Act::Take(7),
        Act::Fail(ErrorKind::WouldBlock),
    ];
    let (dispatch, log) = started(scripted(&kept, script));
    with(&dispatch, || info!("in pieces"));
    log.shutdown(AMPLE).unwrap();
    assert_eq!(kept.lines().len(), 1);
    assert_eq!(log.snapshot().written, 1);
}

#[test]
fn broken_line_does_not_affect_the_next() {
    let kept = Written::default();
    let script = [Act::Take(10), Act::Fail(ErrorKind::StorageFull)];
    let (dispatch, log) = started(scripted(&kept, script));
    with(&dispatch, || info!("first"));
    assert_eq!(log.flush(AMPLE), Ok(()));
    with(&dispatch, || info!("second"));
    assert_eq!(log.shutdown(AMPLE).unwrap_err().count(), 1);
    let text = kept.text();
    let (torn, whole) = text.split_once('\n').unwrap();
    assert_eq!(torn.len(), 10);
    assert_eq!(parsed(whole)[0]["message"], "second");
    let counts = log.snapshot();
    assert_eq!((counts.written, counts.dropped.write_failed), (1, 1));
}

#[test]
fn panicking_output_loses_one_line() {
    let kept = Written::default();
    let (dispatch, log) = started(scripted(&kept, [Act::Panic]));
    with(&dispatch, || info!("first"));
    assert_eq!(log.flush(AMPLE), Ok(()));
    with(&dispatch, || info!("second"));
    assert_eq!(log.shutdown(AMPLE).unwrap_err().count(), 1);
    assert_eq!(kept.lines()[0]["message"], "second");
    assert_eq!(log.snapshot().dropped.write_failed, 1);
}

#[test]
fn log_file_is_appended_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("service.jsonl");
    for run in 0..2 {
        let settings = LogSettings {
            output: Output::File(path.clone()),
            format: Format::Auto,
            ..LogSettings::default()
        };
        let (dispatch, log) = started(settings);
        with(&dispatch, || info!(run, "started"));
        log.shutdown(AMPLE).unwrap();
    }
    let lines = parsed(&std::fs::read_to_string(path).unwrap());
    assert_eq!((&lines[0]["run"], &lines[1]["run"]), (&0.into(), &1.into()));
}

#[test]
fn unopenable_file_is_named_in_the_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("missing").join("service.jsonl");
    let settings = LogSettings {
        output: Output::File(path.clone()),
        ..LogSettings::default()
    };
    let error = Pipeline::start::<Registry>(settings).err().unwrap();
    assert!(matches!(&error, LogError::Open { path: named, .. } if *named == path));
    assert!(error.to_string().contains("service.jsonl"), "{error}");
}
