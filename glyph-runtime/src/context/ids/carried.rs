//! Further ids of a request, such as the organization it is made for.

use std::sync::Arc;

use opentelemetry::Context;

use super::RESERVED;
use crate::context::{
    InTraceContext, current_context,
    redaction::{REDACTED, Redaction},
};

/// The most ids.
const MAX_IDS: usize = 8;
/// The longest name, and the longest value, in bytes.
const LONGEST_NAME: usize = 64;
const LONGEST_VALUE: usize = 128;

/// Names with another meaning in a header (RFC 9110, RFC 9112, gRPC over HTTP/2).
const TAKEN: [&str; 21] = [
    "accept",
    "authorization",
    "baggage",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "forwarded",
    "host",
    "keep-alive",
    "proxy-authorization",
    "request_id",
    "set-cookie",
    "te",
    "traceparent",
    "tracestate",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "x-request-id",
];

/// Ids for log lines, spans and outgoing calls, but not for metrics: the organization, the user or
/// the session of a request.
///
/// They are in OpenTelemetry's context, as [`RequestId`](super::RequestId) is. Every log line has
/// them as fields. A field of an event or a span takes precedence over an id of the same name.
/// Names on the [`Redaction`](crate::redaction::Redaction) list are redacted. The layers of `grpc`
/// propagate the ids whose names they are configured with. Of a response with these in its
/// extensions, the line and the span of the request that an `http::ServerLayer` measures have them.
///
/// ```
/// use glyph_runtime::log::CarriedIds;
///
/// # fn main() -> Result<(), glyph_runtime::log::CarriedIdError> {
/// // As soon as the token is verified:
/// let ids = CarriedIds::current().try_with("org_id", "org-7f3a")?;
/// ids.in_scope(|| {
///     assert_eq!(CarriedIds::current().value("org_id"), Some("org-7f3a"));
///     tracing::info!("a line with this org_id");
/// });
/// assert_eq!(CarriedIds::current().value("org_id"), None);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CarriedIds(Arc<Vec<(&'static str, Box<str>)>>);

/// Errors returned by [`CarriedIds::try_with`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CarriedIdError {
    /// The name is not valid as a key of gRPC metadata, or it is reserved.
    #[error(
        "invalid name: use 1 to 64 lowercase letters, digits, `_`, `-` and `.`, with a letter first; \
         `grpc-..`, `..-bin` and the names of headers and log fields are reserved"
    )]
    Name,
    /// The value is not valid.
    #[error("invalid value: use 1 to 128 letters, digits and -._~:+/=@")]
    Value,
    /// There are eight ids already.
    #[error("too many ids: the limit is 8")]
    Ids,
}

impl CarriedIds {
    /// Returns the ids of the running code.
    #[must_use]
    pub fn current() -> Self {
        current_context::read(Self::of)
            .flatten()
            .unwrap_or_default()
    }

    pub(crate) fn of(context: &Context) -> Option<Self> {
        context.get::<Self>().cloned()
    }

    /// Adds an id, or replaces the one with the same name.
    ///
    /// # Errors
    ///
    /// Returns [`CarriedIdError`] if the name or the value is not valid, or there are eight other
    /// ids.
    pub fn try_with(mut self, name: &'static str, value: &str) -> Result<Self, CarriedIdError> {
        Self::check_name(name)?;
        if !Self::is_value(value) {
            return Err(CarriedIdError::Value);
        }
        let ids = Arc::make_mut(&mut self.0);
        ids.retain(|(other, _)| *other != name);
        if ids.len() >= MAX_IDS {
            return Err(CarriedIdError::Ids);
        }
        ids.push((name, value.into()));
        Ok(self)
    }

    /// Returns the value of an id.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|(other, _)| *other == name)
            .map(|(_, value)| value)
    }

    /// Returns names and values, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, &**value))
    }

    /// Returns whether there are no ids.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Runs `work` with these as the current ids.
    pub fn in_scope<R>(&self, work: impl FnOnce() -> R) -> R {
        let _attached = current_context::attach(self.context());
        work()
    }

    /// Returns a future that has these as the current ids whenever it is polled.
    pub fn scope<F: Future>(&self, future: F) -> InTraceContext<F> {
        current_context::within(self.context(), future)
    }

    fn context(&self) -> Context {
        current_context::current().with_value(self.clone())
    }

    /// Returns names and values as a log record shows them.
    #[cfg(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http")))]
    pub(crate) fn fields<'a>(
        &'a self,
        redaction: &'a Redaction,
    ) -> impl Iterator<Item = (&'static str, &'a str)> {
        self.iter()
            .map(|(name, value)| (name, redaction.shown(name, value)))
    }

    /// Returns [`CarriedIdError::Name`] if an id cannot have this name.
    pub(crate) fn check_name(name: &str) -> Result<(), CarriedIdError> {
        let allowed =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-.".contains(&byte);
        let fits = (1..=LONGEST_NAME).contains(&name.len())
            && name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.bytes().all(allowed)
            && !name.starts_with("grpc-")
            && !name.ends_with("-bin")
            && !TAKEN.contains(&name)
            && !RESERVED.contains(&name);
        if fits {
            Ok(())
        } else {
            Err(CarriedIdError::Name)
        }
    }

    /// Returns whether an id can have this value.
    pub(crate) fn is_value(value: &str) -> bool {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:+/=@".contains(&byte);
        (1..=LONGEST_VALUE).contains(&value.len()) && value.bytes().all(allowed)
    }
}

impl Redaction {
    /// Returns what is shown of the value of a field with this name.
    pub(crate) fn shown<'v>(&self, name: &str, value: &'v str) -> &'v str {
        if self.covers(name) { REDACTED } else { value }
    }
}
