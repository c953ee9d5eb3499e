//! A model server with the usual streaming chat interface, for the example systems.
//!
//! The answers come from rules: the server rolls dice, calculates, remembers names and speaks of the
//! words of the prompt. [`Model`] serves them at `POST /v1/chat/completions`, as one JSON document or,
//! with `"stream": true`, as server-sent events with one token each. [`Fault`] makes requests fail, and
//! [`Counts`] is what the server itself counted, to compare a client's metrics with.
//!
//! ```
//! use glyph_example_model::{Message, answer};
//!
//! assert_eq!(answer(&[Message::user("What is 6 * 7?")]), "6 * 7 is 42.");
//! ```

mod chat;
mod counts;
mod fault;
mod rules;
mod server;
mod stream;
mod tokens;

pub use chat::Message;
pub use counts::Counts;
pub use fault::{FAULT_HEADER, Fault, UnknownFault};
pub use rules::answer;
pub use server::Model;
pub use tokens::tokens;
