//! Spans of stages and of `tracing`, as a pipeline of glyph exports them.

mod details;
pub(crate) mod exported;
mod integers;
mod lines_of_calls;
mod log_records;
mod nested;
mod own_sdk;
mod scopes;
mod status;
