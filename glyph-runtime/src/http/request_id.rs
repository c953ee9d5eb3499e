//! The id of a request: the client's where it is sane, or else a new one.

use http::{HeaderMap, HeaderName, HeaderValue, request::Parts};
use uuid::Uuid;

use crate::log::RequestId;

/// The id that the header names: one header, 1 to 128 letters, digits and `-._~:+/=@`. Anything else could mean something
/// to whatever reads it later, and is refused.
pub(crate) fn incoming(headers: &HeaderMap, name: &HeaderName) -> Option<RequestId> {
    let mut values = headers.get_all(name).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return None;
    };
    let text = value.to_str().ok()?;
    let is_sane = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:+/=@".contains(&byte);
    if !text.bytes().all(is_sane) {
        return None;
    }
    RequestId::new(text)
}

/// A new id: a UUID of version 7 (RFC 9562, section 5.7), which sorts by its time.
pub(crate) fn new() -> Option<RequestId> {
    let mut buffer = Uuid::encode_buffer();
    RequestId::new(Uuid::now_v7().hyphenated().encode_lower(&mut buffer))
}

/// Puts the id where the service below finds it: in the extensions, and under the header in place of what the client sent.
pub(crate) fn hand_on(parts: &mut Parts, name: Option<&HeaderName>, id: &RequestId) {
    if let (Some(name), Ok(value)) = (name, HeaderValue::from_str(id.as_str())) {
        parts.headers.insert(name, value);
    }
    parts.extensions.insert(id.clone());
}
