//! The header `Server-Timing` (W3C Server Timing) of a response that passed several servers.

use http::{HeaderMap, HeaderName, HeaderValue, header::Entry};

static SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// The metric that tells the trace of a response.
const TRACE: &str = "traceparent";
/// The metric that follows it where a layer wrote both.
const TIME: &str = "app;dur=";

/// Adds an entry, and removes those of the servers below: a reader takes the first `traceparent`,
/// which would be that of the innermost server. Other metrics stay.
pub(super) fn append(headers: &mut HeaderMap, timing: HeaderValue) {
    let kept: Vec<_> = match headers.entry(&SERVER_TIMING) {
        Entry::Occupied(values) => values.iter().filter_map(others).collect(),
        Entry::Vacant(none) => {
            none.insert(timing);
            return;
        }
    };
    headers.remove(&SERVER_TIMING);
    for value in kept.into_iter().chain([timing]) {
        headers.append(&SERVER_TIMING, value);
    }
}

/// Returns the metrics of others in a header value, if there are any.
fn others(value: &HeaderValue) -> Option<HeaderValue> {
    let Some(text) = value.to_str().ok().filter(|text| text.contains(TRACE)) else {
        return Some(value.clone());
    };
    let mut follows_trace = false;
    let kept: Vec<_> = metrics(text)
        .filter(|metric| {
            let is_time = follows_trace && metric.starts_with(TIME);
            follows_trace = name(metric) == TRACE;
            !follows_trace && !is_time
        })
        .collect();
    let rest = HeaderValue::from_str(&kept.join(", ")).ok();
    rest.filter(|rest| !rest.is_empty())
}

fn name(metric: &str) -> &str {
    metric.split(';').next().unwrap_or_default().trim_end()
}

/// Splits a header value at the commas that are not quoted.
fn metrics(text: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    let metrics = text.split(move |character: char| {
        let separates = character == ',' && !quoted;
        if character == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = quoted && character == '\\' && !escaped;
        separates
    });
    metrics.map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::{HeaderMap, HeaderValue, SERVER_TIMING, append};

    /// Returns the values of the header after the outer server has added its own.
    fn after(inner: &[&'static str]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for value in inner {
            headers.append(&SERVER_TIMING, HeaderValue::from_static(value));
        }
        append(
            &mut headers,
            HeaderValue::from_static("traceparent;desc=\"outer\", app;dur=9"),
        );
        let values = headers.get_all(&SERVER_TIMING).iter();
        let values = values.map(|value| value.to_str().unwrap_or_default().to_owned());
        values.collect()
    }

    const OUTER: &str = "traceparent;desc=\"outer\", app;dur=9";

    #[test]
    fn outer_server_replaces_the_trace_of_an_inner_one() {
        for inner in [
            &[][..],
            &["traceparent;desc=\"inner\", app;dur=1.5"],
            &["traceparent;desc=\"inner\""],
            &[
                "traceparent;desc=\"a\", app;dur=1",
                "traceparent ;desc=\"b\",app;dur=2",
            ],
        ] {
            assert_eq!(after(inner), [OUTER], "{inner:?}");
        }
    }

    #[test]
    fn metrics_of_others_stay() {
        for (inner, kept) in [
            (&["db;dur=53"][..], &["db;dur=53"][..]),
            (&["app;dur=47.2"], &["app;dur=47.2"]),
            (
                &["db;dur=53, traceparent;desc=\"a\", app;dur=1, cache;desc=\"a, b\""],
                &["db;dur=53, cache;desc=\"a, b\""],
            ),
            (
                &["traceparent;desc=\"a\", app;dur=1, app;dur=2", "miss"],
                &["app;dur=2", "miss"],
            ),
            (
                &["note;desc=\"\\\", traceparent;\", db"],
                &["note;desc=\"\\\", traceparent;\", db"],
            ),
        ] {
            let expected: Vec<_> = kept.iter().copied().chain([OUTER]).collect();
            assert_eq!(after(inner), expected, "{inner:?}");
        }
    }
}
