//! Errors of the graph.

use glyph_runtime::Outcome;
use rusqlite::ErrorCode;
use thiserror::Error;

#[derive(Debug, Error, Outcome)]
pub(crate) enum GraphError {
    #[error("the graph does not respond")]
    #[outcome(timeout)]
    Timeout,
    #[error("no connection to the graph is free")]
    #[outcome(timeout)]
    Exhausted,
    #[error("the graph is full")]
    Full,
    #[error("the graph has no text")]
    Empty,
    #[error("line {line} of the text: {problem}")]
    Text { line: usize, problem: &'static str },
    #[error("query failed: {0}")]
    Query(rusqlite::Error),
    #[error("query panicked")]
    Panicked,
}

impl From<rusqlite::Error> for GraphError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => Self::Timeout,
            Some(ErrorCode::DiskFull) => Self::Full,
            _ => Self::Query(error),
        }
    }
}
