//! Settings of log lines and of the audit trail.

use std::{
    fmt,
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use super::{audit_sink::AuditSink, errors::FindBacktrace, shape::LineShape};
use crate::redaction::Redaction;

const STDOUT: &str = "standard output";

/// Settings of a [`Pipeline`](super::Pipeline) of log lines.
///
/// [`LogSettings::default`]: standard output, events from `info` on, JSON or on a terminal pretty
/// lines, no audit trail.
#[derive(Debug)]
pub struct LogSettings {
    /// The format of lines.
    pub format: Format,
    /// The names of fields in lines, and the form of some values.
    pub shape: LineShape,
    /// The output of lines.
    pub output: Output,
    /// Whether pretty lines have colors on a terminal.
    pub color: bool,
    /// The filter of events, in the syntax of `RUST_LOG`: `info,hyper=warn`. Default: empty, which
    /// is `info`.
    ///
    /// Lines have the fields of spans from `info` on, whatever the filter is.
    pub filter: String,
    /// The most bytes of lines in the queue. Further lines are dropped and counted.
    ///
    /// Lines below `WARN` fill at most seven eighths of it. Memory can reach twice this size, since
    /// one batch is written while the next one fills.
    pub queue_bytes: usize,
    /// Limits of a value, an event and a line.
    pub limits: Limits,
    /// Names of fields to redact.
    pub redaction: Redaction,
    /// Returns the backtraces of errors, for the field `exception.stacktrace`. Default: `None`.
    pub backtrace: Option<FindBacktrace>,
    /// The audit trail. Without one, audit events are log lines, whatever the filter is.
    pub audit: Option<Audit>,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self {
            format: Format::Auto,
            shape: LineShape::default(),
            output: Output::Stdout,
            color: true,
            filter: String::new(),
            queue_bytes: 8 << 20,
            limits: Limits::default(),
            redaction: Redaction::default(),
            backtrace: None,
            audit: None,
        }
    }
}

/// The format of lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// One JSON object for each line.
    Json,
    /// Lines for people.
    Pretty,
    /// Pretty lines on a terminal, JSON for any other output.
    #[default]
    Auto,
}

/// The output of lines.
#[non_exhaustive]
pub enum Output {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// A file. Lines are appended, and the file is created if it is missing. A named pipe needs a
    /// reader.
    File(PathBuf),
    /// A writer. A separate thread writes to it, so it may block. Callers wait for the thread from
    /// `WARN` on, at most 50 ms.
    Writer(Box<dyn Write + Send>),
}

impl Output {
    /// Returns whether it is a terminal.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        match self {
            Self::Stdout => io::stdout().is_terminal(),
            Self::Stderr => io::stderr().is_terminal(),
            Self::File(_) | Self::Writer(_) => false,
        }
    }

    /// Returns the path or the stream. `None` for a writer.
    pub(super) fn name(&self) -> Option<String> {
        Some(match self {
            Self::Stdout => STDOUT.to_owned(),
            Self::Stderr => "standard error".to_owned(),
            Self::File(path) => path.display().to_string(),
            Self::Writer(_) => return None,
        })
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdout => formatter.write_str("Stdout"),
            Self::Stderr => formatter.write_str("Stderr"),
            Self::File(path) => formatter.debug_tuple("File").field(path).finish(),
            Self::Writer(_) => formatter.write_str("Writer(..)"),
        }
    }
}

/// Limits of log lines and log records.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The most bytes of a line, at least 2048. Further fields are omitted, and the line has their
    /// number.
    pub line_bytes: usize,
    /// The most bytes of a value as it is in the line, at most 1024 less than a line. A longer one
    /// ends with `…[cut]`.
    pub value_bytes: usize,
    /// The most fields of an event, of a span, and of a line.
    pub fields: usize,
}

impl Limits {
    pub(super) fn consistent(&self) -> Self {
        let line_bytes = self.line_bytes.max(2048);
        Self {
            line_bytes,
            value_bytes: self.value_bytes.min(line_bytes - 1024),
            fields: self.fields,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            line_bytes: 64 << 10,
            value_bytes: 8 << 10,
            fields: 128,
        }
    }
}

/// Settings of the audit trail: a separate file with one JSON object for each event of the target
/// `audit`.
#[derive(Debug)]
pub struct Audit {
    /// The output.
    pub output: AuditOutput,
    /// When lines are forced to the disk.
    pub sync: SyncPolicy,
    /// Whether audit events are log lines as well.
    pub copied: bool,
}

impl Audit {
    /// Returns a trail in this file, synchronized every second, not copied to the log. `-` is
    /// standard output.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self {
            output: AuditOutput::File(path.into()),
            sync: SyncPolicy::default(),
            copied: false,
        }
    }
}

/// The output of the audit trail.
#[non_exhaustive]
pub enum AuditOutput {
    /// A regular file, or standard output if the path is `-`. Lines are appended.
    ///
    /// On Unix only its owner can read the file: it is created with mode 0600, and a file that
    /// others can read loses their permissions. A path that ends in a symbolic link, and a file of
    /// another user, are errors.
    File(PathBuf),
    /// An output of the program.
    Sink(Box<dyn AuditSink>),
}

impl AuditOutput {
    pub(super) fn is_stdout(&self) -> bool {
        matches!(self, Self::File(path) if path == Path::new("-"))
    }

    /// Returns the path or the stream. `None` for a sink.
    pub(super) fn name(&self) -> Option<String> {
        match self {
            _ if self.is_stdout() => Some(STDOUT.to_owned()),
            Self::File(path) => Some(path.display().to_string()),
            Self::Sink(_) => None,
        }
    }
}

impl fmt::Debug for AuditOutput {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => formatter.debug_tuple("File").field(path).finish(),
            Self::Sink(_) => formatter.write_str("Sink(..)"),
        }
    }
}

/// When the audit trail is forced to the disk (`fdatasync`).
///
/// With each policy, a line has reached the operating system when the event's macro returns, so
/// that a crash of the process loses nothing. They differ in what a crash of the machine can lose.
///
/// A child of `fork` synchronizes each of its lines at once, whatever the policy: no thread of it
/// would do so later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncPolicy {
    /// Before the event's macro returns. Nothing is lost. Events of several threads share one
    /// synchronization.
    Always,
    /// At this interval, if there are new lines.
    EveryInterval(Duration),
    /// At the shutdown of the log, and with each line after it.
    OnShutdown,
}

impl Default for SyncPolicy {
    fn default() -> Self {
        Self::EveryInterval(Duration::from_secs(1))
    }
}
