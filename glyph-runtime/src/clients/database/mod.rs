//! Calls of database clients: durations, failures and connection pools, with the names of
//! OpenTelemetry.
//!
//! A [`Client`] measures the calls to one database. It needs the catalog, the system, and a function
//! from an error of the client library to a [`Failure`]:
//!
//! ```
//! use glyph_runtime::{database::{Client, ClientMetrics, Failure, System}, metric_catalog};
//!
//! #[metric_catalog(namespace = "doc_database")]
//! pub struct Metrics {
//!     #[catalog]
//!     pub database: ClientMetrics,
//! }
//!
//! # fn query(_: &str) -> Result<Vec<String>, std::io::Error> { Ok(Vec::new()) }
//! # fn main() -> Result<(), std::io::Error> {
//! let client = Client::new(Metrics::global().database, System::Postgresql, |error| Failure::of(error));
//! let names = client.operation("SELECT").collection("users").time(|| query("SELECT name FROM users"))?;
//! # assert!(names.is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! Each call has a client span `{operation} {collection}`. [`Pool`] measures a connection pool.
//!
//! Names, units and bucket bounds are those of OpenTelemetry's semantic conventions 1.44.0,
//! "Database client metrics" and "Database client spans".

mod client;
pub mod labels;
mod metrics;
mod operation;
mod pool;
mod recorder;
mod system;

pub use super::{CallEnd, Failure};
pub use client::Client;
pub use metrics::{ClientMetrics, PoolMetrics};
pub use operation::Operation;
pub use pool::Pool;
pub use recorder::{ClientOperation, ClientRecorder};
pub use system::System;
