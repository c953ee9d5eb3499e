//! Levels of stages and spans that the filter of a log hides.

use std::{error::Error, io};

use glyph_runtime::{
    instrument_stage,
    log::{LogSettings, Pipeline},
};
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use serde_json::Value;
use tracing::{debug_span, info, info_span};
use tracing_subscriber::layer::SubscriberExt;

use super::{assert_same, filtered_by, off, on, program::stage};
use crate::capture::{AMPLE, Written};

#[instrument_stage(stage::step, fields(visible))]
fn visible<R>(visible: u8, work: impl FnOnce() -> R) -> R {
    work()
}

#[instrument_stage(stage::step, level = debug, fields(detail))]
fn detailed<R>(detail: u8, work: impl FnOnce() -> R) -> R {
    work()
}

#[instrument_stage(stage::step, level = debug, fields(cause = cause as &(dyn Error + 'static)))]
fn failing(cause: &io::Error) {
    info!("in a hidden stage with an error");
}

/// Returns the lines of `work` in two logs, one with each filter.
fn lines_of_two(filters: [&str; 2], sampler: Sampler, work: impl FnOnce()) -> [Vec<Value>; 2] {
    glyph_runtime::trace::connect();
    let provider = SdkTracerProvider::builder().with_sampler(sampler).build();
    let tracer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    let kept = [Written::default(), Written::default()];
    let settings = |index: usize| LogSettings {
        output: kept[index].output(),
        filter: filters[index].to_owned(),
        ..LogSettings::default()
    };
    let (first, first_log) = Pipeline::start(settings(0)).unwrap();
    let (second, second_log) = Pipeline::start(settings(1)).unwrap();
    let subscriber = tracing_subscriber::registry()
        .with(first)
        .with(second)
        .with(tracer);
    tracing::subscriber::with_default(subscriber, || info_span!("root").in_scope(work));
    for log in [first_log, second_log] {
        log.shutdown(AMPLE).unwrap();
    }
    kept.map(|kept| kept.lines())
}

/// Asserts that two logs have the same lines, sampled or not, and returns them.
fn same_in_two(filters: [&str; 2], work: impl Fn()) -> [Vec<Value>; 2] {
    let expected = lines_of_two(filters, on(), &work);
    let lines = lines_of_two(filters, off(), &work);
    for (index, (lines, expected)) in lines.clone().into_iter().zip(expected).enumerate() {
        assert_same(lines, expected, filters[index]);
    }
    lines
}

#[test]
fn stage_that_the_filter_hides_has_no_fields_in_lines() {
    let work = || {
        info_span!("root", root = 1).in_scope(|| {
            detailed(1, || {
                info!("in a hidden stage");
                visible(2, || info!("in a visible one"));
                detailed(3, || info!("in two hidden ones"));
                info_span!("span", span = 4).in_scope(|| info!("in a span"));
            });
        });
    };
    for (filter, detail) in [("info", Value::Null), ("debug,h2=info", 1.into())] {
        let [expected, lines] = [on(), off()].map(|sampler| filtered_by(filter, sampler, work));
        assert_eq!(lines.len(), 4, "{filter}");
        assert_eq!(lines[0]["detail"], detail, "{filter}");
        assert_eq!(lines[1]["detail"], detail, "{filter}");
        assert_eq!(lines[3]["root"], 1, "{filter}");
        assert_same(lines, expected, filter);
    }
}

#[test]
fn stage_with_an_error_that_the_filter_hides_has_no_fields_in_lines() {
    let cause = io::Error::other("disk full");
    let work = || info_span!("root").in_scope(|| failing(&cause));
    for (filter, shown) in [("info", Value::Null), ("debug", "disk full".into())] {
        let [expected, lines] = [on(), off()].map(|sampler| filtered_by(filter, sampler, work));
        assert_eq!(lines.len(), 1, "{filter}");
        assert_eq!(lines[0]["cause"], shown, "{filter}");
        assert_same(lines, expected, filter);
    }
}

#[test]
fn span_that_one_log_hides_keeps_no_stage_from_it() {
    let [coarse, fine] = same_in_two(["info", "debug"], || {
        visible(1, || {
            debug_span!("detail", detail = 2).in_scope(|| {
                info!("in a detail of a stage");
                visible(3, || info!("in a stage in the detail"));
                detailed(4, || info!("in a detailed stage"));
                info_span!("span", span = 5).in_scope(|| info!("in a span in the detail"));
                info_span!("span", span = 5)
                    .in_scope(|| visible(6, || info!("in a stage in that")));
            });
        });
    });
    let of = |lines: &[Value], name| {
        let values = lines.iter().map(|line| line[name].as_u64());
        values.collect::<Vec<_>>()
    };
    let stages = [Some(1), Some(3), Some(1), Some(1), Some(6)];
    assert_eq!(of(&coarse, "visible"), stages);
    assert_eq!(of(&fine, "visible"), stages);
    assert_eq!(of(&coarse, "detail"), [None; 5]);
    assert_eq!(
        of(&fine, "detail"),
        [Some(2), Some(2), Some(4), Some(2), Some(2)]
    );
    assert_eq!(of(&coarse, "span"), [None, None, None, Some(5), Some(5)]);
}

#[test]
fn hidden_span_from_elsewhere_is_around_no_line() {
    let [coarse, fine] = same_in_two(["info", "debug"], || {
        let elsewhere = visible(1, || debug_span!("detail", detail = 2));
        visible(3, || {
            let entered = elsewhere.enter();
            info!("in a detail of another stage");
            visible(4, || info!("in a stage in that"));
            drop(entered);
            info!("after it");
        });
    });
    let visible = |lines: &[Value]| {
        let values = lines.iter().map(|line| line["visible"].as_u64());
        values.collect::<Vec<_>>()
    };
    assert_eq!(visible(&coarse), [Some(3), Some(4), Some(3)]);
    assert_eq!(visible(&fine), [Some(1), Some(4), Some(3)]);
}
