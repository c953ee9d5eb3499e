//! The origins of programs whose consoles share a page.

use axum::http::{HeaderValue, header::InvalidHeaderValue};

/// The scheme, host and port of a console, as a browser writes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin(String);

/// The text is not the origin of a console.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "invalid origin `{0}` of a console: use scheme, host and port alone, such as `http://127.0.0.1:9464`"
)]
pub(crate) struct InvalidOrigin(String);

impl Origin {
    /// Parses an origin (RFC 6454, section 6.2). Its host is a name or an IPv4 address, because a policy
    /// cannot name others (W3C, "Content Security Policy Level 3", section 2.3.1).
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidOrigin> {
        let lower = text.to_ascii_lowercase();
        let parsed = lower.split_once("://").and_then(|(scheme, rest)| {
            let usual = match scheme {
                "http" => 80,
                "https" => 443,
                _ => return None,
            };
            let authority = rest.strip_suffix('/').unwrap_or(rest);
            let (host, port) = match authority.split_once(':') {
                Some((host, port)) => (host, port.parse::<u16>().ok()?),
                None => (authority, usual),
            };
            let is_of_host = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
            let is_host = !host.is_empty() && host.bytes().all(is_of_host);
            is_host.then(|| match port {
                port if port == usual => format!("{scheme}://{host}"),
                port => format!("{scheme}://{host}:{port}"),
            })
        });
        parsed.map_or_else(|| Err(InvalidOrigin(text.to_owned())), |it| Ok(Self(it)))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn header(&self) -> Result<HeaderValue, InvalidHeaderValue> {
        HeaderValue::from_str(&self.0)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed setup fails the test")]
mod tests {
    use super::Origin;

    #[test]
    fn origins_are_as_browsers_write_them() {
        for (text, origin) in [
            ("http://127.0.0.1:9464", "http://127.0.0.1:9464"),
            ("HTTP://LocalHost:9464/", "http://localhost:9464"),
            ("http://shop.internal:80", "http://shop.internal"),
            ("https://ops.example:443/", "https://ops.example"),
            ("https://ops.example:80", "https://ops.example:80"),
        ] {
            assert_eq!(Origin::parse(text).unwrap().as_str(), origin);
        }
    }

    #[test]
    fn what_could_change_a_policy_is_no_origin() {
        for text in [
            "",
            "null",
            "*",
            "127.0.0.1:9464",
            "http://",
            "http://*",
            "http://*.example",
            "http://a b",
            "http://a;script-src *",
            "http://a' 'unsafe-inline'",
            "http://a\r\nx: y",
            "http://user@host",
            "http://host/path",
            "http://host?x",
            "http://host:99999",
            "http://host:",
            "http://[::1]:9464",
            "ws://host",
            "javascript://host",
        ] {
            let error = Origin::parse(text).unwrap_err().to_string();
            assert!(error.contains("http://127.0.0.1:9464"), "{text}: {error}");
        }
    }
}
