//! The audit trail loses nothing, and its callers wait for it.

use std::{
    io::ErrorKind,
    sync::{
        atomic::{AtomicBool, Ordering::SeqCst},
        mpsc,
    },
    thread,
    time::Duration,
};

use glyph_runtime::{
    audit,
    log::{Audit, AuditOutput, AuditSink, LogError, LogSettings, Pipeline, SyncPolicy},
};
use glyph_tests::wait::received;
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tracing::{Dispatch, Level, event, info, info_span};
use tracing_subscriber::{Registry, layer::SubscriberExt};

use crate::{
    capture::{AMPLE, Written, lines_of, parsed},
    sinks::{Panicking, Plain, Stuck, failing, slow},
};

/// A log and an audit trail with separate outputs.
struct Both {
    log: Written,
    pipeline: Pipeline,
    dispatch: Dispatch,
}

fn both(sink: impl AuditSink + 'static, sync: SyncPolicy, filter: &str) -> Both {
    let audit = Audit {
        output: AuditOutput::Sink(Box::new(sink)),
        sync,
        copied: false,
    };
    with_audit(audit, filter)
}

fn with_audit(audit: Audit, filter: &str) -> Both {
    let log = Written::default();
    let settings = LogSettings {
        output: log.output(),
        filter: filter.to_owned(),
        audit: Some(audit),
        ..LogSettings::default()
    };
    let (layer, pipeline) = Pipeline::start(settings).unwrap();
    let dispatch = Dispatch::new(tracing_subscriber::registry().with(layer));
    Both {
        log,
        pipeline,
        dispatch,
    }
}

impl Both {
    fn run<R>(&self, work: impl FnOnce() -> R) -> R {
        tracing::dispatcher::with_default(&self.dispatch, work)
    }
}

#[test]
fn audit_events_of_any_level_go_only_to_the_trail() {
    let trail = Written::default();
    let both = both(
        Plain(trail.clone()),
        SyncPolicy::OnShutdown,
        "off,driver=info",
    );
    both.run(|| {
        let _request = info_span!("request", request_id = "r-1", user = "ada").entered();
        audit!(action = "grant", role = "admin", "role granted");
        event!(target: "audit", Level::TRACE, "looked at");
        event!(target: "audit", Level::ERROR, "refused");
        info!(target: "driver", "connected");
        info!(target: "auditor", "not of the trail, and off");
    });
    both.pipeline.shutdown(AMPLE).unwrap();
    let lines = trail.lines();
    let messages: Vec<_> = lines
        .iter()
        .map(|line| line["message"].as_str().unwrap())
        .collect();
    assert_eq!(messages, ["role granted", "looked at", "refused"]);
    assert_eq!(lines[0]["level"], "INFO");
    assert_eq!(lines[0]["target"], "audit");
    assert_eq!(lines[0]["action"], "grant");
    assert_eq!(lines[0]["request_id"], "r-1");
    assert_eq!(lines[2]["user"], "ada");
    assert_eq!(both.log.lines().len(), 1);
    let counts = both.pipeline.snapshot();
    assert_eq!((counts.audit_written, counts.written), (3, 1));
}

#[test]
fn audit_lines_have_the_ids_of_a_trace_that_is_not_sampled() {
    let trail = Written::default();
    let audit = Audit {
        output: AuditOutput::Sink(Box::new(Plain(trail.clone()))),
        sync: SyncPolicy::OnShutdown,
        copied: true,
    };
    let log = Written::default();
    let settings = LogSettings {
        output: log.output(),
        filter: "off".to_owned(),
        audit: Some(audit),
        ..LogSettings::default()
    };
    let provider = SdkTracerProvider::builder()
        .with_sampler(Sampler::AlwaysOff)
        .build();
    let tracer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    let (layer, pipeline) = Pipeline::start(settings).unwrap();
    let subscriber = tracing_subscriber::registry().with(tracer).with(layer);
    tracing::subscriber::with_default(subscriber, || {
        let _span = info_span!("request").entered();
        audit!("seen");
    });
    pipeline.shutdown(AMPLE).unwrap();
    let (trail, log) = (trail.lines(), log.lines());
    assert_eq!(trail[0]["trace_id"].as_str().unwrap().len(), 32);
    assert_eq!(trail, log, "a copy is the same line");
}

#[test]
fn audit_events_without_a_trail_go_to_the_log() {
    let settings = LogSettings {
        filter: "off".to_owned(),
        ..LogSettings::default()
    };
    assert_eq!(lines_of(settings, || audit!("seen")).len(), 1);
}

#[test]
fn the_caller_waits_until_its_line_is_written() {
    let trail = Written::default();
    let (sink, calls, gate) = slow(&trail);
    let both = both(sink, SyncPolicy::OnShutdown, "");
    let returned = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            both.run(|| audit!("waits"));
            returned.store(true, SeqCst);
        });
        assert_eq!(received("a write", &calls), "write");
        assert!(!returned.load(SeqCst));
        assert_eq!(trail.text(), "");
        gate.send(()).unwrap();
    });
    assert_eq!(trail.lines().len(), 1);
}

#[test]
fn slow_sink_loses_no_audit_lines() {
    let trail = Written::default();
    let (sink, calls, gate) = slow(&trail);
    let both = both(sink, SyncPolicy::Always, "");
    thread::scope(|scope| {
        for number in 0..16 {
            let both = &both;
            scope.spawn(move || {
                both.run(|| {
                    for step in 0..50 {
                        audit!(number, step, "counted");
                    }
                });
            });
        }
        received("a call of the output", &calls);
        drop(gate);
    });
    assert_eq!(trail.lines().len(), 800, "before any shutdown");
    assert_eq!(both.pipeline.snapshot().audit_written, 800);
    both.pipeline.shutdown(AMPLE).unwrap();
}

#[test]
fn audit_trail_is_synchronized_as_its_policy_says() {
    let kept = Written::default();
    let asked = |policy| {
        let (sink, calls, gate) = slow(&kept);
        drop(gate);
        (both(sink, policy, ""), calls)
    };

    let (always, calls) = asked(SyncPolicy::Always);
    always.run(|| audit!("one"));
    assert_eq!(calls.try_iter().collect::<Vec<_>>(), ["write", "sync"]);

    let (late, calls) = asked(SyncPolicy::OnShutdown);
    late.run(|| audit!("one"));
    late.run(|| audit!("two"));
    assert_eq!(calls.try_iter().collect::<Vec<_>>(), ["write", "write"]);
    late.pipeline.shutdown(AMPLE).unwrap();
    assert_eq!(calls.try_iter().collect::<Vec<_>>(), ["sync"]);
    late.run(|| audit!("after the shutdown"));
    assert_eq!(calls.try_iter().collect::<Vec<_>>(), ["write", "sync"]);

    let (often, calls) = asked(SyncPolicy::EveryInterval(Duration::from_millis(1)));
    often.run(|| audit!("one"));
    assert_eq!(received("a write", &calls), "write");
    assert_eq!(received("a sync", &calls), "sync");
}

#[test]
fn failed_write_is_retried_and_counted() {
    let trail = Written::default();
    let script = [
        ErrorKind::StorageFull,
        ErrorKind::Other,
        ErrorKind::StorageFull,
    ];
    let (sink, _) = failing(&trail, script, None);
    let both = both(sink, SyncPolicy::Always, "");
    both.run(|| audit!("one"));
    both.run(|| audit!("two"));
    assert_eq!(trail.lines().len(), 2);
    let counts = both.pipeline.snapshot();
    assert_eq!(
        (
            counts.audit_written,
            counts.audit_failures,
            counts.audit_lost
        ),
        (2, 3, 0)
    );
    both.pipeline.shutdown(AMPLE).unwrap();
}

#[test]
fn shutdown_ends_the_wait_and_reports_lost_lines() {
    let trail = Written::default();
    let (sink, failures) = failing(&trail, vec![ErrorKind::PermissionDenied; 1_000_000], None);
    let both = both(sink, SyncPolicy::OnShutdown, "");
    let undelivered = thread::scope(|scope| {
        scope.spawn(|| both.run(|| audit!("never written")));
        received("a failure", &failures);
        both.pipeline
            .shutdown(Duration::from_millis(10))
            .unwrap_err()
    });
    assert_eq!(
        (
            undelivered.count_of("log lines"),
            undelivered.count_of("audit lines")
        ),
        (0, 1)
    );
    assert!(
        undelivered.to_string().contains("permission denied"),
        "{undelivered}"
    );
    let counts = both.pipeline.snapshot();
    assert_eq!((counts.audit_written, counts.audit_lost), (0, 1));
    assert!(counts.audit_failures > 0);
}

#[test]
fn failed_sync_is_reported_by_shutdown() {
    let trail = Written::default();
    let (sink, _) = failing(&trail, [], Some(ErrorKind::StorageFull));
    let both = both(sink, SyncPolicy::OnShutdown, "");
    both.run(|| audit!("written, but where"));
    let undelivered = both.pipeline.shutdown(AMPLE).unwrap_err();
    assert_eq!(undelivered.count_of("audit lines"), 0);
    assert!(undelivered.parts[0].error.is_some());
    assert_eq!(both.pipeline.snapshot().audit_failures, 1);
}

#[test]
fn hanging_sink_blocks_no_caller_after_shutdown() {
    let trail = Written::default();
    let (sink, calls, gate) = slow(&trail);
    let both = both(sink, SyncPolicy::OnShutdown, "");
    thread::scope(|scope| {
        scope.spawn(|| both.run(|| audit!("in the sink")));
        received("a call of the output", &calls);
        let waiting = scope.spawn(|| both.run(|| audit!("waits for it")));
        let undelivered = both
            .pipeline
            .shutdown(Duration::from_millis(10))
            .unwrap_err();
        assert!((1..=2).contains(&undelivered.count_of("audit lines")));
        waiting.join().unwrap();
        both.run(|| audit!("comes later"));
        assert!(both.pipeline.snapshot().audit_lost > 0);
        drop(gate);
    });
}

#[test]
fn unconfirmed_sync_blocks_no_caller_after_shutdown() {
    let (asked, calls) = mpsc::channel();
    let (gate, leave) = mpsc::channel();
    let both = both(Stuck(asked, leave), SyncPolicy::OnShutdown, "");
    both.run(|| audit!("written"));
    let undelivered = both
        .pipeline
        .shutdown(Duration::from_millis(50))
        .unwrap_err();
    received("a call of the output", &calls);
    assert_eq!(undelivered.count_of("audit lines"), 0);
    let message = undelivered.to_string();
    assert!(message.contains("before the deadline"), "{message}");
    drop(gate);
}

#[test]
fn panicking_sink_is_retried() {
    let trail = Written::default();
    let both = both(Panicking(trail.clone(), true), SyncPolicy::OnShutdown, "");
    both.run(|| audit!("one"));
    assert_eq!(trail.lines().len(), 1);
    assert_eq!(both.pipeline.snapshot().audit_failures, 1);
}

#[test]
fn audit_file_is_owner_only_and_appended() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    for run in 0..2 {
        let both = with_audit(Audit::file(&path), "");
        both.run(|| audit!(run, "started"));
        both.pipeline.shutdown(AMPLE).unwrap();
    }
    let lines = parsed(&std::fs::read_to_string(&path).unwrap());
    assert_eq!((&lines[0]["run"], &lines[1]["run"]), (&0.into(), &1.into()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn unopenable_file_is_an_error_at_start() {
    let folder = tempfile::tempdir().unwrap();
    let settings = LogSettings {
        audit: Some(Audit::file(folder.path())),
        ..LogSettings::default()
    };
    let error = Pipeline::start::<Registry>(settings).err().unwrap();
    assert!(matches!(error, LogError::Open { .. }));
    assert!(error.to_string().contains("audit trail"), "{error}");
}
