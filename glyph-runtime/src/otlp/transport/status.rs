//! Responses of HTTP that are no success.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};

use super::{
    endpoint::without_query,
    failure::{Failure, Kind, Retry},
};

/// The most characters kept of the URL that a redirect leads to.
const LONGEST_LOCATION: usize = 128;

/// OTLP specification, "OTLP/HTTP Response": these four statuses are retried, after `Retry-After`
/// if it is there.
pub(super) fn failure(status: StatusCode, headers: &HeaderMap) -> Failure {
    let after = headers.get(header::RETRY_AFTER).and_then(retry_after);
    let (kind, retry) = match status {
        StatusCode::TOO_MANY_REQUESTS
        | StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT => (Kind::Overloaded, Retry::After(after)),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => (Kind::Unauthorized, Retry::Never),
        StatusCode::PROXY_AUTHENTICATION_REQUIRED => (Kind::Proxy, Retry::Never),
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => (Kind::NotFound, Retry::Never),
        status if status.is_redirection() => (Kind::Redirect, Retry::Never),
        _ => (Kind::Rejected, Retry::Never),
    };
    let details = match kind {
        Kind::Redirect => location(headers),
        Kind::Overloaded => after.map(pause),
        _ => None,
    };
    let details = details.unwrap_or_default();
    let failure = Failure::new(
        kind,
        retry,
        format!("the collector responded {status}{details}"),
    );
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => {
            let advice = "send smaller batches, such as with OTEL_BSP_MAX_EXPORT_BATCH_SIZE";
            failure.with_advice(Some(advice.to_owned()))
        }
        _ => failure,
    }
}

/// Returns the pause that the collector asked for, as words.
pub(super) fn pause(after: Duration) -> String {
    format!(
        ", and asked for a pause of {} s",
        after.as_secs_f64().ceil()
    )
}

/// Returns where a redirect leads, without credentials and query.
fn location(headers: &HeaderMap) -> Option<String> {
    let location = headers.get(header::LOCATION)?.to_str().ok()?;
    let to: Uri = location.parse().ok()?;
    let to = match to.authority() {
        Some(authority) if !authority.as_str().contains('@') => without_query(&to),
        Some(_) => return None,
        None => to.path().to_owned(),
    };
    let to: String = to.chars().take(LONGEST_LOCATION).collect();
    Some(format!(", which leads to {to}"))
}

/// Parses seconds or a date (RFC 9110, section 10.2.3). A number of any length is one of seconds.
pub(super) fn retry_after(value: &HeaderValue) -> Option<Duration> {
    let value = value.to_str().ok()?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let at = httpdate::parse_http_date(value).ok()?;
    Some(at.duration_since(SystemTime::now()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use http::{HeaderMap, HeaderValue, StatusCode, header};

    use super::{failure, retry_after};

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let after = |text: &str| {
            HeaderValue::from_str(text)
                .ok()
                .and_then(|value| retry_after(&value))
        };
        assert_eq!(after("7"), Some(Duration::from_secs(7)));
        assert_eq!(after("0"), Some(Duration::ZERO));
        assert_eq!(after(&"9".repeat(40)), Some(Duration::from_secs(u64::MAX)));
        for garbage in ["soon", "-1", "1.5", "", "7 s"] {
            assert_eq!(after(garbage), None, "{garbage}");
        }
        assert_eq!(after("Fri, 01 Jan 2016 00:00:00 GMT"), Some(Duration::ZERO));
        let later = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(100));
        assert!(after(&later).is_some_and(|wait| wait > Duration::from_secs(90)));
    }

    #[test]
    fn redirect_is_named_without_secrets() {
        for (location, said) in [
            (
                "https://a/v1/traces?key=1",
                "which leads to https://a/v1/traces?…",
            ),
            ("/otlp/v1/traces?key=1", "which leads to /otlp/v1/traces"),
            ("https://user:key@a/", "301 Moved Permanently"),
        ] {
            let value = HeaderValue::from_static(location);
            let headers = HeaderMap::from_iter([(header::LOCATION, value)]);
            let failure = failure(StatusCode::MOVED_PERMANENTLY, &headers).to_string();
            assert!(failure.ends_with(said), "{failure}");
            assert!(!failure.contains("key"), "{failure}");
        }
    }
}
