//! Headers of each request.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::{OtlpError, OtlpSettings, USER_AGENT, proxy::Proxy};

/// Headers that the exporter sets.
const RESERVED: [HeaderName; 6] = [
    header::CONTENT_TYPE,
    header::CONTENT_ENCODING,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::HOST,
    header::TE,
];

/// Returns the headers of the settings, and those for the proxy. Their values appear in no log.
pub(super) fn headers(
    settings: &OtlpSettings,
    proxy: Option<&Proxy>,
) -> Result<HeaderMap, OtlpError> {
    let mut headers = HeaderMap::new();
    if let Some(credentials) = proxy.and_then(Proxy::credentials) {
        headers.insert(header::PROXY_AUTHORIZATION, credentials.clone());
    }
    headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
    for (name, value) in &settings.headers {
        let invalid = |reason| OtlpError::Header {
            name: name.clone(),
            reason,
        };
        let known: HeaderName = name
            .parse()
            .map_err(|_| invalid("the name has characters that are not allowed"))?;
        if RESERVED.contains(&known) || known.as_str().starts_with("grpc-") {
            return Err(invalid("the exporter sets it"));
        }
        let mut value = HeaderValue::from_str(value)
            .map_err(|_| invalid("the value has characters that are not allowed"))?;
        value.set_sensitive(true);
        headers.insert(known, value);
    }
    Ok(headers)
}
