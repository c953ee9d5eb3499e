//! The share of bad calls that an interpolated objective records, computed from the recorded buckets
//! without PromQL.

use std::time::Duration;

use serde_json::Value;

use super::{
    cases,
    timeline::{END, Timeline},
};
use crate::api::Labels;

/// The window of the recorded share.
const WINDOW: Duration = Duration::from_secs(300);

/// The threshold of the objective, and the bounds of the bucket around it.
const THRESHOLD: f64 = 3.0;
const LOWER: (&str, f64) = ("1.0", 1.0);
const UPPER: (&str, f64) = ("5.0", 5.0);

const CALLS: [(&str, &str); 3] = [("job", "api"), ("env", "production"), ("kind", "stt")];

const IDENTITY: [(&str, &str); 2] = [
    ("indicator", "forms_answer_seconds"),
    ("objective", "AnswersEstimated"),
];

/// Returns the share of bad calls at the end. Fails unless an estimate differs from both counts that a
/// bucket bound would give.
fn bad(recording: &Timeline) -> f64 {
    let rise = |name: &str, le: Option<&str>| {
        let mut labels = labels(&CALLS);
        labels.extend(le.map(|le| ("le".to_owned(), le.to_owned())));
        recording.rise(name, &labels, WINDOW)
    };
    let all = rise("forms_answer_seconds_count", None);
    let [lower, upper] =
        [LOWER, UPPER].map(|(le, _)| rise("forms_answer_seconds_bucket", Some(le)));
    let part = (THRESHOLD - LOWER.1) / (UPPER.1 - LOWER.1);
    let bad = all - upper + (upper - lower) * (1.0 - part);
    assert!(all - upper < bad && bad < all - lower, "{bad} of {all}");
    bad / all
}

/// Asserts that the rules record this share.
pub(super) fn assertion(recording: &Timeline) -> Value {
    let matchers = CALLS.iter().chain(&IDENTITY);
    let matchers = matchers.map(|(name, value)| format!("{name}={value:?}"));
    let matchers: Vec<String> = matchers.collect();
    let series = "objective:failures_per_request:ratio_rate5m";
    let expr = format!("round({series}{{{}}} * 1e6)", matchers.join(", "));
    let mut expected = labels(&CALLS);
    expected.extend(labels(&IDENTITY));
    let value = (bad(recording) * 1e6).round();
    cases::result(&expr, END, "", vec![(expected, value)])
}

fn labels(labels: &[(&str, &str)]) -> Labels {
    let labels = labels.iter();
    labels
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}
