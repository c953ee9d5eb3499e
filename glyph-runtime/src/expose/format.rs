//! The two forms of the page.

use super::negotiate;

/// How a page is written.
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
    /// Prometheus's text format 0.0.4, which everything that scrapes can read.
    #[default]
    Text,
    /// OpenMetrics 1.0, which carries exemplars and units as well.
    OpenMetrics,
}

impl Format {
    /// The `Content-Type` of a page of this format.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }

    /// The format that an `Accept` header asks for (RFC 9110, section 12.5.1); several such headers are
    /// joined by `", "` first.
    ///
    /// The higher quality wins. At the same quality OpenMetrics wins if it is named, and text if both are
    /// only covered by a wildcard. Without a header, or if it names neither, the answer is text. Ranges
    /// that are malformed do not count, nor does what stands beyond 4 KiB or 64 ranges.
    #[must_use]
    pub fn negotiate(accept: Option<&str>) -> Self {
        accept.map_or(Self::Text, negotiate::format)
    }
}
