//! Every form of function is one record and one span, however it ends.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]
#![expect(clippy::float_cmp, reason = "counts of calls are integers")]

mod asynchronous;
mod closures;
mod forms;
mod futures;
mod hidden_types;
mod hygiene;
mod impls;
mod label_arguments;
mod labels;
mod spans;
mod synchronous;
pub(crate) mod tally;
