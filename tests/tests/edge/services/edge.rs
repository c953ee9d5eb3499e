//! The first service: axum. It authenticates the client and calls the second service with reqwest.

use std::net::SocketAddr;

use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::HeaderMap,
    routing::get,
};
use glyph_runtime::{
    context::Baggage,
    http::{ClientLayer, ClientMetrics, ServerLayer, ServerMetrics},
    log::CarriedIds,
};
use http::{Request, Response};
use tokio::net::TcpListener;
use tower::{ServiceBuilder, ServiceExt, service_fn};
use tracing::info;

/// Serves until the test's runtime ends.
pub(crate) async fn serve(orders: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new()
        .route("/orders/{id}", get(order))
        .layer(ServerLayer::new(ServerMetrics::global()))
        .with_state(orders);
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

async fn order(State(orders): State<SocketAddr>, Path(id): Path<u32>, headers: HeaderMap) -> Body {
    // This example does not verify the token.
    let token = headers["authorization"].to_str().unwrap();
    let org = token.strip_prefix("Bearer ").unwrap();
    let ids = CarriedIds::current().try_with("org_id", org).unwrap();
    let baggage = Baggage::current().try_with("org_id", org).unwrap();
    let asked = async {
        info!("at the edge");
        price(orders, id).await
    };
    ids.scope(async { baggage.scope(asked).await }).await
}

async fn price(orders: SocketAddr, id: u32) -> Body {
    let reqwest = reqwest::Client::new();
    let send = service_fn(|request: Request<reqwest::Body>| {
        let reqwest = reqwest.clone();
        async move {
            let answer = reqwest
                .execute(reqwest::Request::try_from(request)?)
                .await?;
            Ok::<_, reqwest::Error>(Response::<reqwest::Body>::from(answer))
        }
    });
    let client = ServiceBuilder::new()
        .layer(ClientLayer::new(ClientMetrics::global()))
        .service(send);
    let asked = Request::get(format!("http://{orders}/prices/{id}"));
    let asked = asked.body(reqwest::Body::default()).unwrap();
    Body::new(client.oneshot(asked).await.unwrap().into_body())
}
