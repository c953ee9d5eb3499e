//! Names whose values never leave the process.

/// What stands in place of a value that is not to be seen.
pub const REDACTED: &str = "[redacted]";

/// A list of field names whose values are replaced by [`REDACTED`].
///
/// A name is on the list if it, or what stands behind its last dot, is: `http.request.header.authorization`
/// is `authorization`. Case does not count, and `-` is `_`.
///
/// ```
/// use glyph_runtime::log::Redaction;
///
/// let redaction = Redaction::default().with("session_key");
/// assert!(redaction.covers("http.request.header.Set-Cookie"));
/// assert!(redaction.covers("SESSION-KEY"));
/// assert!(!redaction.covers("token_count"));
/// ```
#[derive(Clone, Debug)]
pub struct Redaction {
    names: Vec<Box<[u8]>>,
}

impl Redaction {
    /// The names that are on the list unless it starts with [`Redaction::none`].
    pub const DEFAULT: [&str; 22] = [
        "access_token",
        "api_key",
        "apikey",
        "auth_token",
        "authorization",
        "client_secret",
        "cookie",
        "credential",
        "credentials",
        "id_token",
        "passwd",
        "password",
        "private_key",
        "proxy_authorization",
        "refresh_token",
        "secret",
        "secret_key",
        "session_token",
        "set_cookie",
        "token",
        "x_api_key",
        "x_auth_token",
    ];

    /// An empty list.
    #[must_use]
    pub fn none() -> Self {
        Self { names: Vec::new() }
    }

    /// This list and one more name.
    #[must_use]
    pub fn with(mut self, name: &str) -> Self {
        let name: Box<[u8]> = name.bytes().map(canonical).collect();
        if !name.is_empty() {
            self.names.push(name);
        }
        self
    }

    /// Whether the value of a field of this name is replaced.
    #[must_use]
    pub fn covers(&self, name: &str) -> bool {
        let last = name.rsplit('.').next().unwrap_or(name);
        self.names
            .iter()
            .any(|listed| same(listed, last) || same(listed, name))
    }

    /// The value as it may be seen.
    pub(crate) fn of<'value>(&self, name: &str, value: &'value str) -> &'value str {
        if self.covers(name) { REDACTED } else { value }
    }
}

impl Default for Redaction {
    fn default() -> Self {
        Self::DEFAULT.into_iter().fold(Self::none(), Self::with)
    }
}

fn canonical(byte: u8) -> u8 {
    if byte == b'-' {
        b'_'
    } else {
        byte.to_ascii_lowercase()
    }
}

fn same(listed: &[u8], name: &str) -> bool {
    listed.len() == name.len() && name.bytes().map(canonical).eq(listed.iter().copied())
}
