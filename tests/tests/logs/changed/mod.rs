//! The filter of the log, changed while the program runs.
//!
//! Tests with directives for spans have a process of their own: while a filter has such directives,
//! stages build their spans in all of it.

mod formatted;
mod open_spans;

use glyph_runtime::{
    Telemetry, TelemetryBuilder, instrument_stage,
    log::{LogError, LogSettings, Pipeline},
    trace::{Sampler, StageSpans},
};
use glyph_tests::{children::alone, environment};
use tracing::{debug, error, info, info_span, level_filters::LevelFilter};
use tracing_subscriber::layer::SubscriberExt;

use crate::{
    capture::{AMPLE, Written},
    unsampled::program::stage,
};

/// A telemetry whose traces are not sampled, and whose log is written here.
fn unsampled(written: &Written) -> TelemetryBuilder {
    let output = written.output();
    environment::telemetry("shop")
        .log(|log| log.output = output)
        .traces(|traces| traces.sampler = Sampler::AlwaysOff)
}

#[instrument_stage(stage::step, fields(tenant))]
fn step(tenant: &str) {
    debug!(tenant, "in the step");
}

fn request() {
    info_span!("request").in_scope(|| {
        debug!("in the request");
        step("acme");
        step("wile");
    });
}

/// Runs `work` under the telemetry, and returns the messages of its lines and their tenants.
fn messages(telemetry: &Telemetry, written: &Written) -> Vec<String> {
    telemetry.log().unwrap().flush(AMPLE).unwrap();
    let lines = written.lines();
    let lines = lines.iter().map(|line| {
        let tenant = line["tenant"].as_str().unwrap_or_default();
        format!("{} {tenant}", line["message"].as_str().unwrap())
    });
    lines.map(|line| line.trim().to_owned()).collect()
}

#[test]
fn directive_with_a_span_or_a_field_applies_to_later_spans() {
    alone(|| {
        let written = Written::default();
        let telemetry = unsampled(&written).build().unwrap();
        let subscriber = tracing_subscriber::registry().with(telemetry.layers());
        let _current = tracing::subscriber::set_default(subscriber);
        request();
        telemetry.set_log_filter("info,[step]=debug").unwrap();
        request();
        telemetry
            .set_log_filter("info,[step{tenant=wile}]=debug")
            .unwrap();
        request();
        telemetry.set_log_filter("info").unwrap();
        request();
        assert_eq!(telemetry.log_filter().as_deref(), Some("info"));
        let expected = [
            "log filter changed",
            "in the step acme",
            "in the step wile",
            "log filter changed",
            "in the step wile",
            "log filter changed",
        ];
        assert_eq!(messages(&telemetry, &written), expected);
    });
}

#[test]
fn open_stage_that_the_filter_excludes_keeps_its_fields_if_it_is_a_span() {
    let cases = [
        (Sampler::AlwaysOn, StageSpans::Tracing, "excluded acme"),
        (Sampler::AlwaysOn, StageSpans::Records, "excluded"),
        (Sampler::AlwaysOff, StageSpans::Tracing, "excluded"),
    ];
    for (sampler, stages, excluded) in cases {
        let written = Written::default();
        let telemetry = unsampled(&written)
            .log(|log| "debug".clone_into(&mut log.filter))
            .traces(move |traces| {
                traces.sampler = sampler;
                traces.stages = stages;
            })
            .span_level(LevelFilter::DEBUG)
            .build()
            .unwrap();
        let subscriber = tracing_subscriber::registry().with(telemetry.layers());
        tracing::subscriber::with_default(subscriber, || {
            info_span!("root").in_scope(|| during_changes("acme", &telemetry));
        });
        let mut messages = messages(&telemetry, &written);
        messages.retain(|message| !message.starts_with("log filter"));
        assert_eq!(messages, [excluded, "passes again acme"], "{stages:?}");
    }
}

#[instrument_stage(stage::step, level = debug, fields(tenant))]
fn during_changes(tenant: &str, telemetry: &Telemetry) {
    telemetry.set_log_filter("info").unwrap();
    info!("excluded");
    telemetry.set_log_filter("debug").unwrap();
    info!("passes again");
}

#[test]
fn levels_and_targets_change_for_callsites_that_were_used() {
    let written = Written::default();
    let telemetry = unsampled(&written).build().unwrap();
    let subscriber = tracing_subscriber::registry().with(telemetry.layers());
    let _current = tracing::subscriber::set_default(subscriber);
    let work = || {
        debug!(target: "shop::stock", "looked up");
        info!("served");
        error!("broken");
    };
    for filter in ["shop=debug", "error", "off", "trace"] {
        telemetry.set_log_filter(filter).unwrap();
        work();
    }
    let expected = [
        // `shop=debug` excludes this line, so it is written before.
        "log filter changed",
        "looked up",
        // `error` passes only the error, and `off` nothing.
        "broken",
        "log filter changed",
        "looked up",
        "served",
        "broken",
    ];
    assert_eq!(messages(&telemetry, &written), expected);
}

#[test]
fn change_is_a_line_if_the_filter_before_or_after_passes_it() {
    alone(|| {
        let cases = [
            ("info", "debug", true),
            ("info", "warn", true),
            ("info", "off", true),
            ("info", "info,glyph_runtime=warn", true),
            ("info", "[step]=debug", true),
            ("warn", "info", true),
            ("warn", "glyph_runtime::log=info", true),
            ("warn", "error", false),
            ("info", "info,shop=loud", false),
        ];
        for (before, after, is_line) in cases {
            let written = Written::default();
            let builder = unsampled(&written).log(move |log| before.clone_into(&mut log.filter));
            let telemetry = builder.build().unwrap();
            let subscriber = tracing_subscriber::registry().with(telemetry.layers());
            let _current = tracing::subscriber::set_default(subscriber);
            let valid = telemetry.set_log_filter(after).is_ok();
            telemetry.log().unwrap().flush(AMPLE).unwrap();
            let lines = written.lines();
            assert_eq!(lines.len(), usize::from(is_line), "{before} to {after}");
            for line in &*lines {
                assert!(valid);
                assert_eq!(line["before"], before);
                assert_eq!(line["filter"], after);
            }
        }
    });
}

#[test]
fn invalid_directive_changes_nothing() {
    let written = Written::default();
    let telemetry = unsampled(&written).build().unwrap();
    telemetry.set_log_filter("warn").unwrap();
    let error = telemetry.set_log_filter("info,shop=loud").unwrap_err();
    assert!(matches!(&error, LogError::Directive { directive, .. } if directive == "shop=loud"));
    assert_eq!(telemetry.log_filter().as_deref(), Some("warn"));
}

#[test]
fn telemetry_without_a_log_has_no_filter() {
    let telemetry = environment::telemetry("shop")
        .without_log()
        .build()
        .unwrap();
    assert_eq!(telemetry.log_filter(), None);
    let error = telemetry.set_log_filter("debug").unwrap_err();
    assert!(error.to_string().contains("missing log"), "{error}");
}

#[test]
fn span_that_is_open_during_the_change_keeps_its_fields() {
    let written = Written::default();
    let settings = LogSettings {
        output: written.output(),
        ..LogSettings::default()
    };
    let (layer, log) = Pipeline::start(settings).unwrap();
    let subscriber = tracing_subscriber::registry().with(layer);
    tracing::subscriber::with_default(subscriber, || {
        let request = info_span!("request", user = "ada").entered();
        for filter in ["debug", "[other]=debug", "debug"] {
            log.set_filter(filter).unwrap();
            debug!(filter, "inside");
        }
        drop(request);
        debug!(filter = "outside", "outside");
    });
    log.shutdown(AMPLE).unwrap();
    let lines = written.lines();
    let users: Vec<_> = lines
        .iter()
        .map(|line| line["user"].as_str().unwrap_or_default())
        .collect();
    assert_eq!(users, ["ada", "ada", ""]);
}

#[test]
fn panics_have_lines_after_the_filter_of_a_silent_log_changes() {
    alone(|| {
        let written = Written::default();
        let settings = LogSettings {
            output: written.output(),
            filter: "off".to_owned(),
            ..LogSettings::default()
        };
        let (_layer, log) = Pipeline::start::<tracing_subscriber::Registry>(settings).unwrap();
        log.log_panics();
        let panics = || {
            std::thread::spawn(|| panic!("on purpose"))
                .join()
                .unwrap_err()
        };
        drop(panics());
        log.set_filter("info").unwrap();
        drop(panics());
        log.shutdown(AMPLE).unwrap();
        assert_eq!(written.lines().len(), 1);
    });
}
