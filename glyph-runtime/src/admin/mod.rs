//! The endpoints `/metrics`, `/healthz` and `/readyz`, and a listener that serves them.
//!
//! [`router`] returns the endpoints for a listener of the program. [`Listener`] serves them on a
//! separate thread, so that they respond when the program's runtime is busy or has not started.
//!
//! ```
//! use glyph_runtime::Telemetry;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let telemetry = Telemetry::builder("shop").build()?;
//! let endpoints: axum::Router = telemetry.router(); // for the program's own listener
//! # drop(endpoints);
//! # Ok(())
//! # }
//! ```

mod acceptor;
mod address;
mod answer;
mod connections;
#[cfg(any(feature = "console", feature = "profile"))]
pub(crate) mod guard;
mod limits;
mod listener;
pub(crate) mod log_filter;
mod probe;
mod reserve;
mod router;
mod scrape;
mod serve;
mod slots;
mod sockets;
mod token;
mod worker;

pub(crate) use address::port_is_named;
pub use address::{AddressError, address_from_env};
pub use listener::{BindError, Listener};
pub use router::router;
pub(crate) use serve::TARGET;
pub(crate) use token::Token;

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests;
