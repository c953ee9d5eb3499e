//! The deadline of a call.

use std::time::Duration;

use ::http::HeaderMap;

/// How early a call can be dropped for its deadline: the other side counts from an earlier moment.
const LEAST_SLACK: Duration = Duration::from_millis(10);

/// Returns the header `grpc-timeout` (gRPC over HTTP/2, "Requests"): up to eight digits and a unit.
pub(super) fn timeout(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if !(1..=8).contains(&digits.len()) || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let value: u64 = digits.parse().ok()?;
    Some(match unit {
        "H" => Duration::from_secs(value * 3600),
        "M" => Duration::from_secs(value * 60),
        "S" => Duration::from_secs(value),
        "m" => Duration::from_millis(value),
        "u" => Duration::from_micros(value),
        "n" => Duration::from_nanos(value),
        _ => return None,
    })
}

/// Whether a call that was dropped after `elapsed` was dropped for its `timeout`.
pub(super) fn has_passed(timeout: Option<Duration>, elapsed: Duration) -> bool {
    timeout.is_some_and(|timeout| elapsed + LEAST_SLACK.max(timeout / 10) >= timeout)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{HeaderMap, has_passed, timeout};

    #[test]
    fn timeout_units_are_parsed() {
        let parsed = |text: &'static str| {
            let headers = HeaderMap::from_iter([(
                ::http::HeaderName::from_static("grpc-timeout"),
                ::http::HeaderValue::from_static(text),
            )]);
            timeout(&headers)
        };
        assert_eq!(
            parsed("99999999H"),
            Some(Duration::from_secs(359_999_996_400))
        );
        assert_eq!(parsed("2M"), Some(Duration::from_secs(120)));
        assert_eq!(parsed("3S"), Some(Duration::from_secs(3)));
        assert_eq!(parsed("100m"), Some(Duration::from_millis(100)));
        assert_eq!(parsed("5u"), Some(Duration::from_micros(5)));
        assert_eq!(parsed("7n"), Some(Duration::from_nanos(7)));
        for text in ["", "m", "100", "+1m", "1.5S", "123456789m", "1h", "1 m"] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }

    #[test]
    fn drop_slightly_before_the_deadline_is_a_timeout() {
        let second = Some(Duration::from_secs(1));
        assert!(has_passed(second, Duration::from_millis(900)));
        assert!(!has_passed(second, Duration::from_millis(890)));
        assert!(!has_passed(None, Duration::MAX));
    }
}
