//! Text from outside, cut for a span's attributes.

use http::{HeaderMap, HeaderName};

/// How many bytes of a header or path a span carries.
const LONGEST: usize = 256;

/// The beginning of `text`.
pub(crate) fn bounded(text: &str) -> &str {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// The beginning of a header that is text.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(bounded)
}

/// The version of HTTP (OpenTelemetry semantic conventions, `network.protocol.version`).
pub(crate) fn version(version: http::Version) -> Option<&'static str> {
    match version {
        http::Version::HTTP_09 => Some("0.9"),
        http::Version::HTTP_10 => Some("1.0"),
        http::Version::HTTP_11 => Some("1.1"),
        http::Version::HTTP_2 => Some("2"),
        http::Version::HTTP_3 => Some("3"),
        _ => None,
    }
}
