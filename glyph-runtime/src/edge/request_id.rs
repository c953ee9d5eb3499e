//! The id of a request: the client's where it is sane, or else a new one.

use http::{HeaderMap, HeaderName, HeaderValue, request::Parts};
use uuid::Uuid;

use crate::log::RequestId;

/// An id, and the same as headers have it.
#[derive(Clone, Debug)]
pub(crate) struct HeaderId {
    pub(crate) id: RequestId,
    pub(crate) value: HeaderValue,
}

impl HeaderId {
    /// The id that the header names, if it is sane, or else a new one.
    pub(crate) fn of(headers: &HeaderMap, name: Option<&HeaderName>) -> Option<Self> {
        name.and_then(|name| incoming(headers, name)).or_else(new)
    }

    /// The id of the code that runs now.
    pub(crate) fn current() -> Option<Self> {
        let id = RequestId::current()?;
        let value = HeaderValue::from_str(id.as_str()).ok()?;
        Some(Self { id, value })
    }

    /// Puts the id where the service below finds it: in the extensions, and under the header in place of what the client
    /// sent.
    pub(crate) fn hand_on(&self, parts: &mut Parts, name: Option<&HeaderName>) {
        if let Some(name) = name {
            parts.headers.insert(name, self.value.clone());
        }
        parts.extensions.insert(self.id.clone());
    }
}

/// One header, 1 to 128 letters, digits and `-._~:+/=@`. Anything else could mean something to whatever reads it later,
/// and is refused.
fn incoming(headers: &HeaderMap, name: &HeaderName) -> Option<HeaderId> {
    let mut values = headers.get_all(name).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return None;
    };
    let text = value.to_str().ok()?;
    let is_sane = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:+/=@".contains(&byte);
    if !text.bytes().all(is_sane) {
        return None;
    }
    Some(HeaderId {
        id: RequestId::new(text)?,
        value: value.clone(),
    })
}

/// A UUID of version 7 (RFC 9562, section 5.7), which sorts by its time.
fn new() -> Option<HeaderId> {
    let mut buffer = Uuid::encode_buffer();
    let text = Uuid::now_v7().hyphenated().encode_lower(&mut buffer);
    Some(HeaderId {
        id: RequestId::new(text)?,
        value: HeaderValue::from_str(text).ok()?,
    })
}
