//! The id of a request: the client's if it is valid, or else a new one.

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header::AsHeaderName, request::Parts};
use uuid::{Builder, Uuid};

use crate::{log::RequestId, random};

/// An id, and its header value.
#[derive(Clone, Debug)]
pub(super) struct HeaderId {
    pub(super) id: RequestId,
    pub(super) value: HeaderValue,
}

impl HeaderId {
    /// Returns the id in the header, if it is valid, or else a new one.
    pub(super) fn of(headers: &HeaderMap, name: Option<&HeaderName>) -> Option<Self> {
        name.and_then(|name| incoming(headers, name)).or_else(new)
    }

    /// Returns the current id.
    pub(super) fn current() -> Option<Self> {
        Self::with(RequestId::current()?)
    }

    /// Returns an id with a header value that shares its text.
    fn with(id: RequestId) -> Option<Self> {
        let shared = Bytes::from_owner(Text(id.clone()));
        let value = HeaderValue::from_maybe_shared(shared).ok()?;
        Some(Self { id, value })
    }

    /// Puts the id where the service below finds it: in the extensions, and in the header, where it
    /// replaces what the client sent.
    pub(super) fn propagate(&self, request: &mut Parts, name: Option<&HeaderName>) {
        if let Some(name) = name {
            request.headers.insert(name, self.value.clone());
        }
        request.extensions.insert(self.id.clone());
    }
}

/// The bytes of an id.
struct Text(RequestId);

impl AsRef<[u8]> for Text {
    fn as_ref(&self) -> &[u8] {
        self.0.as_str().as_bytes()
    }
}

/// Returns the value of a header that occurs once.
pub(super) fn single(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&HeaderValue> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    values.next().is_none().then_some(value)
}

/// Accepts 1 to 128 letters, digits and `-._~:+/=@`. Anything else could have a meaning where the
/// id is read later.
fn incoming(headers: &HeaderMap, name: &HeaderName) -> Option<HeaderId> {
    let value = single(headers, name)?;
    let text = value.to_str().ok()?;
    let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:+/=@".contains(&byte);
    if !text.bytes().all(is_valid) {
        return None;
    }
    Some(HeaderId {
        id: RequestId::new(text)?,
        value: value.clone(),
    })
}

/// Returns a UUID of version 7 (RFC 9562, section 5.7), which sorts by its time.
fn new() -> Option<HeaderId> {
    let mut buffer = Uuid::encode_buffer();
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let milliseconds = since.unwrap_or_default().as_millis().try_into();
    let [_, _, _, _, _, _, random @ ..] = random::bits().to_be_bytes();
    let id = Builder::from_unix_timestamp_millis(milliseconds.unwrap_or(u64::MAX), &random);
    let text = id.into_uuid().hyphenated().encode_lower(&mut buffer);
    HeaderId::with(RequestId::of_uuid(text))
}
