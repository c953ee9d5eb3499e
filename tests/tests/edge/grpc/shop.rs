//! A handwritten service of text messages, whose requests say what it does.

use std::{
    convert::Infallible,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::{Stream, StreamExt, future::BoxFuture, stream};
use glyph_runtime::grpc::{ClientLayer, ClientMetrics, ClientService, ServerLayer, ServerMetrics};
use http::uri::PathAndQuery;
use tokio::net::TcpListener;
use tonic::{
    Code, Request, Response, Status, Streaming,
    body::Body,
    client::Grpc,
    server::NamedService,
    transport::{Channel, Endpoint, Server, server::TcpIncoming},
};
use tower::{Layer, Service, service_fn};
use tracing::{error, info};

pub(crate) use crate::grpc::text::Text;

pub(crate) const RESERVE: &str = "shop.Stock/Reserve";
pub(crate) const WATCH: &str = "shop.Stock/Watch";
pub(crate) const UPLOAD: &str = "shop.Stock/Upload";
pub(crate) const CHAT: &str = "shop.Stock/Chat";

type Messages = Pin<Box<dyn Stream<Item = Result<String, Status>> + Send>>;

/// Runs `echo ..`, `log ..`, `fail 5`, `hang` or `panic`.
async fn act(text: &str) -> Result<String, Status> {
    match text.split_once(' ').unwrap_or((text, "")) {
        ("fail", code) => {
            let code = Code::from_i32(code.parse().unwrap());
            Err(Status::new(code, "as told"))
        }
        ("hang", _) => std::future::pending().await,
        ("log", rest) => {
            error!("on purpose");
            Ok(rest.to_owned())
        }
        ("panic", _) => panic!("on purpose"),
        (_, rest) => Ok(rest.to_owned()),
    }
}

async fn reserve(request: Request<String>) -> Result<Response<String>, Status> {
    info!("in the stock service");
    act(request.get_ref()).await.map(Response::new)
}

/// Runs such a text as `3 fail 13`: three messages, then `fail 13`.
async fn watch(request: Request<String>) -> Result<Response<Messages>, Status> {
    let (count, then) = request
        .get_ref()
        .split_once(' ')
        .map(|(count, then)| (count.parse::<u32>().unwrap(), then.to_owned()))
        .unwrap();
    let numbers = stream::iter(0..count).map(|number| Ok(number.to_string()));
    let last = stream::once(async move { act(&then).await });
    Ok(Response::new(Box::pin(numbers.chain(last))))
}

async fn upload(request: Request<Streaming<String>>) -> Result<Response<String>, Status> {
    let mut messages = request.into_inner();
    let mut told = 0;
    while let Some(message) = messages.message().await? {
        act(&message).await?;
        told += 1;
    }
    Ok(Response::new(told.to_string()))
}

async fn chat(request: Request<Streaming<String>>) -> Result<Response<Messages>, Status> {
    let answers = request.into_inner().then(|message| async move {
        let message = message?;
        act(&message).await
    });
    Ok(Response::new(Box::pin(answers)))
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Stock;

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
        Box::pin(async move {
            let mut grpc = tonic::server::Grpc::new(Text);
            let path = request.uri().path().trim_start_matches('/').to_owned();
            Ok(match path.as_str() {
                RESERVE => grpc.unary(service_fn(reserve), request).await,
                WATCH => grpc.server_streaming(service_fn(watch), request).await,
                UPLOAD => grpc.client_streaming(service_fn(upload), request).await,
                CHAT => grpc.streaming(service_fn(chat), request).await,
                _ => Status::unimplemented("no such method").into_http(),
            })
        })
    }
}

pub(crate) fn server_layer() -> ServerLayer {
    ServerLayer::new(ServerMetrics::global())
}

/// Serves until the test's runtime ends.
pub(crate) async fn serve() -> SocketAddr {
    serve_behind(server_layer(), None).await
}

pub(crate) async fn serve_behind(layer: ServerLayer, timeout: Option<Duration>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = match timeout {
        Some(timeout) => Server::builder().timeout(timeout),
        None => Server::builder(),
    };
    let router = server.layer(layer).add_service(Stock);
    tokio::spawn(router.serve_with_incoming(TcpIncoming::from(listener)));
    address
}

pub(crate) type Client<S = Channel> = Grpc<ClientService<S>>;

pub(crate) fn channel(address: SocketAddr) -> Endpoint {
    Endpoint::from_shared(format!("http://{address}")).unwrap()
}

pub(crate) fn client_layer() -> ClientLayer {
    ClientLayer::new(ClientMetrics::global()).peer("stock.test:50051")
}

/// Returns a client whose calls are measured.
pub(crate) async fn measured(address: SocketAddr) -> Client {
    let channel = channel(address).connect_lazy();
    let mut client = Grpc::new(client_layer().layer(channel));
    client.ready().await.unwrap();
    client
}

/// Returns a client without layers.
pub(crate) async fn plain(address: SocketAddr) -> Grpc<Channel> {
    let mut client = Grpc::new(channel(address).connect_lazy());
    client.ready().await.unwrap();
    client
}

pub(crate) fn path(method: &str) -> PathAndQuery {
    format!("/{method}").parse().unwrap()
}

pub(crate) fn text(text: &str) -> Request<String> {
    Request::new(text.to_owned())
}
