//! Explicit exemplars, read back from Prometheus.

use std::{net::Ipv4Addr, time::Duration};

use glyph_runtime::{Exemplar, Histogram, LabelSet, metric_catalog};
use glyph_tests::environment;

use crate::{
    process::eventually,
    prometheus::{self, EXEMPLARS_ONLY, Labels, NATIVE_HISTOGRAMS, Prometheus},
};

#[derive(LabelSet)]
pub(crate) struct Route<'a> {
    #[label(max = 4)]
    pub(crate) route: &'a str,
}

#[metric_catalog(namespace = "exemplars")]
pub(crate) struct Metrics {
    /// Time until an answer.
    #[metric(name = "answer.duration", unit = seconds, buckets = [100ms, 1s])]
    pub(crate) answer: Histogram<Route<'_>>,
}

/// Bucket, seconds, trace and span: one exemplar for each bucket.
const OBSERVED: [(&str, f64, &str, &str); 3] = [
    (
        "0.1",
        0.0625,
        "4bf92f3577b34da6a3ce929d0e0e4736",
        "00f067aa0ba902b7",
    ),
    (
        "1.0",
        0.5,
        "0af7651916cd43dd8448eb211c80319c",
        "b7ad6b7169203331",
    ),
    (
        "+Inf",
        30.0,
        "00000000000000000000000000000001",
        "0000000000000001",
    ),
];

#[test]
#[ignore = "needs prometheus and promtool; .ci/run installs them"]
fn prometheus_returns_exemplars() {
    exemplars_come_back_from(EXEMPLARS_ONLY);
}

#[test]
#[ignore = "needs prometheus and promtool; .ci/run installs them"]
fn prometheus_returns_exemplars_with_native_histograms() {
    exemplars_come_back_from(NATIVE_HISTOGRAMS);
}

fn exemplars_come_back_from(features: &str) {
    let telemetry = environment::telemetry("exemplars")
        .catalog(Metrics::global())
        .listener((Ipv4Addr::LOCALHOST, 0))
        .without_facade()
        .without_subscriber()
        .install()
        .unwrap();
    for (_, seconds, trace, span) in OBSERVED {
        Metrics::global().answer.observe_with_exemplar(
            Route { route: "/answer" },
            Duration::from_secs_f64(seconds),
            Exemplar::parse(trace, span).unwrap(),
        );
    }

    let prometheus = Prometheus::scraping(telemetry.local_addr().unwrap(), features);
    prometheus.wait_until_up();
    let selector = r#"exemplars_answer_duration_seconds_bucket{route="/answer"}"#;
    for (bound, value, trace, span) in OBSERVED {
        let expected = prometheus::Exemplar {
            bound: bound.to_owned(),
            labels: Labels::from([
                ("trace_id".to_owned(), trace.to_owned()),
                ("span_id".to_owned(), span.to_owned()),
            ]),
            value,
        };
        eventually("an exemplar comes back", || {
            let exemplars = prometheus.exemplars(selector)?;
            if exemplars.contains(&expected) {
                Ok(())
            } else {
                Err(format!("no {expected:?} in {exemplars:?}"))
            }
        });
    }
}
