//! The third service: tonic.

use std::{
    convert::Infallible,
    net::SocketAddr,
    task::{Context, Poll},
};

use futures_util::future::BoxFuture;
use glyph_runtime::{
    grpc::{ServerLayer, ServerMetrics},
    log::CarriedIds,
};
use tokio::net::TcpListener;
use tonic::{
    Response, Status,
    body::Body,
    server::{Grpc, NamedService},
    transport::{Server, server::TcpIncoming},
};
use tower::{Service, service_fn};
use tracing::info;

use crate::grpc::text::Text;

/// Serves until the test's runtime ends.
pub(crate) async fn serve() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let layer = ServerLayer::new(ServerMetrics::global())
        .try_ids(["org_id"])
        .unwrap();
    let router = Server::builder().layer(layer).add_service(Stock);
    tokio::spawn(router.serve_with_incoming(TcpIncoming::from(listener)));
    address
}

/// Responds with the organization and the item.
async fn reserve(request: tonic::Request<String>) -> Result<Response<String>, Status> {
    info!("in the stock");
    let ids = CarriedIds::current();
    let org = ids.value("org_id").ok_or(Status::unauthenticated("who?"))?;
    Ok(Response::new(format!("{org}: {}", request.get_ref())))
}

#[derive(Clone, Copy, Debug)]
struct Stock;

impl NamedService for Stock {
    const NAME: &'static str = "shop.Stock";
}

impl Service<http::Request<Body>> for Stock {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<http::Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(async move { Ok(Grpc::new(Text).unary(service_fn(reserve), request).await) })
    }
}
