//! A client of the API of a console, for programs and for the command `glyph`.
//!
//! ```
//! use std::time::Duration;
//! use glyph_runtime::{Telemetry, console::client::{Client, TraceQuery}};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let telemetry = Telemetry::builder("shop")
//!     .listener(([127, 0, 0, 1], 0))
//!     .console(true)
//!     .install()?;
//! let address = telemetry.local_addr().ok_or("no listener")?;
//! let client = Client::new(format!("http://{address}"))?;
//! assert_eq!(client.overview()?.service, "shop");
//! let failed = client.traces(&TraceQuery { failed: Some(true), ..TraceQuery::default() })?;
//! assert!(failed.traces.is_empty());
//! let report = telemetry.shutdown_blocking(Duration::from_secs(5));
//! assert!(report.is_complete(), "{report}");
//! # Ok(())
//! # }
//! ```
//!
//! It blocks the thread, for at most ten seconds a request.

mod alerts;
mod logs;
mod overview;
mod request;
mod traces;

pub use self::{
    alerts::{ActiveAlert, Alert, AlertGroup, AlertList, AlertState, AlertSummary},
    logs::{LogLine, LogList, LogQuery},
    overview::{Check, Health, Overview, Stage},
    request::ClientError,
    traces::{Span, SpanEvent, SpanLink, Trace, TraceList, TraceQuery, TraceRow},
};

use self::request::{Requests, path};

/// A client of one program.
///
/// ```
/// use glyph_runtime::console::client::Client;
///
/// let client = Client::new("http://127.0.0.1:9464")?.token("0123456789abcdef");
/// assert!(!format!("{client:?}").contains("0123456789abcdef"));
/// # Ok::<(), glyph_runtime::console::client::ClientError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Client(Requests);

impl Client {
    /// Creates a client for the listener at this URL, such as `http://127.0.0.1:9464`.
    ///
    /// # Errors
    ///
    /// Returns [`ClientError::Url`] if the URL does not begin with `http://`. The listener has no TLS.
    pub fn new(url: impl Into<String>) -> Result<Self, ClientError> {
        Requests::new(url.into()).map(Self)
    }

    /// Sets the admin token. Default: none, which is enough for a listener on loopback.
    #[must_use]
    pub fn token(self, token: impl Into<String>) -> Self {
        Self(self.0.with_token(token.into()))
    }

    /// Returns the service, its checks, its stages and its active alerts.
    ///
    /// # Errors
    ///
    /// Returns [`ClientError`] if the program does not respond, or rejects the request.
    pub fn overview(&self) -> Result<Overview, ClientError> {
        self.0.get("/api/v1/overview", &[])
    }

    /// Returns recent traces, the latest first.
    ///
    /// # Errors
    ///
    /// Returns [`ClientError`] if the program does not respond, or rejects the request.
    pub fn traces(&self, query: &TraceQuery) -> Result<TraceList, ClientError> {
        self.0.get("/api/v1/traces", &query.parameters())
    }

    /// Returns one trace with its spans.
    ///
    /// # Errors
    ///
    /// Returns [`ClientError::Status`] with the status 404 if the trace is not among the recent ones, and
    /// other errors as [`Client::traces`] does.
    pub fn trace(&self, id: &str) -> Result<Trace, ClientError> {
        self.0.get(&path("/api/v1/traces", id), &[])
    }

    /// Returns recent log lines, the oldest first.
    ///
    /// # Errors
    ///
    /// Returns [`ClientError`] if the program does not respond, or rejects the request.
    pub fn logs(&self, query: &LogQuery) -> Result<LogList, ClientError> {
        self.0.get("/api/v1/logs", &query.parameters())
    }

    /// Returns all alerts with their states.
    ///
    /// # Errors
    ///
    /// Returns [`ClientError`] if the program does not respond, or rejects the request.
    pub fn alerts(&self) -> Result<AlertList, ClientError> {
        self.0.get("/api/v1/alerts", &[])
    }
}
