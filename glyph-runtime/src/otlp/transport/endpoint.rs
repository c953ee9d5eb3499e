//! The endpoint of a collector.

use http::Uri;

use super::{OtlpError, OtlpSettings, Protocol};

/// A valid endpoint.
#[derive(Clone, Debug)]
pub(super) struct Endpoint {
    /// The URL of requests over HTTP, and the beginning of those over gRPC.
    pub(super) uri: Uri,
    pub(super) is_https: bool,
    pub(super) protocol: Protocol,
    /// The path of the signal over HTTP, for endpoints without one.
    pub(super) usual_path: &'static str,
}

impl Endpoint {
    pub(super) fn parse(
        settings: &OtlpSettings,
        usual_path: &'static str,
    ) -> Result<Self, OtlpError> {
        let given = settings.endpoint.trim();
        let full = if given.contains("://") {
            given.to_owned()
        } else {
            let scheme = if settings.insecure { "http" } else { "https" };
            format!("{scheme}://{given}")
        };
        let full = match settings.protocol {
            Protocol::Grpc => full,
            Protocol::HttpProtobuf => with_path(&full, usual_path),
        };
        let uri: Uri = full
            .parse()
            .map_err(|error: http::uri::InvalidUri| invalid(given, &error))?;
        let is_https = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(invalid(given, "the scheme must be http or https")),
        };
        let authority = uri
            .authority()
            .ok_or_else(|| invalid(given, "the host is missing"))?;
        if authority.as_str().contains('@') {
            return Err(invalid(given, "put credentials in a header"));
        }
        if authority.host().is_empty() {
            return Err(invalid(given, "the host is missing"));
        }
        Ok(Self {
            uri,
            is_https,
            protocol: settings.protocol,
            usual_path,
        })
    }

    pub(super) fn port(&self) -> u16 {
        let usual = if self.is_https { 443 } else { 80 };
        self.uri.port_u16().unwrap_or(usual)
    }

    /// Returns host and port.
    pub(super) fn authority(&self) -> String {
        let host = self.uri.host().unwrap_or_default().to_ascii_lowercase();
        format!("{host}:{}", self.port())
    }

    /// Returns the URL for the log, without the query, which may have a key.
    pub(super) fn url(&self) -> String {
        without_query(&self.uri)
    }
}

/// Returns a URL without its query. An endpoint has no credentials before its host.
pub(super) fn without_query(uri: &Uri) -> String {
    let scheme = uri.scheme_str().unwrap_or_default();
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let path = uri.path();
    let path = if path == "/" { "" } else { path };
    let query = if uri.query().is_some() { "?…" } else { "" };
    format!("{scheme}://{authority}{path}{query}")
}

/// Adds the path of the signal to a URL without a path (OpenTelemetry Protocol Exporter,
/// "Endpoint URLs for OTLP/HTTP"). The query follows the path.
fn with_path(url: &str, path: &str) -> String {
    let url = url.split_once('#').map_or(url, |(url, _)| url);
    let (before, query) = url.find('?').map_or((url, ""), |at| url.split_at(at));
    let after_scheme = before.split_once("://").map_or(before, |(_, rest)| rest);
    let path = if after_scheme.contains('/') { "" } else { path };
    format!("{before}{path}{query}")
}

/// Returns an error that names the endpoint without its credentials.
pub(super) fn invalid(endpoint: &str, reason: &(impl ToString + ?Sized)) -> OtlpError {
    let endpoint = match endpoint.rsplit_once('@') {
        Some((_, rest)) => format!("…@{rest}"),
        None => endpoint.to_owned(),
    };
    OtlpError::Endpoint {
        endpoint,
        reason: reason.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::Endpoint;
    use crate::otlp::{OtlpSettings, Protocol};

    fn parsed(endpoint: &str, insecure: bool) -> Result<String, String> {
        let mut settings = OtlpSettings::new(endpoint, Protocol::Grpc);
        settings.insecure = insecure;
        let parsed = Endpoint::parse(&settings, "/v1/traces").map_err(|error| error.to_string())?;
        Ok(parsed.uri.to_string())
    }

    #[test]
    fn path_is_added_only_to_an_endpoint_without_one() {
        for (endpoint, expected, url) in [
            (
                "http://a:4318",
                "http://a:4318/v1/traces",
                "http://a:4318/v1/traces",
            ),
            ("http://a:4318/", "http://a:4318/", "http://a:4318"),
            ("https://a/otlp/x", "https://a/otlp/x", "https://a/otlp/x"),
            (
                "a:4318",
                "https://a:4318/v1/traces",
                "https://a:4318/v1/traces",
            ),
            (
                "http://a?key=1",
                "http://a/v1/traces?key=1",
                "http://a/v1/traces?…",
            ),
            ("http://a/x?key=/y#z", "http://a/x?key=/y", "http://a/x?…"),
        ] {
            let settings = OtlpSettings::new(endpoint, Protocol::HttpProtobuf);
            let parsed = Endpoint::parse(&settings, "/v1/traces");
            let urls = parsed.map(|parsed| (parsed.uri.to_string(), parsed.url()));
            let expected = (expected.to_owned(), url.to_owned());
            assert_eq!(urls.map_err(|error| error.to_string()), Ok(expected));
        }
    }

    #[test]
    fn endpoint_without_scheme_uses_tls_unless_insecure() {
        assert_eq!(parsed("a:4318", false).as_deref(), Ok("https://a:4318/"));
        assert_eq!(parsed("a:4318", true).as_deref(), Ok("http://a:4318/"));
    }

    #[test]
    fn error_for_an_endpoint_hides_its_credentials() {
        let error = |endpoint| parsed(endpoint, false).err().unwrap_or_default();
        assert!(error("ftp://a").contains("http or https"));
        assert!(!error("").is_empty());
        let error = error("https://user:secret@a");
        assert!(
            error.contains("header") && !error.contains("secret"),
            "{error}"
        );
    }
}
