//! Messages that a program sends, receives and processes, with the names of OpenTelemetry.
//!
//! A [`Client`] measures the calls to one broker, and the processing of its messages. It needs the
//! catalog, the system, and a function from an error of the client library to a [`Failure`]:
//!
//! ```
//! use glyph_runtime::{messaging::{Client, ClientMetrics, Failure, System}, metric_catalog};
//!
//! #[metric_catalog(namespace = "doc_messaging")]
//! pub struct Metrics {
//!     #[catalog]
//!     pub messaging: ClientMetrics,
//! }
//!
//! # fn poll() -> Result<Vec<u8>, std::io::Error> { Ok(vec![1, 2]) }
//! # fn charge(_: u8) -> Result<(), std::io::Error> { Ok(()) }
//! # fn main() -> Result<(), std::io::Error> {
//! let client = Client::new(Metrics::global().messaging, System::Kafka, |error| Failure::of(error));
//! let batch = client.receive("orders").consumer_group("billing").time_batch(Vec::len, poll)?;
//! for order in batch {
//!     client.process("orders").consumer_group("billing").time(|| charge(order))?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Each call has a span `{operation} {destination}`.
//!
//! Names, units and bucket bounds are those of OpenTelemetry's semantic conventions 1.44.0,
//! "Messaging client metrics" and "Messaging spans". The conventions have no metric of the lag.

mod client;
pub mod labels;
mod metrics;
mod operation;
mod recorder;
mod system;

pub use super::{CallEnd, Failure};
pub use client::Client;
pub use metrics::ClientMetrics;
pub use operation::Operation;
pub use recorder::{ClientOperation, ClientRecorder, OperationType};
pub use system::System;
