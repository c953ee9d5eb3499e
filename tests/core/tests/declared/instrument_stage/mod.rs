//! Every form of function, whatever way it ends, is one record and one span.
#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]
#![expect(clippy::float_cmp, reason = "a number of calls is whole")]

mod asynchronous;
mod closures;
mod forms;
mod futures;
mod hidden_types;
mod hygiene;
mod impls;
mod labels;
mod spans;
mod synchronous;
pub(crate) mod tally;
