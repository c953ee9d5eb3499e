//! Failures on purpose, one at a time.

use clap::ValueEnum;

/// A failure that the program makes happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Fault {
    /// Queries of passages run until their time limit.
    GraphSlow,
    /// The graph has no room for a text.
    GraphFull,
    /// All connections to the graph are in use.
    PoolExhausted,
    /// The text has a line that cannot be read.
    TextBroken,
    /// The content service does not listen.
    ContentDown,
    /// The model server fails.
    ModelError,
    /// The ingest service ends right after its start, again and again.
    Crash,
}
