//! Values that only spans and collectors have.

use std::time::Duration;

use crate::config::values::pairs;

/// Parses a number from 0 to 1.
pub(in crate::config::signals) fn ratio(text: &str) -> Option<f64> {
    let ratio = text.parse().ok()?;
    (0.0..=1.0).contains(&ratio).then_some(ratio)
}

pub(super) fn milliseconds(text: &str) -> Option<Duration> {
    text.parse().ok().map(Duration::from_millis)
}

/// Parses pairs that can be sent as headers (RFC 9110, section 5).
pub(in crate::config::signals) fn headers(text: &str) -> Option<Vec<(String, String)>> {
    let headers = pairs(text)?;
    let can_be_sent = |(name, value): &(String, String)| {
        http::HeaderName::from_bytes(name.as_bytes()).is_ok()
            && http::HeaderValue::from_str(value).is_ok()
    };
    headers.iter().all(can_be_sent).then_some(headers)
}

#[cfg(test)]
mod tests {
    use super::{headers, ratio};

    #[test]
    fn headers_that_cannot_be_sent_are_rejected() {
        let header = ("api-key".to_owned(), "a b".to_owned());
        assert_eq!(headers("api-key=a%20b"), Some(vec![header]));
        for wrong in ["a b=c", "x=%0d%0ay", "a%0a=b", "ä=b"] {
            assert_eq!(headers(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn ratios_are_from_0_to_1() {
        assert_eq!(ratio("0.25"), Some(0.25));
        for wrong in ["-0.1", "1.1", "NaN", "inf", "x", "10%"] {
            assert_eq!(ratio(wrong), None, "{wrong}");
        }
    }
}
