//! The endpoint of a collector.

use http::Uri;

use super::{OtlpError, OtlpSettings};

/// A valid endpoint.
#[derive(Clone, Debug)]
pub(super) struct Endpoint {
    pub(super) uri: Uri,
    pub(super) is_https: bool,
}

impl Endpoint {
    pub(super) fn parse(settings: &OtlpSettings) -> Result<Self, OtlpError> {
        let given = settings.endpoint.trim();
        let full = if given.contains("://") {
            given.to_owned()
        } else {
            let scheme = if settings.insecure { "http" } else { "https" };
            format!("{scheme}://{given}")
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
        Ok(Self { uri, is_https })
    }
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
        let parsed = Endpoint::parse(&settings).map_err(|error| error.to_string())?;
        Ok(parsed.uri.to_string())
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
