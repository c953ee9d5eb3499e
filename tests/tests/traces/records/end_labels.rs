//! Labels that are known at the end of a call, on both kinds of spans.

use std::panic::{AssertUnwindSafe, catch_unwind};

use futures_util::FutureExt;
use glyph_runtime::{
    Histogram, Label, instrument_stage, metric_catalog,
    trace::StageSpans::{self, Records, Tracing},
};

use super::exported;
use crate::layer::exported::value;

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
enum Cache {
    Hit,
    Miss,
    Unknown,
}

#[metric_catalog(namespace = "end_label_spans", stages = stage)]
#[expect(dead_code, reason = "only its stage is used")]
struct Metrics {
    /// Latency of lookups.
    #[metric(unit = seconds, buckets = [1s])]
    #[stage(lookup, end_labels(cache: Cache = Cache::Unknown, region: &str = "nowhere"))]
    lookup: Histogram,
}

#[instrument_stage(
    stage::lookup,
    labels(cache = |_| Cache::Hit, region = |region| region),
)]
fn find(region: &str) -> String {
    assert_ne!(region, "panic");
    region.to_owned()
}

#[instrument_stage(stage::lookup, labels(cache = |()| Cache::Miss))]
async fn find_later() {
    tokio::task::yield_now().await;
}

/// Returns the labels of the only span of `work`.
fn labels(stages: StageSpans, work: impl FnOnce()) -> [String; 2] {
    let spans = exported(stages, work);
    let [span] = &*spans else { panic!("{spans:?}") };
    ["cache", "region"].map(|name| {
        let value = value(&span.attributes, name);
        value
            .unwrap_or_else(|| panic!("no {name} in {span:?}"))
            .to_string()
    })
}

#[test]
fn span_has_the_values_of_the_end() {
    for stages in [Tracing, Records] {
        let of_a_value = labels(stages, || drop(find("eu")));
        assert_eq!(of_a_value, ["hit", "eu"]);
        let of_a_future = labels(stages, || {
            let runtime = tokio::runtime::Builder::new_current_thread().build();
            runtime.unwrap().block_on(find_later());
        });
        assert_eq!(of_a_future, ["miss", "nowhere"]);
    }
}

#[test]
fn span_of_a_call_without_a_value_has_the_declared_ones() {
    for stages in [Tracing, Records] {
        let of_a_panic = labels(stages, || {
            assert!(catch_unwind(AssertUnwindSafe(|| find("panic"))).is_err());
        });
        assert_eq!(of_a_panic, ["unknown", "nowhere"]);
        let of_a_drop = labels(stages, || {
            assert!(find_later().now_or_never().is_none());
        });
        assert_eq!(of_a_drop, ["unknown", "nowhere"]);
    }
}

#[test]
fn span_of_a_block_has_what_was_set_and_what_was_declared() {
    for stages in [Tracing, Records] {
        let of_a_block = labels(stages, || {
            let mut running = stage::lookup {}.start();
            running.set_region("eu");
            running.finish();
        });
        assert_eq!(of_a_block, ["unknown", "eu"]);
    }
}
