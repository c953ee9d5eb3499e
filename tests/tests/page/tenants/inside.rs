//! Recording inside a scope has its labels, and other recording does not.

use glyph_runtime::{
    Status,
    scope::{IntoScopeLabels, ScopeLabels},
    testing,
};

use crate::tenants::{
    catalog::{AudioMetrics, StormMetrics, Tenant, TenantContext, ToolCall, VoiceMetrics},
    page,
};

const DICE: ToolCall<'_> = ToolCall {
    tool: "dice",
    status: Status::Ok,
};

fn acme() -> TenantContext<&'static str, &'static str> {
    TenantContext {
        tenant_id: "acme-corp",
        campaign_id: "curse-of-strahd",
    }
}

#[test]
fn all_metrics_of_the_catalog_have_the_labels_in_a_scope() {
    let _captured = testing::capture();
    let metrics = VoiceMetrics::global();
    acme().in_scope(|| {
        metrics.tool_calls.inc(DICE);
        metrics.utterances.add(3);
        metrics.active_sessions.set(2);
        metrics.stt_duration.observe(0.5);
    });
    metrics.utterances.add(4);

    let page = page();
    let labels = [
        ("tenant_id", "acme-corp"),
        ("campaign_id", "curse-of-strahd"),
    ];
    let value = |name, more: &[(&'static str, &'static str)]| {
        page.value(name, &[labels.as_slice(), more].concat())
    };
    let call = [("tool", "dice"), ("status", "ok")];
    assert_eq!(value("glyphoxa_tool_calls_total", &call), Some(1.0));
    let failed = [("tool", "dice"), ("status", "error")];
    assert_eq!(value("glyphoxa_tool_calls_total", &failed), Some(0.0));
    assert_eq!(value("glyphoxa_npc_utterances_total", &[]), Some(3.0));
    assert_eq!(value("glyphoxa_active_sessions", &[]), Some(2.0));
    let bucket = value("glyphoxa_stt_duration_seconds_bucket", &[("le", "1.0")]);
    assert_eq!(bucket, Some(1.0));
    assert_eq!(value("glyphoxa_stt_duration_seconds_sum", &[]), Some(0.5));
    // Series outside of scopes lack the labels, and do not include what was recorded inside.
    assert_eq!(page.value("glyphoxa_npc_utterances_total", &[]), Some(4.0));
    assert_eq!(page.value("glyphoxa_tool_calls_total", &call), None);
    // A metric that the tenant never recorded has no series for it.
    let retries: Vec<_> = page.named("glyphoxa_stt_retries_total").collect();
    assert_eq!(retries.len(), 1);
}

#[test]
fn exposition_without_tenants_lacks_the_scope_labels() {
    let _captured = testing::capture();
    let metrics = VoiceMetrics::global();
    metrics.utterances.inc();
    metrics.tool_calls.inc(DICE);
    let page = page();
    assert_eq!(page.value("glyphoxa_npc_utterances_total", &[]), Some(1.0));
    assert!(!page.text().contains("tenant_id"), "{}", page.text());
    assert!(!page.text().contains("campaign_id"));
}

#[test]
fn nested_catalogs_have_the_scope_labels() {
    let captured = testing::capture();
    acme().in_scope(|| {
        AudioMetrics::global().frames.add(160);
        // Another catalog, outside of every scope.
        StormMetrics::global().requests.inc();
    });
    let labels = [
        ("tenant_id", "acme-corp"),
        ("campaign_id", "curse-of-strahd"),
    ];
    assert_eq!(page().value("audio_frames_total", &labels), Some(160.0));
    assert_eq!(page().value("storm_requests_total", &[]), Some(1.0));
    let frames = captured.counter(&AudioMetrics::global().frames);
    assert_eq!(frames.with_label("tenant_id", "acme-corp").value(), 160);
    assert_eq!(frames.with_label("tenant_id", "other").value(), 0);
    assert_eq!(frames.with_label("tenant_id", "").value(), 0);
}

#[test]
fn test_lookups_read_values_in_the_current_scope() {
    let _captured = testing::capture();
    let utterances = &VoiceMetrics::global().utterances;
    acme().in_scope(|| {
        utterances.inc();
        assert_eq!(utterances.value(), 1);
    });
    assert_eq!(utterances.value(), 0);
    let sessions = &VoiceMetrics::global().active_sessions;
    sessions.set(7);
    acme().in_scope(|| {
        sessions.inc();
        sessions.set(5);
        sessions.dec();
        assert_eq!(sessions.value(), 4.0);
    });
    assert_eq!(sessions.value(), 7.0);
}

#[test]
fn inner_scope_takes_precedence() {
    let _captured = testing::capture();
    let metrics = VoiceMetrics::global();
    acme().in_scope(|| {
        metrics.utterances.inc();
        let campaign_id = "descent";
        let inner = TenantContext {
            tenant_id: "acme-corp".to_owned(),
            campaign_id,
        };
        inner.in_scope(|| metrics.utterances.add(10));
        // Another catalog's scope does not change this one.
        Tenant { tenant_id: 42_u32 }.in_scope(|| {
            metrics.utterances.inc();
            StormMetrics::global().requests.inc();
        });
    });
    let page = page();
    let of = |campaign| {
        let labels = [("tenant_id", "acme-corp"), ("campaign_id", campaign)];
        page.value("glyphoxa_npc_utterances_total", &labels)
    };
    assert_eq!(
        (of("curse-of-strahd"), of("descent")),
        (Some(2.0), Some(10.0))
    );
    let storm = page.value("storm_requests_total", &[("tenant_id", "42")]);
    assert_eq!(storm, Some(1.0));
}

#[test]
fn absent_value_omits_the_label() {
    let _captured = testing::capture();
    let utterances = &VoiceMetrics::global().utterances;
    let tenant_id = Some("acme-corp".to_owned());
    TenantContext {
        tenant_id,
        campaign_id: None::<String>,
    }
    .in_scope(|| utterances.inc());
    TenantContext {
        tenant_id: "",
        campaign_id: None::<&str>,
    }
    .in_scope(|| utterances.inc());
    let page = page();
    let samples: Vec<_> = page.named("glyphoxa_npc_utterances_total").collect();
    assert_eq!(samples.len(), 2, "{samples:?}");
    let tenant = page.value(
        "glyphoxa_npc_utterances_total",
        &[("tenant_id", "acme-corp")],
    );
    assert_eq!(tenant, Some(1.0));
    assert_eq!(page.value("glyphoxa_npc_utterances_total", &[]), Some(1.0));
}

/// Runs the service in the scope of the request, as a layer does.
fn labels_of<L: IntoScopeLabels>(
    request: &http::Request<()>,
    of: impl Fn(&http::Request<()>) -> L,
) -> ScopeLabels {
    of(request).into_scope_labels()
}

#[test]
fn layer_reads_scope_values_from_the_request() {
    let _captured = testing::capture();
    let utterances = &VoiceMetrics::global().utterances;
    let request = http::Request::builder()
        .header("x-tenant-id", "acme-corp")
        .body(())
        .unwrap();
    let header = |request: &http::Request<()>, name: &str| {
        let value = request.headers().get(name)?.to_str().ok()?;
        Some(value.to_owned())
    };
    let labels = [
        labels_of(&request, |request| TenantContext {
            tenant_id: header(request, "x-tenant-id"),
            campaign_id: header(request, "x-campaign-id"),
        }),
        labels_of(&request, |request| {
            let name = |label: &str| format!("x-{}", label.replace('_', "-"));
            TenantContext::from_values(|label| header(request, &name(label)))
        }),
        labels_of(&request, |request| {
            let tenant_id = header(request, "x-tenant-id")?;
            Some((
                TenantContext {
                    tenant_id,
                    campaign_id: "",
                },
                Tenant { tenant_id: "edge" },
            ))
        }),
    ];
    for labels in &labels {
        labels.in_scope(|| utterances.inc());
    }
    assert_eq!(format!("{:?}", labels[0]), r#"{"tenant_id": "acme-corp"}"#);
    let tenant = page().value(
        "glyphoxa_npc_utterances_total",
        &[("tenant_id", "acme-corp")],
    );
    assert_eq!(tenant, Some(3.0));
    assert!(ScopeLabels::current().is_empty());
}

#[test]
fn scope_values_are_escaped() {
    let _captured = testing::capture();
    let long = "x".repeat(10_000);
    for tenant_id in ["a\"} 1\n# HELP evil", "null\0byte", "ünïcödé", &long] {
        Tenant { tenant_id }.in_scope(|| StormMetrics::global().requests.inc());
    }
    let page = page();
    let tenants: Vec<_> = page
        .named("storm_requests_total")
        .filter_map(|sample| sample.labels.get("tenant_id"))
        .collect();
    let cut = "x".repeat(256);
    let expected = [
        "a\"} 1\n# HELP evil",
        "null\u{fffd}byte",
        cut.as_str(),
        "ünïcödé",
    ];
    assert_eq!(tenants, expected);
}
