//! Gauges and counters that follow something in the program.
//!
//! - [`Gauge::track`](crate::Gauge::track) raises a gauge by one while its guard exists: a session, a
//!   connection, a running job.
//! - [`Gauge::read_from`](crate::Gauge::read_from) and
//!   [`Counter::read_from`](crate::Counter::read_from) read a number that the program has anyway: the
//!   length of a queue, the connections of a pool.
//!
//! ```
//! # use glyph_core as glyph_runtime;
//! use glyph_runtime::{Gauge, metric_catalog};
//!
//! #[metric_catalog(namespace = "doc_live")]
//! pub struct Metrics {
//!     /// Live sessions.
//!     pub active_sessions: Gauge,
//! }
//!
//! struct Session {
//!     _tracked: glyph_runtime::live::GaugeGuard,
//! }
//!
//! # fn main() {
//! let sessions = &Metrics::global().active_sessions;
//! let session = Session { _tracked: sessions.track() };
//! assert_eq!(sessions.value(), 1.0);
//! std::thread::spawn(move || drop(session)).join().unwrap();
//! assert_eq!(sessions.value(), 0.0);
//! # }
//! ```

mod failures;
mod function;
mod guard;
mod reading;
mod round;
mod target;

pub use failures::{FailureReason, read_failures};
pub use guard::GaugeGuard;
pub use reading::Reading;
pub use round::read_functions;
