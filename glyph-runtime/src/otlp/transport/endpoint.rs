//! Where the collector is.

use http::Uri;

use crate::trace::{OtlpSettings, TraceError};

/// An endpoint that can be spoken to.
#[derive(Clone, Debug)]
pub(super) struct Endpoint {
    pub(super) uri: Uri,
    pub(super) is_https: bool,
}

impl Endpoint {
    pub(super) fn parse(settings: &OtlpSettings) -> Result<Self, TraceError> {
        let given = settings.endpoint.trim();
        let wrong = |reason: &str| TraceError::Endpoint {
            endpoint: without_credentials(given),
            reason: reason.to_owned(),
        };
        let full = if given.contains("://") {
            given.to_owned()
        } else {
            let scheme = if settings.insecure { "http" } else { "https" };
            format!("{scheme}://{given}")
        };
        let uri: Uri = full
            .parse()
            .map_err(|error: http::uri::InvalidUri| wrong(&error.to_string()))?;
        let is_https = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(wrong("its scheme is neither http nor https")),
        };
        let authority = uri.authority().ok_or_else(|| wrong("it names no host"))?;
        if authority.as_str().contains('@') {
            return Err(wrong("credentials belong into a header"));
        }
        if authority.host().is_empty() {
            return Err(wrong("it names no host"));
        }
        Ok(Self { uri, is_https })
    }

    /// With the path of its signal, if none was given (OpenTelemetry Protocol Exporter, "Endpoint URLs for OTLP/HTTP").
    #[cfg(feature = "otlp-http")]
    pub(super) fn with_path(self, given: &str, path: &'static str) -> Result<Uri, TraceError> {
        let behind_scheme = given.split_once("://").map_or(given, |(_, rest)| rest);
        if behind_scheme.contains('/') {
            return Ok(self.uri);
        }
        let mut parts = self.uri.into_parts();
        parts.path_and_query = Some(http::uri::PathAndQuery::from_static(path));
        Uri::from_parts(parts).map_err(|error| TraceError::Endpoint {
            endpoint: without_credentials(given),
            reason: error.to_string(),
        })
    }
}

fn without_credentials(endpoint: &str) -> String {
    match endpoint.rsplit_once('@') {
        Some((_, rest)) => format!("…@{rest}"),
        None => endpoint.to_owned(),
    }
}

#[cfg(all(test, feature = "otlp-http"))]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

    use super::Endpoint;
    use crate::trace::{OtlpSettings, Protocol};

    fn url(endpoint: &str, insecure: bool) -> Result<String, String> {
        let mut settings = OtlpSettings::new(endpoint, Protocol::HttpProtobuf);
        settings.insecure = insecure;
        let parsed = Endpoint::parse(&settings).map_err(|error| error.to_string())?;
        Ok(parsed
            .with_path(endpoint, "/v1/traces")
            .unwrap()
            .to_string())
    }

    #[test]
    fn a_path_is_added_only_where_there_is_none() {
        assert_eq!(
            url("http://a:4318", false).unwrap(),
            "http://a:4318/v1/traces"
        );
        assert_eq!(url("http://a:4318/", false).unwrap(), "http://a:4318/");
        assert_eq!(url("https://a/otlp/x", false).unwrap(), "https://a/otlp/x");
    }

    #[test]
    fn without_a_scheme_it_is_tls_unless_told_otherwise() {
        assert_eq!(url("a:4318", false).unwrap(), "https://a:4318/v1/traces");
        assert_eq!(url("a:4318", true).unwrap(), "http://a:4318/v1/traces");
    }

    #[test]
    fn what_is_no_endpoint_is_said_without_its_secrets() {
        assert!(
            url("ftp://a", false)
                .unwrap_err()
                .contains("neither http nor https")
        );
        assert!(url("", false).is_err());
        let error = url("https://user:secret@a", false).unwrap_err();
        assert!(
            error.contains("header") && !error.contains("secret"),
            "{error}"
        );
    }
}
