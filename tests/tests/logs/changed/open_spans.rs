//! A changed filter applies to spans and stages that were open before, sampled or not.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Waker},
};

use glyph_runtime::{
    Telemetry, instrument_stage,
    trace::{Protocol, Sampler, StageSpans},
};
use glyph_tests::{children::alone, environment, receiver::logs::Receiver};
use tracing::{debug, field::Empty, info_span};
use tracing_subscriber::layer::SubscriberExt;

use super::{messages, unsampled};
use crate::{
    capture::{AMPLE, Written},
    unsampled::program::stage,
};

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

/// Runs `work` below a root span, in a program whose traces are sampled, with spans of stages of both
/// kinds, and in one whose traces are not. Returns the messages of the lines that are not about
/// changes. The log records have the same messages.
fn in_open_spans(work: impl Fn(&Telemetry)) -> Vec<String> {
    let of = |(sampler, stages)| {
        let (written, receiver) = (Written::default(), Receiver::start([]));
        let (output, endpoint) = (written.output(), receiver.endpoint());
        let telemetry = environment::telemetry("shop")
            .log(|log| log.output = output)
            .logs_otlp(move |logs| {
                logs.otlp.endpoint = endpoint;
                logs.otlp.protocol = Protocol::HttpProtobuf;
            })
            .traces(move |traces| {
                traces.sampler = sampler;
                traces.stages = stages;
            })
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
    let [sampled, recorded, unsampled] = [
        (Sampler::AlwaysOn, StageSpans::Tracing),
        (Sampler::AlwaysOn, StageSpans::Records),
        (Sampler::AlwaysOff, StageSpans::Tracing),
    ]
    .map(of);
    assert_eq!(sampled, recorded);
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

/// Logs whenever it is formatted.
struct Logging;

impl fmt::Debug for Logging {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug!("formatted");
        formatter.write_str("value")
    }
}

#[test]
fn value_of_an_open_span_can_log_while_it_is_formatted() {
    alone(|| {
        let written = Written::default();
        let telemetry = unsampled(&written)
            .traces(|traces| traces.sampler = Sampler::AlwaysOn)
            .build()
            .unwrap();
        let subscriber = tracing_subscriber::registry().with(telemetry.layers());
        tracing::subscriber::set_global_default(subscriber).unwrap();
        let request = info_span!("request", user = "ada", late = Empty).entered();
        let filter = "info,[request{user=ada}]=debug";
        telemetry.set_log_filter(filter).unwrap();
        request.record("late", tracing::field::debug(Logging));
        debug!(value = ?Logging, "event");
        info_span!("inner", value = ?Logging).in_scope(|| debug!("inner"));
        let messages = messages(&telemetry, &written);
        for expected in ["formatted", "event", "inner"] {
            assert!(
                messages.iter().any(|message| message == expected),
                "{messages:?}"
            );
        }
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
