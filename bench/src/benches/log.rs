//! Log lines: nanoseconds per line to a file, and the request time of a service whose log nobody
//! reads.

use std::fs::File;
use std::io;
use std::process::Stdio;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use glyph_runtime::log::{LogSettings, Output, Pipeline};
use tempfile::TempDir;
use tracing::{Dispatch, dispatcher, info, warn};
use tracing_subscriber::layer::SubscriberExt;

use crate::Result;
use crate::harness::child;
use crate::harness::report::{self, Row};
use crate::harness::rounds::{Contender, Operation, Schedule, median, medians};
use crate::subjects::GLYPH;
use crate::subjects::glyph_stage::transcribe;

const ROUNDS: u16 = 9;
const LINES: u32 = 256;
/// Time between two requests of the service.
const PERIOD: Duration = Duration::from_millis(1);

/// The most that a line from `WARN` on may take, in nanoseconds.
const LIMIT: (&str, f64) = ("20 us (limit)", 20_000.0);
const SUBSCRIBER: &str = "tracing-subscriber fmt().json()";
/// The subject that glyph is compared with: the same with a reader.
const READ: &str = "the same, the pipe is read";

/// The level of lines.
#[derive(Clone, Copy)]
enum Level {
    Info,
    Warn,
}

/// Writes lines to a file.
struct Lines {
    level: Level,
    dispatch: Dispatch,
    /// glyph's log, which counts lost lines.
    log: Option<Pipeline>,
    _folder: TempDir,
}

impl Operation for Lines {
    fn pass(&self) -> Result<u32> {
        dispatcher::with_default(&self.dispatch, || {
            for number in 0..LINES {
                match self.level {
                    Level::Info => info!(number, provider = "deepgram", "transcribed"),
                    Level::Warn => warn!(number, provider = "deepgram", "transcribed late"),
                }
            }
        });
        Ok(LINES)
    }

    fn settle(&self) {
        if let Some(log) = &self.log {
            let _written = log.flush(Duration::from_secs(10));
        }
    }
}

fn glyph(level: Level) -> Result<Contender> {
    let folder = tempfile::tempdir()?;
    let settings = LogSettings {
        output: Output::File(folder.path().join("log")),
        ..LogSettings::default()
    };
    let (layer, log) = Pipeline::start(settings)?;
    let operation = Lines {
        level,
        dispatch: Dispatch::new(tracing_subscriber::registry().with(layer)),
        log: Some(log),
        _folder: folder,
    };
    Ok(Contender {
        name: GLYPH,
        operation: Box::new(operation),
    })
}

fn subscriber(level: Level) -> Result<Contender> {
    let folder = tempfile::tempdir()?;
    let file = File::create(folder.path().join("log"))?;
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_writer(Mutex::new(file))
        .finish();
    let operation = Lines {
        level,
        dispatch: Dispatch::new(subscriber),
        log: None,
        _folder: folder,
    };
    Ok(Contender {
        name: SUBSCRIBER,
        operation: Box::new(operation),
    })
}

pub(crate) fn run(seconds: u16, rounds: Option<u16>) -> Result<Vec<Row>> {
    let rounds = rounds.unwrap_or(ROUNDS);
    let schedule = Schedule {
        rounds,
        sample: Duration::from_millis(15),
    };
    let mut rows = Vec::new();
    for (bench, level) in [("log-warn", Level::Warn), ("log-info", Level::Info)] {
        for threads in [1, 2] {
            let contenders = [glyph(level)?, subscriber(level)?];
            let mut medians = medians(&contenders, threads, schedule)?;
            if let Level::Warn = level {
                medians.push(LIMIT);
            }
            let mut table = report::rows(bench, "ns", threads, medians);
            report::aim(&mut table, LIMIT.0, 1.0);
            rows.append(&mut table);
        }
    }
    rows.append(&mut blocked(seconds, rounds.min(3))?);
    Ok(rows)
}

/// The request time of a service whose log is a pipe that nobody reads.
fn blocked(seconds: u16, rounds: u16) -> Result<Vec<Row>> {
    let (mut unread, mut read) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let (reader, writer) = io::pipe()?;
        unread.push(in_child(seconds, writer.into())?);
        drop(reader);
        let (mut reader, writer) = io::pipe()?;
        let reading = thread::spawn(move || io::copy(&mut reader, &mut io::sink()));
        read.push(in_child(seconds, writer.into())?);
        drop(reading.join());
    }
    let medians = vec![(GLYPH, median(unread)), (READ, median(read))];
    Ok(report::rows("log-blocked", "ns, p99", 1, medians))
}

fn in_child(seconds: u16, log: Stdio) -> Result<f64> {
    child::figure_beside(&["serve-log", &seconds.to_string()], log)
}

/// Serves for `seconds`, with a warning on standard error for each request. Returns the 99th
/// percentile of the request time in nanoseconds.
pub(crate) fn serve(seconds: u16) -> Result<f64> {
    let settings = LogSettings {
        output: Output::Stderr,
        ..LogSettings::default()
    };
    let (layer, _log) = Pipeline::start(settings)?;
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer))?;
    let mut taken = Vec::new();
    let mut next = Instant::now();
    for number in 0..u32::from(seconds) * 1_000 {
        thread::sleep(next.saturating_duration_since(Instant::now()));
        let start = Instant::now();
        for turn in 0..4 {
            let _succeeds = transcribe(turn);
        }
        warn!(number, "a request");
        taken.push(start.elapsed().as_secs_f64() * 1e9);
        next += PERIOD;
    }
    taken.sort_by(f64::total_cmp);
    let p99 = taken.get(taken.len() * 99 / 100);
    Ok(*p99.ok_or("no requests")?)
}
