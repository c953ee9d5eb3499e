//! A captured exchange, and what plugins may see of it.

use std::sync::LazyLock;

use glyph_runtime::redaction::{REDACTED, Redaction};
use hyper::Uri;
use hyper::header::HeaderMap;
use serde::{Deserialize, Serialize};

/// Headers whose values are addresses.
const ADDRESSES: [&str; 3] = ["location", "origin", "referer"];

/// A request and its response.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct Flow {
    pub(crate) id: u64,
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) status: u16,
    pub(crate) request: Message,
    pub(crate) response: Message,
}

/// The headers and the body of a request or a response.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct Message {
    pub(crate) headers: Vec<(String, String)>,
    /// The first bytes of the body, each as the character with its number.
    pub(crate) body: String,
    /// The length of the whole body.
    pub(crate) bytes: u64,
}

/// Returns a text with a character for each byte, so that bytes that are not text stay what they are.
pub(crate) fn text(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

impl Message {
    pub(crate) fn headers_of(headers: &HeaderMap) -> Vec<(String, String)> {
        let headers = headers.iter();
        headers
            .map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes())))
            .collect()
    }

    /// Returns the value of the first header with this name, in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str())
    }

    fn sanitize(&mut self) {
        for (name, value) in &mut self.headers {
            if is_secret(name) {
                REDACTED.clone_into(value);
            } else if ADDRESSES.contains(&name.as_str()) {
                *value = without_secrets(value);
            }
        }
    }
}

/// Whether a header's value is a secret, by its name.
pub(crate) fn is_secret(name: &str) -> bool {
    static NAMES: LazyLock<Redaction> = LazyLock::new(Redaction::default);
    NAMES.covers(name)
}

/// Returns an address without its user and the values of its query.
fn without_secrets(url: &str) -> String {
    let (rest, query) = match url.split_once('?') {
        Some((rest, query)) => (rest, Some(query)),
        None => (url, None),
    };
    let mut kept = without_user(rest);
    if let Some(query) = query {
        let names = query.split('&').map(|pair| match pair.split_once('=') {
            Some((name, _)) => format!("{name}={REDACTED}"),
            // A value without a name is a value.
            None => REDACTED.to_owned(),
        });
        kept.push('?');
        kept.push_str(&names.collect::<Vec<_>>().join("&"));
    }
    kept
}

fn without_user(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

impl Flow {
    /// Returns the host of the address. Empty if it has none.
    pub(crate) fn host(&self) -> String {
        let url: Option<Uri> = self.url.parse().ok();
        let host = url.as_ref().and_then(Uri::host);
        host.unwrap_or_default().to_owned()
    }

    /// Returns the flow without the values of secret headers and of queries, and without what the client sent
    /// as a body.
    pub(crate) fn sanitized(&self) -> Self {
        let mut flow = self.clone();
        flow.url = without_secrets(&flow.url);
        flow.request.sanitize();
        flow.response.sanitize();
        flow.request.body.clear();
        flow
    }
}

#[cfg(test)]
mod tests {
    use super::{Flow, Message};

    fn flow() -> Flow {
        let headers = |pairs: &[(&str, &str)]| Message {
            headers: pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            body: "pin=1815".to_owned(),
            bytes: 8,
        };
        Flow {
            id: 7,
            method: "POST".to_owned(),
            url: "http://ada:secret-1@shop.example:80/cart?token=secret-2&secret-3".to_owned(),
            status: 302,
            request: headers(&[
                ("authorization", "Bearer secret-4"),
                ("cookie", "session=secret-5"),
                ("referer", "http://shop.example/?q=secret-6"),
                ("accept", "text/html"),
            ]),
            response: headers(&[
                ("set-cookie", "session=secret-7"),
                ("x-api-key", "secret-8"),
                ("location", "/paid?code=secret-9"),
            ]),
        }
    }

    #[test]
    fn sanitized_flow_has_no_secret_and_everything_else() {
        let mut sanitized = flow().sanitized();
        assert_eq!(
            sanitized.url,
            "http://shop.example:80/cart?token=[redacted]&[redacted]"
        );
        sanitized.response.body.clear();
        let text = format!("{sanitized:?}");
        assert!(
            !text.contains("secret-") && !text.contains("1815"),
            "{text}"
        );
        assert_eq!(sanitized.request.header("accept"), Some("text/html"));
        assert_eq!(
            sanitized.response.header("location"),
            Some("/paid?code=[redacted]")
        );
        assert_eq!((sanitized.id, sanitized.request.bytes), (7, 8));
    }

    #[test]
    fn host_has_neither_user_nor_port() {
        assert_eq!(flow().host(), "shop.example");
    }
}
