//! The filter of the log, changed while the program runs.
//!
//! Tests with directives for spans have a process of their own: while a filter has such directives,
//! stages build their spans in all of it.

use std::{
    pin::Pin,
    task::{Context, Waker},
};

use glyph_runtime::{
    Telemetry, TelemetryBuilder, instrument_stage,
    log::{LogError, LogSettings, Pipeline},
    trace::{Protocol, Sampler},
};
use glyph_tests::{children::alone, environment, receiver::logs::Receiver};
use tracing::{debug, error, field::Empty, info, info_span};
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

/// A stage that is open until it is polled a second time.
#[instrument_stage(stage::step, fields(tenant))]
async fn session(tenant: &str) {
    debug!(at = "first", tenant, "in the session");
    tokio::task::yield_now().await;
    debug!(at = "second", tenant, "in the session");
    info_span!("inner").in_scope(|| debug!(at = "inner", tenant, "in the session"));
}

fn polled(session: Pin<&mut impl Future<Output = ()>>) {
    let mut context = Context::from_waker(Waker::noop());
    let _is_pending = session.poll(&mut context);
}

/// Runs `work` below a root span, as a program whose traces are sampled and as one whose are not.
/// Returns the messages of the lines that are not about changes, which are also those of the log
/// records.
fn in_open_spans(work: impl Fn(&Telemetry)) -> Vec<String> {
    let of = |sampler: Sampler| {
        let (written, receiver) = (Written::default(), Receiver::start([]));
        let (output, endpoint) = (written.output(), receiver.endpoint());
        let telemetry = environment::telemetry("shop")
            .log(|log| log.output = output)
            .logs_otlp(move |logs| {
                logs.otlp.endpoint = endpoint;
                logs.otlp.protocol = Protocol::HttpProtobuf;
            })
            .traces(|traces| traces.sampler = sampler)
            .build()
            .unwrap();
        let subscriber = tracing_subscriber::registry().with(telemetry.layers());
        tracing::subscriber::with_default(subscriber, || {
            info_span!("root").in_scope(|| work(&telemetry));
        });
        let report = telemetry.shutdown_blocking(AMPLE);
        report.into_result().unwrap();
        let records = receiver.accepted().len();
        assert_eq!(records, written.lines().len(), "{:?}", written.lines());
        let mut messages = messages(&telemetry, &written);
        messages.retain(|message| message != "log filter changed");
        messages
    };
    let [sampled, unsampled] = [Sampler::AlwaysOn, Sampler::AlwaysOff].map(of);
    assert_eq!(sampled, unsampled);
    sampled
}

#[test]
fn directive_with_a_span_or_a_field_applies_to_open_spans() {
    alone(|| {
        let lines = in_open_spans(|telemetry| {
            let request = info_span!("request", user = "ada", tries = 3, late = Empty);
            let _request = request.enter();
            let inside = |message: &str| debug!("{message}");
            inside("nothing names the request");
            telemetry.set_log_filter("info,[request]=debug").unwrap();
            inside("the request is named");
            info_span!("inner").in_scope(|| inside("the request is around"));
            // The directive stays, and another one comes.
            let filter = "info,[request]=debug,[other]=debug";
            telemetry.set_log_filter(filter).unwrap();
            inside("the request is still named");
            for value in ["user=ada", "tries=3", "user=a.a", "user"] {
                let filter = format!("info,[request{{{value}}}]=debug");
                telemetry.set_log_filter(&filter).unwrap();
                inside(value);
            }
            for filter in ["user=bob", "tries=4", "late=yes"] {
                let filter = format!("info,[request{{{filter}}}]=debug");
                telemetry.set_log_filter(&filter).unwrap();
                inside("another value is named");
            }
            request.record("late", "yes");
            inside("the value came late");
            telemetry.set_log_filter("info").unwrap();
            inside("nothing names the request any more");
        });
        let expected = [
            "the request is named",
            "the request is around",
            "the request is still named",
            "user=ada",
            "tries=3",
            "user=a.a",
            "user",
            "the value came late",
        ];
        assert_eq!(lines, expected);
    });
}

#[test]
fn directive_applies_to_an_open_span_on_every_thread() {
    alone(|| {
        let lines = in_open_spans(|telemetry| {
            let request = info_span!("request", user = "ada");
            let other = info_span!("request", user = "bob");
            let filter = "info,[request{user=ada}]=debug";
            telemetry.set_log_filter(filter).unwrap();
            let current = tracing::dispatcher::get_default(Clone::clone);
            let work = || {
                let _current = tracing::dispatcher::set_default(&current);
                for _ in 0..50 {
                    request.in_scope(|| debug!("in the request of ada"));
                    other.in_scope(|| debug!("in the request of bob"));
                }
            };
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(work);
                }
            });
        });
        assert_eq!(lines, ["in the request of ada"; 200]);
    });
}

#[test]
fn directive_with_a_stage_or_a_field_applies_to_open_stages() {
    let cases = [
        ("info,[step]=debug", &["acme", "wile"][..]),
        ("info,[step{tenant=wile}]=debug", &["wile"]),
        ("info,[step{tenant=none}]=debug", &[]),
        ("info,logs[step]=debug", &["acme", "wile"]),
        ("info,shop[step]=debug", &[]),
        ("info,[step]=info", &[]),
    ];
    alone(|| {
        for (filter, tenants) in cases {
            let lines = in_open_spans(|telemetry| {
                let mut sessions = ["acme", "wile"].map(|tenant| Box::pin(session(tenant)));
                for session in &mut sessions {
                    polled(session.as_mut());
                }
                telemetry.set_log_filter(filter).unwrap();
                for session in &mut sessions {
                    polled(session.as_mut());
                }
            });
            let expected = tenants.iter().flat_map(|tenant| {
                let line = format!("in the session {tenant}");
                [line.clone(), line]
            });
            assert_eq!(lines, expected.collect::<Vec<_>>(), "{filter}");
        }
    });
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
