//! Headers that are sent with each request.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::USER_AGENT;
use crate::trace::{OtlpSettings, TraceError};

/// What the exporter says itself.
const OURS: [HeaderName; 6] = [
    header::CONTENT_TYPE,
    header::CONTENT_ENCODING,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::HOST,
    header::TE,
];

/// The given headers; their values appear in no log.
pub(super) fn given(settings: &OtlpSettings) -> Result<HeaderMap, TraceError> {
    let mut headers = HeaderMap::new();
    headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
    for (name, value) in &settings.headers {
        let wrong = |reason| TraceError::Header {
            name: name.clone(),
            reason,
        };
        let known: HeaderName = name
            .parse()
            .map_err(|_| wrong("its name has characters that are not allowed"))?;
        if OURS.contains(&known) || known.as_str().starts_with("grpc-") {
            return Err(wrong("the exporter sets it"));
        }
        let mut value = HeaderValue::from_str(value)
            .map_err(|_| wrong("its value has characters that are not allowed"))?;
        value.set_sensitive(true);
        headers.insert(known, value);
    }
    Ok(headers)
}
