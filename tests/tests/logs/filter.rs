//! Filtering of events.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use glyph_runtime::log::{LogError, LogSettings, Pipeline};
use tracing::{Event, Subscriber, debug, debug_span, error, info, info_span, trace, warn};
use tracing_subscriber::{
    Layer, Registry,
    layer::{Context, SubscriberExt},
};

use crate::capture::{AMPLE, Written, lines_of};

fn messages(filter: &str) -> Vec<String> {
    let settings = LogSettings {
        filter: filter.to_owned(),
        ..LogSettings::default()
    };
    let lines = lines_of(settings, || {
        error!("error");
        warn!("warn");
        info!("info");
        debug!("debug");
        trace!("trace");
        debug!(target: "store::cache", "store");
        debug!(target: "audit", "audit");
        info!(target: "opentelemetry", "sdk at work");
        warn!(target: "opentelemetry_sdk", "sdk warns");
    });
    let text = |line: &serde_json::Value| line["message"].as_str().unwrap().to_owned();
    lines.iter().map(text).collect()
}

#[test]
fn info_is_the_default() {
    assert_eq!(
        messages(""),
        ["error", "warn", "info", "audit", "sdk warns"]
    );
}

#[test]
fn directives_are_those_of_rust_log() {
    assert_eq!(messages("error"), ["error", "audit"]);
    assert_eq!(
        messages("WARN , store=debug"),
        ["error", "warn", "store", "audit", "sdk warns"]
    );
    assert_eq!(messages("off"), ["audit"]);
    assert_eq!(messages("store=trace"), ["store", "audit"]);
}

#[test]
fn sdk_events_appear_only_if_named() {
    let sdk = |filter| {
        messages(filter)
            .iter()
            .filter(|line| line.starts_with("sdk"))
            .count()
    };
    assert_eq!(sdk("trace"), 1);
    assert_eq!(sdk("error"), 0);
    assert_eq!(sdk("warn,opentelemetry=info"), 2);
}

#[test]
fn invalid_directive_is_reported() {
    let refused = |filter: &str| {
        let settings = LogSettings {
            filter: filter.to_owned(),
            ..LogSettings::default()
        };
        Pipeline::start::<Registry>(settings).err().unwrap()
    };
    let error = refused("info,store=loud,hyper=warn");
    assert!(matches!(&error, LogError::Directive { directive, .. } if directive == "store=loud"));
    assert!(error.to_string().contains("`store=loud`"), "{error}");
    let long = refused(&"=".repeat(1 << 20));
    assert!(long.to_string().len() < 1024);
}

#[test]
fn span_fields_are_logged_with_filters_of_info_and_above() {
    let settings = LogSettings {
        filter: "warn".to_owned(),
        ..LogSettings::default()
    };
    let lines = lines_of(settings, || {
        let _request = info_span!("request", request_id = "r-1").entered();
        let _detail = debug_span!("detail", detail = 1).entered();
        info!("not seen");
        warn!("seen");
    });
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["request_id"], "r-1");
    assert_eq!(lines[0].get("detail"), None);
}

#[test]
fn directive_can_name_a_span_and_its_field() {
    let settings = LogSettings {
        filter: "warn,[request{user=ada}]=debug".to_owned(),
        ..LogSettings::default()
    };
    let lines = lines_of(settings, || {
        for user in ["ada", "bob"] {
            let _request = info_span!("request", user).entered();
            debug!("looked at");
        }
    });
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["user"], "ada");
}

/// Another layer, which counts its events.
#[derive(Clone, Default)]
struct Tally(Arc<AtomicUsize>);

impl<S: Subscriber> Layer<S> for Tally {
    fn on_event(&self, _: &Event<'_>, _: Context<'_, S>) {
        self.0.fetch_add(1, Relaxed);
    }
}

#[test]
fn filter_does_not_affect_other_layers() {
    let kept = Written::default();
    let settings = LogSettings {
        output: kept.output(),
        filter: "error".to_owned(),
        ..LogSettings::default()
    };
    let (layer, log) = Pipeline::start(settings).unwrap();
    let tally = Tally::default();
    let subscriber = tracing_subscriber::registry()
        .with(layer)
        .with(tally.clone());
    tracing::subscriber::with_default(subscriber, || debug!("detail"));
    log.shutdown(AMPLE).unwrap();
    assert_eq!(kept.lines().len(), 0);
    assert_eq!(tally.0.load(Relaxed), 1);
}
