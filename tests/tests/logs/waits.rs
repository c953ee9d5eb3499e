//! From `WARN` on, the caller waits for its line, and never longer than a moment.

use std::{
    fs::File,
    io::{self, Read, Write},
    sync::mpsc::{self, Receiver, Sender},
    thread,
    time::{Duration, Instant},
};

use glyph_runtime::log::{Limits, LogSettings, Output, Pipeline};
use glyph_tests::wait::{received, until};
use tracing::{Dispatch, error, info, warn};
use tracing_subscriber::layer::SubscriberExt;

use crate::capture::{AMPLE, Written, parsed};

/// The longest time that a caller waits.
const BOUND: Duration = Duration::from_millis(50);
/// More lines than a pipe has room for.
const LINES: usize = 20_000;
/// What a busy machine may add to it.
const SLACK: Duration = Duration::from_millis(450);

struct Log {
    dispatch: Dispatch,
    pipeline: Pipeline,
}

impl Log {
    fn start(settings: LogSettings) -> Self {
        let (layer, pipeline) = Pipeline::start(settings).unwrap();
        let dispatch = Dispatch::new(tracing_subscriber::registry().with(layer));
        Self { dispatch, pipeline }
    }

    fn to(output: Output) -> Self {
        Self::start(LogSettings {
            output,
            ..LogSettings::default()
        })
    }

    /// Returns how long `work` took.
    fn run(&self, work: impl FnOnce()) -> Duration {
        let started = Instant::now();
        tracing::dispatcher::with_default(&self.dispatch, work);
        started.elapsed()
    }
}

/// Blocks each write until the sender is dropped.
struct Blocked(Receiver<()>, Written);

fn blocked(kept: &Written) -> (Output, Sender<()>) {
    let (gate, leave) = mpsc::channel();
    let output = Output::Writer(Box::new(Blocked(leave, kept.clone())));
    (output, gate)
}

impl Write for Blocked {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _open = self.0.recv();
        self.1.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn warning_is_written_when_its_macro_returns() {
    let kept = Written::default();
    let log = Log::to(kept.output());
    for number in 1..=100 {
        log.run(|| {
            info!("first");
            warn!("then");
        });
        assert_eq!(kept.lines().len(), 2 * number);
    }
}

#[test]
fn file_has_the_warning_when_its_macro_returns() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let log = Log::to(Output::File(path.clone()));
    for number in 1..=100 {
        log.run(|| {
            info!("first");
            error!("then");
        });
        let lines = parsed(&std::fs::read_to_string(&path).unwrap());
        assert_eq!(lines.len(), 2 * number);
    }
}

#[test]
fn blocked_output_costs_one_wait() {
    let kept = Written::default();
    let (output, gate) = blocked(&kept);
    let log = Log::to(output);
    let first = log.run(|| error!("waits"));
    assert!((BOUND..BOUND + SLACK).contains(&first), "{first:?}");
    let all = log.run(|| (0..1_000).for_each(|number| error!(number, "does not wait")));
    assert!(all < SLACK, "{all:?}");
    drop(gate);
    log.pipeline.flush(AMPLE).unwrap();
    log.run(|| error!("waits again"));
    assert_eq!(kept.lines().len(), 1_002);
}

#[test]
fn threads_share_the_wait_for_a_blocked_output() {
    let (output, gate) = blocked(&Written::default());
    let log = Log::to(output);
    let started = Instant::now();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| log.run(|| (0..100).for_each(|_| warn!("waits"))));
        }
    });
    let all = started.elapsed();
    assert!(all < BOUND + SLACK, "{all:?}");
    drop(gate);
}

#[test]
fn flood_leaves_room_for_errors() {
    let kept = Written::default();
    let (output, gate) = blocked(&kept);
    let small = LogSettings {
        output,
        queue_bytes: 64 << 10,
        limits: Limits {
            line_bytes: 2048,
            ..Limits::default()
        },
        ..LogSettings::default()
    };
    let log = Log::start(small);
    log.run(|| (0..2_000).for_each(|number| info!(number, "flood")));
    log.run(|| (0..20).for_each(|number| error!(number, "in the flood")));
    let dropped = log.pipeline.snapshot().dropped.queue_full;
    assert!(dropped.info > 500, "{dropped:?}");
    assert_eq!(dropped.error, 0);
    drop(gate);
    log.pipeline.shutdown(AMPLE).unwrap();
    let lines = kept.lines();
    let errors = lines.iter().filter(|line| line["level"] == "ERROR");
    assert_eq!(errors.count(), 20);
}

/// Logs an error for its first write.
struct Logging(Written, Option<Dispatch>, Receiver<Dispatch>);

impl Write for Logging {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.1.is_none() {
            let dispatch = self.1.insert(received("the dispatch", &self.2));
            tracing::dispatcher::with_default(dispatch, || error!("of the output"));
        }
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn output_that_logs_does_not_wait_for_itself() {
    let kept = Written::default();
    let (give, take) = mpsc::channel();
    let log = Log::to(Output::Writer(Box::new(Logging(kept.clone(), None, take))));
    give.send(log.dispatch.clone()).unwrap();
    let took = log.run(|| error!("of the program"));
    assert!(took < SLACK, "{took:?}");
    log.pipeline.flush(AMPLE).unwrap();
    assert_eq!(kept.lines().len(), 2);
}

/// A named pipe whose reader does not read.
#[cfg(unix)]
fn pipe(folder: &tempfile::TempDir) -> (Output, File) {
    use rustix::fs::{CWD, Mode, OFlags, mkfifoat};
    use std::os::unix::fs::OpenOptionsExt;

    let path = folder.path().join("pipe");
    mkfifoat(CWD, &path, Mode::RUSR | Mode::WUSR).unwrap();
    let reader = File::options()
        .read(true)
        .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
        .open(&path);
    (Output::File(path), reader.unwrap())
}

/// Reads what the pipe has now.
#[cfg(unix)]
fn read(reader: &mut File, into: &mut Vec<u8>) {
    let mut part = vec![0; 1 << 16];
    while let Ok(count @ 1..) = reader.read(&mut part) {
        into.extend_from_slice(&part[..count]);
    }
}

#[cfg(unix)]
#[test]
fn blocked_pipe_costs_one_wait_and_loses_no_queued_line() {
    let folder = tempfile::tempdir().unwrap();
    let (output, mut reader) = pipe(&folder);
    let log = Log::to(output);
    log.run(|| (0..LINES).for_each(|number| info!(number, "into a blocked pipe")));
    let all = log.run(|| (0..1_000).for_each(|number| warn!(number, "into a blocked pipe")));
    assert!(all < BOUND + SLACK, "{all:?}");
    let mut seen = Vec::new();
    until("the pipe has had all lines", || {
        read(&mut reader, &mut seen);
        log.pipeline.flush(Duration::ZERO).is_ok()
    });
    log.run(|| error!("at once"));
    read(&mut reader, &mut seen);
    let lines = parsed(&String::from_utf8(seen).unwrap());
    // Warnings may overtake other lines, and stay in their order.
    for (level, count) in [("INFO", LINES), ("WARN", 1_000)] {
        let of_level = lines.iter().filter(|line| line["level"] == level);
        let numbers = of_level.map(|line| line["number"].as_u64().unwrap());
        assert!(numbers.eq(0..count as u64), "{level}");
    }
    assert_eq!(lines.last().unwrap()["message"], "at once");
}

#[cfg(unix)]
#[test]
fn last_words_overtake_what_a_slow_reader_has_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let (output, mut reader) = pipe(&folder);
    let log = Log::to(output);
    log.run(|| (0..LINES).for_each(|number| info!(number, "flood")));
    let mut seen = Vec::new();
    // A slow reader: the pipe is full again at once.
    let mut part = vec![0; 16 << 10];
    thread::scope(|scope| {
        let waiting = scope.spawn(|| log.run(|| error!("last words")));
        while !waiting.is_finished() {
            if let Ok(count) = reader.read(&mut part) {
                seen.extend_from_slice(&part[..count]);
            }
            thread::sleep(Duration::from_millis(1));
        }
    });
    until("the reader has the last words", || {
        read(&mut reader, &mut seen);
        String::from_utf8_lossy(&seen).contains("last words")
    });
}

#[cfg(unix)]
#[test]
fn shutdown_gives_up_on_a_blocked_pipe() {
    let folder = tempfile::tempdir().unwrap();
    let (output, reader) = pipe(&folder);
    let log = Log::to(output);
    log.run(|| (0..LINES).for_each(|number| info!(number, "into a blocked pipe")));
    let unwritten = log
        .pipeline
        .shutdown(Duration::from_millis(10))
        .unwrap_err();
    assert!(unwritten.count_of("log lines") > 100, "{unwritten}");
    until("the lines are counted", || {
        let counts = log.pipeline.snapshot();
        counts.written + counts.dropped.shut_down == LINES as u64
    });
    drop(reader);
}

#[cfg(unix)]
#[test]
fn named_pipe_without_a_reader_is_an_error_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (output, reader) = pipe(&folder);
    drop(reader);
    let settings = LogSettings {
        output,
        ..LogSettings::default()
    };
    let refused = Pipeline::start::<tracing_subscriber::Registry>(settings).err();
    let refused = refused.unwrap().to_string();
    assert!(refused.contains("cannot open `"), "{refused}");
}
