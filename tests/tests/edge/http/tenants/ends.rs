//! Ends of requests, each in the scope of its own tenant.

use std::{
    net::SocketAddr,
    sync::{Arc, atomic::AtomicBool, atomic::Ordering::SeqCst},
};

use axum::{Router, routing::get};
use glyph_runtime::{http::header, scope::ScopeLabels, testing};
use glyph_tests::wait;
use http_body_util::BodyExt;
use tokio::{io::AsyncWriteExt, net::TcpStream, sync::Notify};

use super::{
    ACTIVE, COUNTED, ShopMetrics, TenantContext, answer, asked, by_headers, counts, layer, page,
    router, told, until_idle, value,
};
use crate::http::wire::{self, request, send, serve};

#[tokio::test]
async fn concurrent_tenants_have_separate_counts() {
    let _captured = testing::capture();
    let layer = by_headers();
    let gate = Arc::new(Notify::new());
    let held = Arc::clone(&gate);
    let routes = Router::new().route(
        "/wait",
        get(move || async move {
            ShopMetrics::global().orders.inc();
            held.notified().await;
            ShopMetrics::global().orders.inc();
        }),
    );
    let address = serve(routes.layer(layer)).await;
    let ask = |tenant: &'static str| {
        let mut asked = request("GET", "/wait");
        let tenant = http::HeaderValue::from_static(tenant);
        asked.headers_mut().insert("x-tenant-id", tenant);
        tokio::spawn(send(address, asked))
    };
    let asked = [ask("acme"), ask("globex"), ask("acme")];
    wait::until_async("all are active", || {
        value(ACTIVE, "acme") == 2.0 && value(ACTIVE, "globex") == 1.0
    })
    .await;
    assert_eq!(value(ACTIVE, ""), 0.0);
    // The requests take turns on one thread.
    wait::until_async("three orders are counted", || {
        gate.notify_one();
        value("shop_orders_total", "acme") + value("shop_orders_total", "globex") >= 3.0
    })
    .await;
    for asked in asked {
        wait::until_async("a request has ended", || {
            gate.notify_one();
            asked.is_finished()
        })
        .await;
        asked.await.unwrap();
    }
    until_idle().await;
    assert_eq!(value("shop_orders_total", "acme"), 4.0);
    assert_eq!(value("shop_orders_total", "globex"), 2.0);
    assert_eq!(value("shop_orders_total", ""), 0.0);
    assert_eq!(
        (value(COUNTED, "acme"), value(COUNTED, "globex")),
        (2.0, 1.0)
    );
}

#[tokio::test]
async fn interleaved_bodies_stay_in_their_tenants_scopes() {
    let _captured = testing::capture();
    let mut router = router(by_headers());
    let acme = answer(&mut router, asked("/three", &[("x-tenant-id", "acme")])).await;
    let globex = answer(&mut router, asked("/three", &[("x-tenant-id", "globex")])).await;
    let (mut acme, mut globex) = (acme.into_body(), globex.into_body());
    acme.frame().await.unwrap().unwrap();
    // The reader is in another tenant's scope and stays there.
    let elsewhere = TenantContext {
        tenant_id: "initech",
        campaign_id: "",
    };
    let read = async {
        globex.frame().await.unwrap().unwrap();
        globex.frame().await.unwrap().unwrap();
        ShopMetrics::global().orders.inc();
    };
    elsewhere.scope(read).await;
    assert_eq!(value("shop_chunks_total", "acme"), 1.0);
    assert_eq!(value("shop_chunks_total", "globex"), 2.0);
    assert_eq!(value("shop_orders_total", "initech"), 1.0);
    assert_eq!((value(ACTIVE, "acme"), value(ACTIVE, "globex")), (1.0, 1.0));

    // One body is read to its end, the other is dropped.
    acme.collect().await.unwrap();
    assert_eq!((value(ACTIVE, "acme"), value(ACTIVE, "globex")), (0.0, 1.0));
    elsewhere.in_scope(|| drop(globex));
    until_idle().await;
    assert_eq!(
        (value(COUNTED, "acme"), value(COUNTED, "globex")),
        (1.0, 1.0)
    );
    assert_eq!(value(COUNTED, "initech"), 0.0);
}

async fn connect(address: SocketAddr, path: &str, tenant: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\nX-Tenant-ID: {tenant}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn disconnected_clients_leave_nothing_in_flight() {
    let captured = testing::capture();
    let address = serve(router(by_headers())).await;
    let mut amid = connect(address, "/endless", "acme").await;
    let before = connect(address, "/never", "globex").await;
    wire::read(&mut amid, 100_000).await;
    wait::until_async("the second is open", || value("shop_open", "globex") == 1.0).await;
    assert_eq!((value(ACTIVE, "acme"), value(ACTIVE, "globex")), (1.0, 1.0));
    assert_eq!(value("shop_open", "acme"), 1.0);
    drop((amid, before));
    until_idle().await;
    for tenant in ["acme", "globex"] {
        assert_eq!(value(COUNTED, tenant), 1.0);
        assert_eq!(value("http_server_errors_total", tenant), 1.0);
        assert_eq!(value("shop_open", tenant), 0.0);
    }
    let events = told(&captured);
    assert_eq!(events.len(), 2);
    for event in events {
        assert!(event.field("tenant_id").is_some(), "{event:?}");
    }
}

#[tokio::test]
async fn panicking_handlers_leave_nothing_in_flight() {
    let _captured = testing::capture();
    let address = serve(router(by_headers())).await;
    let mut stream = connect(address, "/panic", "acme").await;
    assert_eq!(wire::read_rest(&mut stream).await, 0);
    until_idle().await;
    assert_eq!(value(COUNTED, "acme"), 1.0);
    assert_eq!(value("http_server_errors_total", "acme"), 1.0);
    assert!(ScopeLabels::current().is_empty());
}

#[tokio::test]
async fn panicking_scope_function_starts_no_request() {
    let _captured = testing::capture();
    let address = serve(router(layer().scope(|request| {
        assert!(header(request, "x-tenant-id").is_none(), "on purpose");
        None::<ScopeLabels>
    })))
    .await;
    let mut stream = connect(address, "/order", "acme").await;
    assert_eq!(wire::read_rest(&mut stream).await, 0);
    until_idle().await;
    assert_eq!(page().named(COUNTED).count(), 0);
    assert!(ScopeLabels::current().is_empty());
}

#[tokio::test]
async fn excluded_paths_have_no_tenant() {
    let _captured = testing::capture();
    let was_asked = Arc::new(AtomicBool::new(false));
    let asks = Arc::clone(&was_asked);
    let layer = layer().scope(move |_| {
        asks.store(true, SeqCst);
        None::<ScopeLabels>
    });
    answer(
        &mut router(layer),
        asked("/healthz", &[("x-tenant-id", "acme")]),
    )
    .await;
    assert!(!was_asked.load(SeqCst));
}

#[tokio::test]
async fn outer_scope_lasts_to_the_end_of_the_body() {
    let _captured = testing::capture();
    let mut router = router(layer());
    let acme = TenantContext {
        tenant_id: "acme",
        campaign_id: "",
    };
    let asked = asked("/three", &[]);
    let response = acme.scope(answer(&mut router, asked)).await;
    assert_eq!(value(ACTIVE, "acme"), 1.0);
    response.into_body().collect().await.unwrap();
    until_idle().await;
    assert_eq!(value("shop_chunks_total", "acme"), 3.0);
    assert_eq!((value(COUNTED, "acme"), value(COUNTED, "")), (1.0, 0.0));
}

#[tokio::test]
async fn tenants_beyond_the_limit_share_one_series() {
    let _captured = testing::capture();
    let _no_spans = tracing::subscriber::set_default(tracing::subscriber::NoSubscriber::default());
    let mut router = router(by_headers());
    for tenant in (0..5000).chain(0..5000) {
        let tenant = format!("tenant-{tenant}");
        let request = asked("/order", &[("x-tenant-id", &tenant)]);
        let response = answer(&mut router, request).await;
        response.into_body().collect().await.unwrap();
    }
    let page = page();
    for name in ["shop_orders_total", "shop_packed_total", COUNTED] {
        let mut counted = counts(&page, name);
        counted.remove("");
        assert_eq!(counted.len(), 1001, "{name}");
        assert_eq!(counted.remove("other"), Some(8000.0), "{name}");
        for tenant in 0..1000 {
            let value = counted.remove(&format!("tenant-{tenant}"));
            assert_eq!(value, Some(2.0), "{name}");
        }
    }
    let active = counts(&page, ACTIVE);
    assert!(active.len() > 1000 && active.values().all(|value| *value == 0.0));
}
