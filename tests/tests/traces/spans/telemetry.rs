//! A catalog with the stages of the tests.

use glyph_runtime::{Counter, Histogram, Label, LabelSet, Status, metric_catalog};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Stt,
    Tts,
}

#[derive(LabelSet)]
pub(crate) struct Request<'a> {
    #[label(max = 100)]
    pub(crate) test: &'a str,
    pub(crate) kind: Kind,
    pub(crate) status: Status,
}

#[derive(LabelSet)]
pub(crate) struct Test<'a> {
    #[label(max = 100)]
    pub(crate) test: &'a str,
}

#[metric_catalog(namespace = "spans", stages = stage)]
pub(crate) struct Metrics {
    /// Latency of transcription.
    #[metric(unit = seconds, buckets = [10s])]
    #[stage(stt, requests = requests, labels(test: &str, kind: Kind = Kind::Stt))]
    pub(crate) stt: Histogram<Test<'_>>,
    /// Requests.
    pub(crate) requests: Counter<Request<'_>>,
    /// Bytes that came.
    #[metric(unit = bytes, buckets = [1KiB])]
    pub(crate) size: Histogram<Test<'_>>,
}

/// Returns the number of recorded calls of the test.
pub(crate) fn calls(test: &str) -> u64 {
    let requests = &Metrics::global().requests;
    [Status::Ok, Status::Error]
        .map(|status| {
            requests.value(Request {
                test,
                kind: Kind::Stt,
                status,
            })
        })
        .iter()
        .sum()
}
