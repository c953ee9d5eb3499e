//! The two formats of the exposition.

use super::negotiate;

/// A format of the exposition.
///
/// ```
/// use glyph_runtime::expose::Format;
///
/// let accept = "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5";
/// assert_eq!(Format::negotiate(Some(accept)), Format::OpenMetrics);
/// assert_eq!(Format::negotiate(None), Format::Text);
/// assert_eq!(Format::Text.content_type(), "text/plain; version=0.0.4; charset=utf-8");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Prometheus's text format 0.0.4, which every scraper reads.
    #[default]
    Text,
    /// OpenMetrics 1.0, with exemplars and units.
    OpenMetrics,
}

impl Format {
    /// Returns the `Content-Type` of this format.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }

    /// Returns the format for an `Accept` header (RFC 9110, section 12.5.1). Join several headers
    /// with `", "` first.
    ///
    /// The higher quality wins. At the same quality OpenMetrics wins if the header names it, and
    /// text if a wildcard covers both. Default: text, without a header or if it names neither.
    /// Malformed ranges are ignored, and so is everything after 4 KiB or 64 ranges.
    #[must_use]
    pub fn negotiate(accept: Option<&str>) -> Self {
        accept.map_or(Self::Text, negotiate::format)
    }
}
