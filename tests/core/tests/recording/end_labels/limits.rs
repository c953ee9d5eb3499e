//! Open labels: their limits, borrowed values, and several at once.

use std::panic::catch_unwind;

use glyph_core::{instrument_stage, testing};

use super::{Metrics, Reply, stage};

/// A reply of a server.
struct Answer {
    code: u16,
    region: String,
}

#[instrument_stage(
    stage::fetch,
    labels(path, code = |answer| Some(answer.code), region = |answer| &answer.region),
)]
fn fetch(path: &str, region: &str) -> Answer {
    assert_ne!(region, "panic");
    Answer {
        code: 200,
        region: region.to_owned(),
    }
}

fn replies(path: &str, code: Option<u16>, region: &str) -> u64 {
    let retried = None;
    Metrics::global().replies.value(Reply {
        code,
        region,
        path,
        retried,
    })
}

#[test]
fn open_labels_are_read_from_the_returned_value() {
    let captured = testing::capture();
    fetch("/a", "eu");
    fetch("/a", "us");
    fetch("/a", "us");
    assert_eq!(replies("/a", Some(200), "eu"), 1);
    assert_eq!(replies("/a", Some(200), "us"), 2);
    let spans = captured.spans();
    let regions: Vec<_> = spans.iter().map(|span| span.field("region")).collect();
    assert_eq!(regions, [Some("eu"), Some("us"), Some("us")]);
    for span in &spans {
        assert_eq!(span.field("code"), Some("200"));
        assert_eq!(span.field("retried"), Some("none"));
    }
}

#[test]
fn values_beyond_the_limit_are_other_at_the_end_too() {
    let _captured = testing::capture();
    for region in ["a", "b", "c", "d", "e"] {
        fetch("/limit", region);
    }
    assert_eq!(replies("/limit", Some(200), "a"), 1);
    assert_eq!(replies("/limit", Some(200), "other"), 2);
}

#[test]
fn declared_value_counts_against_the_limit_when_it_is_recorded() {
    let _captured = testing::capture();
    for region in ["a", "b", "c"] {
        fetch("/full", region);
    }
    assert!(catch_unwind(|| fetch("/full", "panic")).is_err());
    assert_eq!(replies("/full", None, "other"), 1);
    assert_eq!(replies("/full", Some(200), "c"), 1);
}

#[test]
fn call_that_panics_has_the_declared_values() {
    let _captured = testing::capture();
    assert!(catch_unwind(|| fetch("/panic", "panic")).is_err());
    assert_eq!(replies("/panic", None, "nowhere"), 1);
}

#[test]
fn block_sets_open_labels_one_by_one() {
    let captured = testing::capture();
    let mut running = stage::fetch { path: "/block" }.start();
    {
        let region = String::from("eu");
        running.set_region("first");
        running.set_region(&region);
    }
    running.set_retried(Some(true));
    running.finish();
    let labels = Reply {
        code: None,
        region: "eu",
        path: "/block",
        retried: Some(true),
    };
    assert_eq!(Metrics::global().replies.value(labels), 1);
    assert_eq!(replies("/block", None, "first"), 0);
    let span = captured.span("fetch");
    assert_eq!(
        (span.field("region"), span.field("code")),
        (Some("eu"), Some("none"))
    );
}
