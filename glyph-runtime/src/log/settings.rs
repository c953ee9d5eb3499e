//! What a program may say about its log.

use std::{
    fmt,
    io::{self, IsTerminal, Write},
    path::PathBuf,
    time::Duration,
};

use super::audit::AuditSink;
use crate::redaction::Redaction;

/// Everything about the log, as plain values. [`Settings::default`] is JSON on standard output from `info` on,
/// pretty where that is a terminal, without an audit trail.
#[derive(Debug)]
pub struct Settings {
    /// How a line looks.
    pub format: Format,
    /// Where lines go.
    pub output: Output,
    /// Whether pretty lines have colours on a terminal.
    pub color: bool,
    /// Which events become lines, as in `RUST_LOG`: `info,hyper=warn`. An empty text is `info`. Fields of spans
    /// from `info` on are in the lines whatever it says.
    pub filter: String,
    /// The most bytes that wait for a slow output. What comes beyond them is dropped and counted. Memory may
    /// reach twice this, since a batch is on its way while the next one gathers.
    pub queue_bytes: usize,
    /// How much of a value, an event and a line is kept.
    pub limits: Limits,
    /// Whose values never leave.
    pub redaction: Redaction,
    /// The audit trail. Without one, audit events are lines of the log, whatever the filter says.
    pub audit: Option<Audit>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            format: Format::Auto,
            output: Output::Stdout,
            color: true,
            filter: String::new(),
            queue_bytes: 8 << 20,
            limits: Limits::default(),
            redaction: Redaction::default(),
            audit: None,
        }
    }
}

/// How a line looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// One JSON object.
    Json,
    /// For people.
    Pretty,
    /// Pretty on a terminal, JSON elsewhere.
    #[default]
    Auto,
}

/// Where lines go.
#[non_exhaustive]
pub enum Output {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// The end of this file, which is created if it is missing.
    File(PathBuf),
    /// Anything else. It is written to from a thread of its own, and may block.
    Writer(Box<dyn Write + Send>),
}

impl Output {
    /// Whether a person looks at it.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        match self {
            Self::Stdout => io::stdout().is_terminal(),
            Self::Stderr => io::stderr().is_terminal(),
            Self::File(_) | Self::Writer(_) => false,
        }
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

/// How much is kept.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The longest line, in bytes, at least 2048. Fields that do not fit are left out and counted in the line.
    pub line_bytes: usize,
    /// The longest value, in bytes as it stands in the line, at most 1024 less than a line. A longer one ends
    /// with `…[cut]`.
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

/// The audit trail: events of the target `audit`, one JSON object a line, at the end of a file of their own.
#[derive(Debug)]
pub struct Audit {
    /// Where it is kept.
    pub output: AuditOutput,
    /// When it reaches the disk.
    pub sync: SyncPolicy,
    /// Whether audit events are lines of the log as well.
    pub copied: bool,
}

impl Audit {
    /// A trail in this file, synchronised every second, not copied to the log.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self {
            output: AuditOutput::File(path.into()),
            sync: SyncPolicy::default(),
            copied: false,
        }
    }
}

/// Where the audit trail is kept.
#[non_exhaustive]
pub enum AuditOutput {
    /// The end of this file. If it is missing, it is created for its owner alone (mode 0600).
    File(PathBuf),
    /// Anything else.
    Sink(Box<dyn AuditSink>),
}

impl fmt::Debug for AuditOutput {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => formatter.debug_tuple("File").field(path).finish(),
            Self::Sink(_) => formatter.write_str("Sink(..)"),
        }
    }
}

/// When the audit trail is forced onto the disk (`fdatasync`).
///
/// Under all of them a line has reached the operating system when the event's macro returns, so that the end of the
/// process loses nothing. They differ in what the end of the machine may lose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncPolicy {
    /// Before the event's macro returns: nothing is lost. Events of several threads share a synchronisation.
    Always,
    /// At this interval, if anything was written.
    EveryInterval(Duration),
    /// When the log shuts down, and with each line after that.
    OnShutdown,
}

impl Default for SyncPolicy {
    fn default() -> Self {
        Self::EveryInterval(Duration::from_secs(1))
    }
}
