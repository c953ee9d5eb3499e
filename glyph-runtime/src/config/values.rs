//! What a value says.

#[cfg(any(feature = "trace", feature = "log"))]
use std::time::Duration;

use percent_encoding::percent_decode_str;

/// `true` in any case is true, `false` is false (OpenTelemetry specification, "Boolean value").
#[cfg(feature = "trace")]
pub(super) fn boolean(text: &str) -> Option<bool> {
    [("true", true), ("false", false)]
        .into_iter()
        .find_map(|(word, value)| text.eq_ignore_ascii_case(word).then_some(value))
}

/// A number from 0 to 1.
#[cfg(feature = "trace")]
pub(super) fn ratio(text: &str) -> Option<f64> {
    let ratio = text.parse().ok()?;
    (0.0..=1.0).contains(&ratio).then_some(ratio)
}

#[cfg(feature = "trace")]
pub(super) fn milliseconds(text: &str) -> Option<Duration> {
    text.parse().ok().map(Duration::from_millis)
}

/// More than none.
#[cfg(any(feature = "trace", feature = "log"))]
pub(super) fn some_milliseconds(text: &str) -> Option<Duration> {
    let time = text.parse().ok().map(Duration::from_millis)?;
    (!time.is_zero()).then_some(time)
}

/// `name=value` pairs, separated by commas, percent-encoded (W3C Baggage, without properties).
pub(super) fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    text.split(',')
        .filter(|pair| !pair.trim().is_empty())
        .map(pair)
        .collect()
}

/// Pairs that can be sent as headers (RFC 9110, section 5).
#[cfg(feature = "trace")]
pub(super) fn headers(text: &str) -> Option<Vec<(String, String)>> {
    let headers = pairs(text)?;
    let can_be_sent = |(name, value): &(String, String)| {
        http::HeaderName::from_bytes(name.as_bytes()).is_ok()
            && http::HeaderValue::from_str(value).is_ok()
    };
    headers.iter().all(can_be_sent).then_some(headers)
}

fn pair(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=')?;
    let (name, value) = (decoded(name.trim())?, decoded(value.trim())?);
    (!name.is_empty()).then_some((name, value))
}

fn decoded(text: &str) -> Option<String> {
    let whole = text.split('%').skip(1).all(|after| {
        let digits = after.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    });
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    whole.then(|| decoded.into_owned())
}

/// The words of a list, separated by commas.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::pairs;

    #[test]
    fn pairs_are_decoded_or_refused_whole() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            pairs(" a=1 , b=x%2Cy%20z,c=d=e,,f="),
            Some(vec![
                pair("a", "1"),
                pair("b", "x,y z"),
                pair("c", "d=e"),
                pair("f", "")
            ])
        );
        for wrong in ["a", "=1", "a=%", "a=%2", "a=%zz", "a=%ff", "a=1,b"] {
            assert_eq!(pairs(wrong), None, "{wrong}");
        }
    }

    #[cfg(feature = "trace")]
    #[test]
    fn headers_are_what_can_be_sent() {
        let header = ("api-key".to_owned(), "a b".to_owned());
        assert_eq!(super::headers("api-key=a%20b"), Some(vec![header]));
        for wrong in ["a b=c", "x=%0d%0ay", "a%0a=b", "ä=b"] {
            assert_eq!(super::headers(wrong), None, "{wrong}");
        }
    }

    #[cfg(feature = "trace")]
    #[test]
    fn ratios_are_from_0_to_1() {
        assert_eq!(super::ratio("0.25"), Some(0.25));
        for wrong in ["-0.1", "1.1", "NaN", "inf", "x", "10%"] {
            assert_eq!(super::ratio(wrong), None, "{wrong}");
        }
    }
}
