//! Pushes of the exposition to a Prometheus Pushgateway, for jobs that end before a scrape.
//!
//! A service is scraped. A job that runs for seconds pushes once, at its end. With a collector, OTLP
//! does so without this module: [`Telemetry::shutdown`](crate::Telemetry::shutdown) pushes what there
//! is.
//!
//! ```no_run
//! use std::time::Duration;
//! use glyph_runtime::{Counter, Telemetry, expose::pushgateway::Pushgateway, metric_catalog};
//!
//! #[metric_catalog(namespace = "backup")]
//! pub struct Metrics {
//!     /// Files that were saved.
//!     pub files: Counter,
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let telemetry = Telemetry::builder("backup").catalog(Metrics::global()).build()?;
//! Metrics::global().files.add(12);
//! let gateway = Pushgateway::new("http://pushgateway:9091", "backup").grouping("instance", "db-1");
//! gateway.push_blocking(&telemetry.exposition(), Duration::from_secs(5))?;
//! # Ok(())
//! # }
//! ```

use std::{fmt::Write, io, thread, time::Duration};

use futures_channel::oneshot;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::runtime::Builder;

use super::{Exposition, Format};
use crate::{
    export::Deadline,
    otlp::{self, OtlpError, OtlpSettings, Protocol},
    printable,
};

/// The name of the thread that pushes.
const THREAD: &str = "glyph-push";

/// A Pushgateway, and the group of metrics that pushes replace.
///
/// A push replaces all metrics of its group: those of the same job and the same grouping labels
/// (Pushgateway's `PUT`).
#[derive(Clone, Debug)]
pub struct Pushgateway {
    settings: OtlpSettings,
    /// The labels of the group, with the job first.
    grouping: Vec<(String, String)>,
}

/// Errors returned by pushes to a Pushgateway.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PushgatewayError {
    /// A grouping label cannot be sent.
    #[error("invalid grouping label `{name}`: {reason}")]
    Grouping {
        /// The label name.
        name: String,
        /// The reason.
        reason: &'static str,
    },
    /// The URL, a header, a certificate or a proxy is invalid.
    #[error(transparent)]
    Settings(#[from] OtlpError),
    /// The Pushgateway did not take the metrics.
    #[error("cannot push metrics to {url}: {reason}")]
    Undelivered {
        /// The URL of the group, without a query.
        url: String,
        /// The error of the connection, or the response.
        reason: String,
    },
    /// The thread cannot be started.
    #[error("cannot start a thread for the push: {0}")]
    Thread(#[source] io::Error),
}

impl Pushgateway {
    /// Returns the Pushgateway at this URL, for the metrics of a job.
    pub fn new(url: impl Into<String>, job: impl Into<String>) -> Self {
        let url: String = url.into();
        let mut settings = OtlpSettings::new(url, Protocol::HttpProtobuf);
        settings.insecure = true;
        Self {
            settings,
            grouping: vec![("job".to_owned(), job.into())],
        }
    }

    /// Adds a label that distinguishes groups of one job, such as `instance`.
    #[must_use]
    pub fn grouping(mut self, label: impl Into<String>, value: impl Into<String>) -> Self {
        self.grouping.push((label.into(), value.into()));
        self
    }

    /// Changes the settings of the connection: headers, TLS, proxies, the limit of a connection.
    #[must_use]
    pub fn connection(mut self, change: impl FnOnce(&mut OtlpSettings)) -> Self {
        change(&mut self.settings);
        self
    }

    /// Replaces the metrics of the group by those of the exposition.
    ///
    /// A separate thread pushes, so this works under any runtime.
    ///
    /// # Errors
    ///
    /// Returns [`PushgatewayError`] if a setting is invalid, or if the Pushgateway has not taken the
    /// metrics within `limit`.
    pub async fn push(
        &self,
        exposition: &Exposition,
        limit: Duration,
    ) -> Result<(), PushgatewayError> {
        let pushing = self.start(exposition, limit)?;
        pushing
            .await
            .unwrap_or_else(|_| self.undelivered("the push panicked"))
    }

    /// Pushes as [`Pushgateway::push`] does, in code that is not asynchronous. It may be called inside
    /// a runtime.
    ///
    /// # Errors
    ///
    /// As [`Pushgateway::push`].
    pub fn push_blocking(
        &self,
        exposition: &Exposition,
        limit: Duration,
    ) -> Result<(), PushgatewayError> {
        let gateway = self.clone();
        let exposition = exposition.clone();
        let thread = thread::Builder::new().name(THREAD.to_owned());
        let pushing = thread.spawn(move || gateway.run(&exposition, limit));
        let pushing = pushing.map_err(PushgatewayError::Thread)?;
        pushing
            .join()
            .unwrap_or_else(|_| self.undelivered("the push panicked"))
    }

    fn start(
        &self,
        exposition: &Exposition,
        limit: Duration,
    ) -> Result<oneshot::Receiver<Result<(), PushgatewayError>>, PushgatewayError> {
        let (done, result) = oneshot::channel();
        let (gateway, exposition) = (self.clone(), exposition.clone());
        let thread = thread::Builder::new().name(THREAD.to_owned());
        let started = thread.spawn(move || done.send(gateway.run(&exposition, limit)));
        started.map_err(PushgatewayError::Thread)?;
        Ok(result)
    }

    fn run(&self, exposition: &Exposition, limit: Duration) -> Result<(), PushgatewayError> {
        let due = Deadline::after(limit);
        let mut settings = self.settings.clone();
        settings.endpoint = self.url()?;
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(PushgatewayError::Thread)?;
        let body = exposition.render(Format::Text);
        let put = otlp::put(&settings, Format::Text.content_type(), body);
        let response = runtime.block_on(async { tokio::time::timeout(due.left(), put).await });
        // A lookup of the host that still runs must not hold up the caller.
        runtime.shutdown_background();
        match response {
            Ok(Ok(Ok(response))) if response.status.is_success() => Ok(()),
            Ok(Ok(Ok(response))) => self.undelivered(&format!(
                "HTTP status {}: {}",
                response.status,
                printed(&response.body)
            )),
            Ok(Ok(Err(reason))) => self.undelivered(&reason),
            Ok(Err(error)) => Err(error.into()),
            Err(_) => self.undelivered(&format!("no response within {limit:?}")),
        }
    }

    fn undelivered(&self, reason: &str) -> Result<(), PushgatewayError> {
        Err(PushgatewayError::Undelivered {
            url: self.url()?,
            reason: reason.to_owned(),
        })
    }

    /// Returns the URL of the group (Pushgateway, "URL").
    fn url(&self) -> Result<String, PushgatewayError> {
        let mut url = self
            .settings
            .endpoint
            .trim()
            .trim_end_matches('/')
            .to_owned();
        url.push_str("/metrics");
        for (index, (name, value)) in self.grouping.iter().enumerate() {
            let invalid = |reason| PushgatewayError::Grouping {
                name: name.clone(),
                reason,
            };
            if !is_label_name(name) {
                return Err(invalid(
                    "use ASCII letters, digits and `_`, no leading digit",
                ));
            }
            if self
                .grouping
                .iter()
                .take(index)
                .any(|(known, _)| known == name)
            {
                return Err(invalid("it is there twice: remove one"));
            }
            if index == 0 && value.is_empty() {
                return Err(invalid("the job needs a name"));
            }
            let _ = write!(url, "/{name}{}", encoded(value));
        }
        Ok(url)
    }
}

fn is_label_name(name: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    name.chars().all(is_letter)
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.is_empty()
}

/// Returns the value as the rest of a part of a path. Slashes and empty values need base64.
fn encoded(value: &str) -> String {
    if value.is_empty() || value.contains('/') {
        return format!("@base64/{}", base64(value.as_bytes()));
    }
    format!("/{}", utf8_percent_encode(value, NON_ALPHANUMERIC))
}

/// Encodes bytes for a URL (RFC 4648, "base64url"). An empty value is one padding character, as the
/// Pushgateway asks for.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..=chunk.len() {
            let index = (bits >> (18 - 6 * digit)) & 63;
            let digit = usize::try_from(index)
                .ok()
                .and_then(|index| DIGITS.get(index));
            text.extend(digit.map(|digit| char::from(*digit)));
        }
    }
    if text.is_empty() {
        text.push('=');
    }
    text
}

/// Returns the beginning of a response, with control characters escaped.
fn printed(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let mut printed = String::new();
    for letter in text.trim().chars().take(300) {
        if printable::must_be_escaped(letter) {
            printed.extend(letter.escape_default());
        } else {
            printed.push(letter);
        }
    }
    printed
}

#[cfg(test)]
mod tests {
    use super::{Pushgateway, base64};

    #[test]
    fn url_has_the_job_and_the_grouping_labels() {
        let gateway = Pushgateway::new("http://gateway:9091/", "nightly backup");
        let gateway = gateway
            .grouping("instance", "db-1")
            .grouping("path", "/var/db");
        assert_eq!(
            gateway.grouping("zone", "").url().ok().as_deref(),
            Some(
                "http://gateway:9091/metrics/job/nightly%20backup/instance/db%2D1/path@base64/L3Zhci9kYg/zone@base64/="
            )
        );
    }

    #[test]
    fn invalid_grouping_labels_are_errors() {
        for (label, value) in [("a-b", "x"), ("", "x"), ("job", "x"), ("1a", "x")] {
            let gateway = Pushgateway::new("http://gateway:9091", "backup");
            assert!(gateway.grouping(label, value).url().is_err(), "{label}");
        }
        assert!(Pushgateway::new("http://gateway:9091", "").url().is_err());
    }

    #[test]
    fn base64_is_that_of_rfc_4648() {
        for (text, expected) in [
            ("f", "Zg"),
            ("fo", "Zm8"),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg"),
            ("??>", "Pz8-"),
        ] {
            assert_eq!(base64(text.as_bytes()), expected);
        }
    }
}
