//! The second service: hyper without a router. It calls the third service over gRPC.

use std::{convert::Infallible, net::SocketAddr};

use bytes::Bytes;
use glyph_runtime::{
    grpc::{ClientLayer, ClientMetrics},
    http::{RequestBody, Route, ServerLayer, ServerMetrics},
};
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use tokio::net::TcpListener;
use tonic::{client::Grpc, transport::Endpoint};
use tower::{Layer, service_fn};
use tracing::info;

use crate::grpc::text::Text;

/// Serves until the test's runtime ends.
pub(crate) async fn serve(stock: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let layer = ServerLayer::new(ServerMetrics::global()).route(|request| {
        let is_price = request.uri.path().starts_with("/prices/");
        is_price.then(|| Route::from("/prices/{item}"))
    });
    let service = layer.layer(service_fn(move |request| price(stock, request)));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = TowerToHyperService::new(service.clone());
            tokio::spawn(async move {
                let server = auto::Builder::new(TokioExecutor::new());
                server.serve_connection(TokioIo::new(stream), service).await
            });
        }
    });
    address
}

async fn price(
    stock: SocketAddr,
    request: Request<RequestBody<Incoming>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    info!("among the orders");
    let item = request.uri().path().to_owned();
    let price = reserve(stock, item).await;
    Ok(Response::new(Full::from(price)))
}

async fn reserve(stock: SocketAddr, item: String) -> String {
    let channel = Endpoint::from_shared(format!("http://{stock}")).unwrap();
    let layer = ClientLayer::new(ClientMetrics::global())
        .peer(&stock.to_string())
        .try_ids(["org_id"])
        .unwrap();
    let mut client = Grpc::new(layer.layer(channel.connect_lazy()));
    client.ready().await.unwrap();
    let path = "/shop.Stock/Reserve".parse().unwrap();
    let answer = client.unary(tonic::Request::new(item), path, Text).await;
    answer.unwrap().into_inner()
}
