//! Settings of samplers and of the limits of a span.

use std::time::Duration;

use glyph_runtime::trace::{KeepFailures, Sampler};

use crate::configuration::{read, traces, warnings};

#[test]
fn samplers_have_the_specified_names() {
    const ARGUMENT: (&str, &str) = ("OTEL_TRACES_SAMPLER_ARG", "0.1");
    let ratio = || Sampler::TraceIdRatio(0.1);
    for (name, sampler) in [
        ("always_on", Sampler::AlwaysOn),
        ("always_off", Sampler::AlwaysOff),
        ("traceidratio", ratio()),
        (
            "parentbased_always_on",
            Sampler::parent_based(Sampler::AlwaysOn),
        ),
        (
            "parentbased_always_off",
            Sampler::parent_based(Sampler::AlwaysOff),
        ),
        ("parentbased_traceidratio", Sampler::parent_based(ratio())),
    ] {
        let variables = [("OTEL_TRACES_SAMPLER", name), ARGUMENT];
        assert_eq!(traces(&variables).sampler, sampler, "{name}");
    }
}

#[test]
fn invalid_sampler_or_argument_counts_as_unset() {
    let unknown = [("OTEL_TRACES_SAMPLER", "jaeger_remote")];
    assert_eq!(
        traces(&unknown).sampler,
        Sampler::parent_based(Sampler::AlwaysOn)
    );
    assert_eq!(warnings(&unknown)[0].variable, "OTEL_TRACES_SAMPLER");
    for wrong in ["1.5", "-1", "NaN", "ten"] {
        let variables = [
            ("OTEL_TRACES_SAMPLER", "traceidratio"),
            ("OTEL_TRACES_SAMPLER_ARG", wrong),
        ];
        assert_eq!(traces(&variables).sampler, Sampler::TraceIdRatio(1.0));
        assert_eq!(warnings(&variables)[0].value, wrong);
    }
}

#[test]
fn batches_and_spans_have_limits() {
    let settings = traces(&[
        ("OTEL_BSP_SCHEDULE_DELAY", "0"),
        ("OTEL_BSP_EXPORT_TIMEOUT", "1000"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "100"),
        ("OTEL_ATTRIBUTE_COUNT_LIMIT", "10"),
        ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "64"),
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "20"),
        ("OTEL_SPAN_EVENT_COUNT_LIMIT", "3"),
        ("OTEL_SPAN_LINK_COUNT_LIMIT", "4"),
        ("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", "5"),
    ]);
    let batch = settings.batch;
    assert_eq!(batch.delay, Duration::ZERO);
    assert_eq!(batch.export_timeout, Duration::from_secs(1));
    assert_eq!((batch.queue, batch.batch), (100, 100));
    let limits = settings.limits;
    assert_eq!(limits.attribute_value_length, Some(64));
    assert_eq!((limits.attributes, limits.attributes_per_event), (20, 10));
    assert_eq!((limits.events, limits.links), (3, 4));
    assert_eq!(limits.attributes_per_link, 5);
}

#[test]
fn invalid_numbers_are_ignored_with_a_warning() {
    for variable in [
        "OTEL_BSP_SCHEDULE_DELAY",
        "OTEL_BSP_EXPORT_TIMEOUT",
        "OTEL_BSP_MAX_QUEUE_SIZE",
        "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
        "OTEL_SPAN_EVENT_COUNT_LIMIT",
    ] {
        for wrong in ["-1", "many", "1.5", "99999999999999999999"] {
            let found = warnings(&[(variable, wrong)]);
            assert_eq!(found.len(), 1, "{variable}={wrong}");
            assert_eq!(
                (found[0].variable.as_str(), &*found[0].value),
                (variable, wrong)
            );
        }
    }
    assert_eq!(warnings(&[("OTEL_BSP_MAX_QUEUE_SIZE", "0")]).len(), 1);
}

#[test]
fn rate_limit_replaces_the_root_sampler() {
    let limited = Sampler::parent_based(Sampler::RateLimited(20));
    let rate = ("GLYPH_TRACES_RATE_LIMIT", "20");
    assert_eq!(traces(&[rate]).sampler, limited);
    let named = ("OTEL_TRACES_SAMPLER", "always_on");
    assert_eq!(traces(&[named, rate]).sampler, limited);
    for wrong in ["0", "10001", "many"] {
        let error = read(&[("GLYPH_TRACES_RATE_LIMIT", wrong)]).unwrap_err();
        assert_eq!(error.value, wrong);
    }
}

#[test]
fn failures_are_kept_if_configured() {
    let slow = Duration::from_millis(1500);
    for (variables, kept) in [
        (&[][..], None),
        (&[("GLYPH_TRACES_KEEP_FAILURES", "false")], None),
        (
            &[("GLYPH_TRACES_KEEP_FAILURES", "true")],
            Some(KeepFailures::errors()),
        ),
        (
            &[("GLYPH_TRACES_KEEP_SLOWER_THAN", "1500")],
            Some(KeepFailures::errors_and_slower_than(slow)),
        ),
    ] {
        assert_eq!(traces(variables).keep_failures, kept, "{variables:?}");
    }
    let error = read(&[("GLYPH_TRACES_KEEP_FAILURES", "yes")]).unwrap_err();
    assert_eq!(error.allowed, "`true` or `false`");
}
