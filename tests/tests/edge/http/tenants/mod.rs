//! Each request is in the scope of its tenant, from the start of its span to the end of its body.

mod ends;

use std::{collections::BTreeMap, convert::Infallible, future::pending};

use axum::{
    Router,
    body::{Body, Bytes},
    routing::get,
};
use futures_util::{StreamExt, stream};
use glyph_runtime::{
    Counter, Gauge, context,
    http::{ServerLayer, ServerMetrics, header},
    metric_catalog,
    scope::ScopeLabels,
    testing::{self, CaptureGuard, CapturedEvent},
};
use glyph_tests::wait;
use glyph_tests::{Page, environment};
use http::{Request, Response};
use http_body_util::BodyExt;
use tower::{Service, ServiceExt};
use tracing::{Level, info};

#[metric_catalog(namespace = "shop", scope(tenant_id: max 1000, campaign_id: max 5000))]
struct ShopMetrics {
    /// Orders.
    orders: Counter,

    /// Orders that a task of the request's has packed.
    packed: Counter,

    /// Chunks that were sent.
    chunks: Counter,

    /// Handlers and streams that hold something open.
    open: Gauge,

    /// The metrics of the server.
    #[catalog]
    http: ServerMetrics,
}

/// A value of a handler or a body that records when it is dropped.
struct Open;

impl Open {
    fn new() -> Self {
        ShopMetrics::global().open.inc();
        Self
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        ShopMetrics::global().open.dec();
    }
}

async fn order() -> &'static str {
    ShopMetrics::global().orders.inc();
    let packed = context::spawn(async {
        tokio::task::yield_now().await;
        ShopMetrics::global().packed.inc();
        info!("packed");
    });
    packed.await.unwrap();
    "ordered"
}

/// Returns a body of this many chunks, or an endless one.
fn chunks(count: usize) -> Body {
    let open = Open::new();
    let items = stream::repeat(Bytes::from(vec![b'x'; 65536])).take(count);
    let items = items.then(move |chunk| {
        let _held = &open;
        async {
            tokio::task::yield_now().await;
            ShopMetrics::global().chunks.inc();
            Ok::<_, Infallible>(chunk)
        }
    });
    Body::from_stream(items)
}

async fn never() {
    let _open = Open::new();
    pending::<()>().await;
}

async fn panics() {
    let _open = Open::new();
    panic!("on purpose");
}

fn router(layer: ServerLayer) -> Router {
    Router::new()
        .route("/order", get(order))
        .route("/three", get(|| async { chunks(3) }))
        .route("/endless", get(|| async { chunks(usize::MAX) }))
        .route("/never", get(never))
        .route("/panic", get(panics))
        .layer(layer.excluded_paths(["/healthz"]))
}

fn layer() -> ServerLayer {
    ServerLayer::new(ShopMetrics::global().http)
}

fn by_headers() -> ServerLayer {
    layer().scope(|request| {
        let tenant_id = header(request, "x-tenant-id");
        let campaign_id = header(request, "x-campaign-id");
        TenantContext {
            tenant_id,
            campaign_id,
        }
        .labels()
    })
}

fn by_baggage() -> ServerLayer {
    layer().scope(|_| TenantContext::from_values(context::baggage))
}

/// The tenant that an outer layer has authenticated.
#[derive(Clone)]
struct Claims {
    tenant: String,
}

fn by_claims() -> ServerLayer {
    layer().scope(|request| {
        let claims = request.extensions.get::<Claims>()?.clone();
        Some(TenantContext {
            tenant_id: claims.tenant,
            campaign_id: None::<String>,
        })
    })
}

fn page() -> Page {
    let telemetry = environment::telemetry("shop").catalog(ShopMetrics::global());
    Page::of(&telemetry.without_facade().build().unwrap()).unwrap()
}

const COUNTED: &str = "http_server_requests_total";
const ACTIVE: &str = "http_server_active_requests";

/// Returns the samples of each tenant, summed over all other labels. The empty name means no
/// tenant.
fn counts(page: &Page, name: &str) -> BTreeMap<String, f64> {
    let mut values = BTreeMap::new();
    for sample in page.named(name) {
        let tenant = sample.labels.get("tenant_id").cloned();
        *values.entry(tenant.unwrap_or_default()).or_default() += sample.value;
    }
    values
}

fn by_tenant(name: &str) -> BTreeMap<String, f64> {
    counts(&page(), name)
}

fn value(name: &str, tenant: &str) -> f64 {
    by_tenant(name).get(tenant).copied().unwrap_or_default()
}

/// Returns whether any series has this label.
fn is_labelled(label: &str) -> bool {
    let page = page();
    let mut names = [COUNTED, ACTIVE, "shop_orders_total", "shop_packed_total"].into_iter();
    names.any(|name| {
        page.named(name)
            .any(|sample| sample.labels.contains_key(label))
    })
}

/// Waits until no tenant has requests in flight.
async fn until_idle() {
    let is_busy = || page().named(ACTIVE).any(|sample| sample.value != 0.0);
    wait::until_async("no tenant is active", || !is_busy()).await;
    let page = page();
    let open: Vec<_> = page.named("shop_open").collect();
    assert!(open.iter().all(|sample| sample.value == 0.0), "{open:?}");
}

async fn answer<S>(service: &mut S, request: Request<Body>) -> Response<Body>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
{
    service.ready().await.unwrap().call(request).await.unwrap()
}

fn asked(path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let request = Request::builder().uri(path);
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    request.body(Body::empty()).unwrap()
}

async fn ordered(layer: ServerLayer, request: Request<Body>) {
    let response = answer(&mut router(layer), request).await;
    assert_eq!(
        response.into_body().collect().await.unwrap().to_bytes(),
        "ordered"
    );
}

/// Asserts that all series of the only order belong to the tenant.
fn assert_ordered_by(tenant: &str) {
    for name in [
        COUNTED,
        "http_server_request_duration_seconds_count",
        "shop_orders_total",
        "shop_packed_total",
    ] {
        assert_eq!(value(name, tenant), 1.0, "{name}");
        if !tenant.is_empty() {
            assert_eq!(value(name, ""), 0.0, "{name}");
        }
    }
    assert_eq!(value(ACTIVE, tenant), 0.0);
    assert_eq!(value(ACTIVE, ""), 0.0);
}

#[tokio::test]
async fn headers_select_the_tenant() {
    let captured = testing::capture();
    let headers = [("x-tenant-id", "acme-corp"), ("x-campaign-id", "strahd")];
    ordered(by_headers(), asked("/order", &headers)).await;
    assert_ordered_by("acme-corp");
    let labels = [("tenant_id", "acme-corp"), ("campaign_id", "strahd")];
    assert_eq!(page().value("shop_orders_total", &labels), Some(1.0));

    // The span from its start, the events of the handler and its task, and the event of the
    // request.
    let span = captured.span("http.server");
    assert_eq!(span.field("tenant_id"), Some("acme-corp"));
    assert_eq!(span.field("campaign_id"), Some("strahd"));
    let events = told(&captured);
    assert_eq!(events.len(), 2);
    for event in &events {
        assert_eq!(event.field("tenant_id"), Some("acme-corp"), "{event:?}");
    }
    assert!(ScopeLabels::current().is_empty());
}

#[tokio::test]
async fn baggage_selects_the_tenant() {
    let _captured = testing::capture();
    let baggage = [("baggage", "tenant_id=globex,campaign_id=descent")];
    ordered(by_baggage(), asked("/order", &baggage)).await;
    assert_ordered_by("globex");
    let labels = [("tenant_id", "globex"), ("campaign_id", "descent")];
    assert_eq!(page().value("shop_orders_total", &labels), Some(1.0));
}

#[tokio::test]
async fn untrusted_baggage_is_ignored() {
    let _captured = testing::capture();
    let baggage = [("baggage", "tenant_id=globex")];
    let layer = by_baggage().continues_traces(false);
    ordered(layer, asked("/order", &baggage)).await;
    assert_ordered_by("");
    assert!(!is_labelled("tenant_id"));
}

#[tokio::test]
async fn authentication_selects_the_tenant() {
    let _captured = testing::capture();
    let mut request = asked("/order", &[("x-tenant-id", "what the client says")]);
    request.extensions_mut().insert(Claims {
        tenant: "initech".to_owned(),
    });
    ordered(by_claims(), request).await;
    assert_ordered_by("initech");
    assert!(!is_labelled("campaign_id"));
}

#[tokio::test]
async fn requests_without_a_tenant_have_series_without_the_labels() {
    for layer in [by_headers(), by_baggage(), by_claims(), layer()] {
        let captured = testing::capture();
        ordered(layer, asked("/order", &[])).await;
        assert_ordered_by("");
        assert!(!is_labelled("tenant_id") && !is_labelled("campaign_id"));
        assert_eq!(captured.span("http.server").field("tenant_id"), None);
    }
}

#[tokio::test]
async fn scope_with_one_of_two_labels_is_entered() {
    let _captured = testing::capture();
    ordered(
        by_headers(),
        asked("/order", &[("x-campaign-id", "strahd")]),
    )
    .await;
    let labels = [("campaign_id", "strahd")];
    assert_eq!(page().value("shop_orders_total", &labels), Some(1.0));
    assert!(!is_labelled("tenant_id"));
}

#[tokio::test]
async fn any_header_value_is_a_safe_label_value() {
    let _captured = testing::capture();
    let mut router = router(by_headers());
    let long = "x".repeat(10_000);
    for tenant in ["a\"} 1", "a\\", "ünïcödé", &long, "  padded  ", "", "   "] {
        let mut request = asked("/order", &[]);
        let tenant = http::HeaderValue::from_bytes(tenant.as_bytes()).unwrap();
        request.headers_mut().insert("x-tenant-id", tenant);
        answer(&mut router, request).await;
    }
    // A value that is not text means no tenant, and so do two values.
    let mut request = asked("/order", &[]);
    let bytes = http::HeaderValue::from_bytes(b"\xff\xfe").unwrap();
    request.headers_mut().insert("x-tenant-id", bytes);
    answer(&mut router, request).await;
    let two = [("x-tenant-id", "acme"), ("x-tenant-id", "globex")];
    answer(&mut router, asked("/order", &two)).await;

    for tenant in ["a\"} 1", "a\\", "ünïcödé", &long[..256], "padded"] {
        assert_eq!(value("shop_orders_total", tenant), 1.0, "{tenant}");
    }
    assert_eq!(value("shop_orders_total", ""), 4.0);
    assert_eq!(by_tenant("shop_orders_total").len(), 6);
}

/// Returns the events without those of other crates.
fn told(captured: &CaptureGuard) -> Vec<CapturedEvent> {
    let mut events = captured.events();
    events.retain(|event| event.level() <= Level::INFO);
    events
}
