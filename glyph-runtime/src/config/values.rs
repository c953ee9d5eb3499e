//! Values that several signals have.

use percent_encoding::percent_decode_str;

/// Parses `true` and `false`, in any case (OpenTelemetry specification, "Boolean value").
pub(super) fn boolean(text: &str) -> Option<bool> {
    [("true", true), ("false", false)]
        .into_iter()
        .find_map(|(name, value)| text.eq_ignore_ascii_case(name).then_some(value))
}

/// Parses a number of milliseconds, at least 1.
#[cfg(any(feature = "trace", feature = "log"))]
pub(super) fn some_milliseconds(text: &str) -> Option<std::time::Duration> {
    let time = text.parse().ok().map(std::time::Duration::from_millis)?;
    (!time.is_zero()).then_some(time)
}

/// Parses a time limit in milliseconds. 0 means no limit (OpenTelemetry specification, "Timeout").
#[cfg(feature = "trace")]
pub(super) fn time_limit(text: &str) -> Option<std::time::Duration> {
    let milliseconds = text.parse().ok()?;
    Some(match milliseconds {
        0 => std::time::Duration::MAX,
        _ => std::time::Duration::from_millis(milliseconds),
    })
}

/// Parses `name=value` pairs, separated by commas, percent-encoded (W3C Baggage, without
/// properties).
pub(super) fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    text.split(',')
        .filter(|pair| !pair.trim().is_empty())
        .map(pair)
        .collect()
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

/// Splits a list at its commas, and skips empty entries.
pub(super) fn entries(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
}

#[cfg(test)]
mod tests {
    use super::pairs;

    #[test]
    fn pairs_are_decoded_and_rejected_as_a_whole() {
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
}
