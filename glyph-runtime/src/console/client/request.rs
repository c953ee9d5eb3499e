//! Requests, and what can be wrong with them.

use std::{fmt, time::Duration};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::DeserializeOwned;

/// The time for one request.
const LIMIT: Duration = Duration::from_secs(10);

/// The limit of bytes of a response.
const LONGEST: u64 = 64 << 20;

/// Errors returned by a [`Client`](super::Client).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The URL is invalid.
    #[error("invalid URL `{0}`: use that of the listener, such as http://127.0.0.1:9464")]
    Url(String),
    /// The program does not respond.
    #[error("no response of {url}: {reason}; is the program running, with its console on?")]
    Unreachable {
        /// The URL of the program.
        url: String,
        /// What has failed.
        reason: String,
    },
    /// The program rejects the request.
    #[error("{text} (status {status})")]
    Status {
        /// The status of the response.
        status: u16,
        /// What the program says about it.
        text: String,
    },
    /// The response is not that of a console of this version.
    #[error("unknown response ({0}): is the program built with another version of glyph?")]
    Response(String),
}

/// Sends requests to one program.
#[derive(Clone)]
pub(super) struct Requests {
    agent: ureq::Agent,
    url: String,
    token: Option<String>,
}

impl Requests {
    pub(super) fn new(url: String) -> Result<Self, ClientError> {
        let host = url
            .strip_prefix("http://")
            .map(|host| host.trim_end_matches('/'));
        let is_host = |host: &&str| !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']);
        let Some(host) = host.filter(is_host) else {
            return Err(ClientError::Url(url));
        };
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(LIMIT))
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None);
        Ok(Self {
            agent: config.build().into(),
            url: format!("http://{host}"),
            token: None,
        })
    }

    pub(super) fn with_token(self, token: String) -> Self {
        Self {
            token: Some(token),
            ..self
        }
    }

    /// Sends a GET, and reads the response as JSON.
    pub(super) fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        parameters: &[(&str, String)],
    ) -> Result<T, ClientError> {
        let url = format!("{}{path}{}", self.url, query(parameters));
        let mut request = self.agent.get(&url);
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let unreachable = |error: ureq::Error| ClientError::Unreachable {
            url: self.url.clone(),
            reason: error.to_string(),
        };
        let mut response = request.call().map_err(unreachable)?;
        let status = response.status();
        let body = response.body_mut().with_config().limit(LONGEST);
        let text = body.read_to_string().map_err(unreachable)?;
        if !status.is_success() {
            return Err(ClientError::Status {
                status: status.as_u16(),
                text: text.trim().to_owned(),
            });
        }
        serde_json::from_str(&text).map_err(|error| ClientError::Response(error.to_string()))
    }
}

impl fmt::Debug for Requests {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Requests")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// Returns a path with one more part.
pub(super) fn path(path: &str, part: &str) -> String {
    format!("{path}/{}", utf8_percent_encode(part, NON_ALPHANUMERIC))
}

fn query(parameters: &[(&str, String)]) -> String {
    let pairs = parameters
        .iter()
        .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
    let pairs: Vec<String> = pairs.collect();
    if pairs.is_empty() {
        return String::new();
    }
    format!("?{}", pairs.join("&"))
}

#[cfg(test)]
mod tests {
    use super::{Requests, path, query};

    #[test]
    fn only_urls_of_a_listener_are_valid() {
        for url in [
            "http://127.0.0.1:9464",
            "http://localhost/",
            "http://[::1]:1",
        ] {
            assert!(Requests::new(url.to_owned()).is_ok(), "{url}");
        }
        for url in [
            "",
            "localhost:9464",
            "https://a",
            "http://",
            "http://a/b",
            "http://a?b",
            "http://a@b",
        ] {
            assert!(Requests::new(url.to_owned()).is_err(), "{url}");
        }
    }

    #[test]
    fn parameters_and_parts_are_encoded() {
        assert_eq!(query(&[("a", "x y&z=1".to_owned())]), "?a=x%20y%26z%3D1");
        assert_eq!(query(&[]), "");
        assert_eq!(path("/traces", "../a"), "/traces/%2E%2E%2Fa");
    }
}
