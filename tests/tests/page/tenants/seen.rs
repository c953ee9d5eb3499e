//! Spans and log lines inside a scope have its labels.

use std::{fmt, time::Duration};

use glyph_runtime::{
    Label, instrument_stage, log, testing,
    trace::{Pipeline, TraceSettings},
};
use glyph_tests::written::Written;
use serde_json::Value;
use tracing::{info, info_span};
use tracing_subscriber::layer::SubscriberExt;

use crate::tenants::catalog::{TenantContext, stage};

const ACME: TenantContext<&str, &str> = TenantContext {
    tenant_id: "acme-corp",
    campaign_id: "curse-of-strahd",
};

#[instrument_stage(stage::stt, labels(provider = "elevenlabs"))]
fn transcribe() {
    info_span!("decode").in_scope(|| info!("heard"));
}

#[test]
fn spans_have_the_labels_as_attributes() {
    let pipeline = Pipeline::start(&TraceSettings::new("glyphoxa")).unwrap();
    let subscriber = tracing_subscriber::registry().with(pipeline.layer());
    tracing::subscriber::with_default(subscriber, || {
        info_span!("request").in_scope(|| ACME.in_scope(transcribe));
    });
    let trace = pipeline.recent().remove(0);
    let attribute = |name: &str, key: &str| {
        let span = trace.spans.iter().find(|span| span.name == name).unwrap();
        span.attributes.get(key).cloned()
    };
    for name in ["stt", "decode"] {
        assert_eq!(attribute(name, "tenant_id"), Some("acme-corp".into()));
        assert_eq!(
            attribute(name, "campaign_id"),
            Some("curse-of-strahd".into())
        );
    }
    assert_eq!(attribute("request", "tenant_id"), None);
}

#[test]
fn captured_spans_have_the_labels_as_attributes() {
    let captured = testing::capture();
    ACME.in_scope(transcribe);
    assert_eq!(captured.span("stt").field("tenant_id"), Some("acme-corp"));
    let events = captured.events();
    assert_eq!(events[0].field("campaign_id"), Some("curse-of-strahd"));
}

fn lines(settings: log::LogSettings, work: impl FnOnce()) -> Vec<Value> {
    let kept = Written::default();
    let settings = log::LogSettings {
        output: kept.output(),
        ..settings
    };
    let (layer, log) = log::Pipeline::start(settings).unwrap();
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), work);
    log.shutdown(Duration::from_secs(30)).unwrap();
    kept.lines()
}

#[test]
fn log_lines_have_the_labels_once() {
    let lines = lines(log::LogSettings::default(), || {
        info!("outside");
        ACME.in_scope(|| {
            info!("inside");
            info!(tenant_id = "said", "by itself");
        });
    });
    assert_eq!(lines[0].get("tenant_id"), None);
    assert_eq!(lines[1]["tenant_id"], "acme-corp");
    assert_eq!(lines[1]["campaign_id"], "curse-of-strahd");
    assert_eq!(lines[2]["tenant_id"], "said");
}

#[test]
fn redaction_covers_scope_labels() {
    let settings = log::LogSettings {
        redaction: log::Redaction::default().with("campaign_id"),
        ..log::LogSettings::default()
    };
    let lines = lines(settings, || ACME.in_scope(|| info!("inside")));
    assert_eq!(lines[0]["tenant_id"], "acme-corp");
    assert_eq!(lines[0]["campaign_id"], "[redacted]");
}

/// A value for spans and log lines that cannot be a label.
#[derive(Label)]
#[label(never)]
struct OrgId(String);

impl fmt::Display for OrgId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "org {}", self.0)
    }
}

#[instrument_stage(stage::stt, labels(provider = "deepgram"), fields(org_id = %org))]
fn validate(org: &OrgId) {
    info!(org_id = %org, "validated");
}

#[test]
fn never_label_may_be_a_span_field() {
    let captured = testing::capture();
    validate(&OrgId("acme".to_owned()));
    let span = captured.span("stt");
    assert_eq!(span.field("org_id"), Some("org acme"));
    assert_eq!(span.events()[0].field("org_id"), Some("org acme"));
}
