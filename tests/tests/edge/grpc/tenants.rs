//! Each call is in the scope of its tenant, from the start of its span to its status.

use std::{collections::BTreeMap, net::SocketAddr};

use glyph_runtime::{
    context,
    grpc::{ClientMetrics, ServerLayer, ServerMetrics},
    http::header,
    log::CarriedIds,
    metric_catalog, testing,
};
use glyph_tests::wait::until_async;
use glyph_tests::{Page, environment};
use opentelemetry::trace::SpanKind;
use tonic::{Request, Streaming};

use crate::grpc::{
    recorded::record,
    shop::{RESERVE, Text, WATCH, measured, path, plain, serve_behind, server_layer, text},
};

#[metric_catalog(namespace = "stock", scope(tenant_id: max 1000))]
struct StockMetrics {
    /// The metrics of the server.
    #[catalog]
    served: ServerMetrics,

    /// The metrics of the client.
    #[catalog]
    called: ClientMetrics,
}

const SERVED: &str = "rpc_server_call_duration_seconds_count";
const ACTIVE: &str = "rpc_server_active_requests";

/// Returns the nonzero samples of each tenant, summed over all other labels. The empty name means
/// no tenant.
fn by_tenant(name: &str) -> BTreeMap<String, f64> {
    let telemetry = environment::telemetry("stock").catalog(StockMetrics::global());
    let page = Page::of(&telemetry.without_facade().build().unwrap()).unwrap();
    let mut values = BTreeMap::new();
    for sample in page.named(name).filter(|sample| sample.value != 0.0) {
        let tenant = sample.labels.get("tenant_id").cloned();
        *values.entry(tenant.unwrap_or_default()).or_default() += sample.value;
    }
    values
}

fn counts<const N: usize>(counts: [(&str, f64); N]) -> BTreeMap<String, f64> {
    let counts = counts.into_iter();
    counts
        .map(|(tenant, count)| (tenant.to_owned(), count))
        .collect()
}

fn by_metadata() -> ServerLayer {
    server_layer().scope(|request| {
        let tenant_id = header(request, "x-tenant-id");
        TenantContext { tenant_id }.labels()
    })
}

async fn serve(layer: ServerLayer) -> SocketAddr {
    serve_behind(layer, None).await
}

fn of(tenant: &'static str, mut message: Request<String>) -> Request<String> {
    let tenant = tonic::metadata::MetadataValue::from_static(tenant);
    message.metadata_mut().insert("x-tenant-id", tenant);
    message
}

async fn until_idle() {
    until_async("no tenant is active", || by_tenant(ACTIVE).is_empty()).await;
}

async fn watch(address: SocketAddr, tenant: &'static str, told: &str) -> Streaming<String> {
    let mut client = plain(address).await;
    let call = client.server_streaming(of(tenant, text(told)), path(WATCH), Text);
    call.await.unwrap().into_inner()
}

#[tokio::test]
async fn metadata_selects_the_tenant() {
    let captured = testing::capture();
    let address = serve(by_metadata()).await;
    let mut client = plain(address).await;
    let call = client.unary(of("acme", text("echo x")), path(RESERVE), Text);
    call.await.unwrap();
    let mut client = plain(address).await;
    let call = client.unary(text("echo x"), path(RESERVE), Text);
    call.await.unwrap();
    until_idle().await;
    assert_eq!(by_tenant(SERVED), counts([("", 1.0), ("acme", 1.0)]));

    let spans = captured.spans();
    let tenants: Vec<_> = spans
        .iter()
        .filter(|span| span.name() == "grpc.server")
        .map(|span| span.field("tenant_id"))
        .collect();
    assert_eq!(tenants, [Some("acme"), None]);
    let mut events = captured.events();
    // Other crates have their own spans and events.
    events.retain(|event| ["in the stock service", "call completed"].contains(&event.message()));
    let tenants: Vec<_> = events
        .iter()
        .map(|event| event.field("tenant_id"))
        .collect();
    // Events of the service and of the call, on both sides.
    assert_eq!(tenants, [Some("acme"), Some("acme"), None, None]);
}

#[tokio::test]
async fn baggage_or_carried_id_selects_the_tenant() {
    let ids = || server_layer().try_ids(["org_id"]).unwrap();
    let by_id = ids().scope(|_| TenantContext {
        tenant_id: CarriedIds::current().value("org_id").map(str::to_owned),
    });
    let by_baggage = server_layer().scope(|_| TenantContext::from_values(context::baggage));
    for layer in [by_id, by_baggage] {
        let recorded = record();
        let address = serve(layer).await;
        let mut client = measured(address).await;
        let mut message = text("echo x");
        let metadata = message.metadata_mut();
        metadata.insert("org_id", "globex".parse().unwrap());
        let baggage = context::Baggage::default().try_with("tenant_id", "globex");
        let call = client.unary(message, path(RESERVE), Text);
        baggage.unwrap().scope(call).await.unwrap();
        until_idle().await;
        assert_eq!(by_tenant(SERVED), counts([("globex", 1.0)]));
        recorded.span(&SpanKind::Server);
    }
}

#[tokio::test]
async fn streams_of_two_tenants_end_in_their_own_scopes() {
    let _captured = testing::capture();
    let address = serve(by_metadata()).await;
    let mut acme = watch(address, "acme", "3 echo x").await;
    let globex = watch(address, "globex", "3 hang").await;
    acme.message().await.unwrap().unwrap();
    let mut initech = watch(address, "initech", "0 panic").await;
    while initech.message().await.is_ok() {}
    until_async("the call of initech has ended", || {
        !by_tenant(ACTIVE).contains_key("initech")
    })
    .await;
    assert!(by_tenant(ACTIVE).contains_key("globex"));

    while acme.message().await.unwrap().is_some() {}
    drop(globex);
    until_idle().await;
    let each = counts([("acme", 1.0), ("globex", 1.0), ("initech", 1.0)]);
    assert_eq!(by_tenant(SERVED), each);
    let failed = counts([("globex", 1.0), ("initech", 1.0)]);
    assert_eq!(by_tenant("rpc_server_errors_total"), failed);
}

#[tokio::test]
async fn outgoing_calls_stay_in_the_tenants_scope() {
    let _captured = testing::capture();
    let address = serve(server_layer()).await;
    let mut client = measured(address).await;
    let acme = TenantContext { tenant_id: "acme" };
    let call = client.server_streaming(text("3 echo x"), path(WATCH), Text);
    let mut messages = acme.scope(call).await.unwrap().into_inner();
    // The rest of the stream is read outside of all scopes.
    while messages.message().await.unwrap().is_some() {}
    until_async("no client is active", || {
        by_tenant("rpc_client_active_requests").is_empty()
    })
    .await;
    let called = by_tenant("rpc_client_call_duration_seconds_count");
    assert_eq!(called, counts([("acme", 1.0)]));
    until_idle().await;
    assert_eq!(by_tenant(SERVED), counts([("", 1.0)]));
}
