//! The endpoints `/metrics`, `/healthz` and `/readyz`, and a listener that serves them.
//!
//! [`router`] gives the endpoints to a program that has a listener of its own. [`Listener`] serves them
//! from a thread of its own, so that they answer when the program's runtime is busy, or has not begun.

mod address;
mod listener;
mod probe;
mod router;
mod scrape;
mod serve;

pub use address::{AddressError, address_from_env};
pub use listener::{BindError, Listener};
pub use router::router;

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests;
