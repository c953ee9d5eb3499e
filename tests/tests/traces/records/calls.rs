//! Calls over HTTP and gRPC that a service on the same thread responds to.

use std::{
    convert::Infallible,
    pin::pin,
    task::{Context, Waker},
};

use glyph_runtime::{grpc, http as glyph_http};
use http::{Request, Response};
use http_body::Body;
use http_body_util::BodyExt;
use tower::{Layer, Service, ServiceExt, service_fn};

/// Polls a future to its end.
pub(super) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

/// The protocol of a call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Protocol {
    Http,
    Grpc,
}

/// What is measured of a call.
#[derive(Clone, Copy, Debug)]
pub(super) enum Side {
    Server,
    Client,
    /// The client propagates its trace to the server.
    Both,
    /// A server that begins a trace, with a link to that of the client.
    Untrusting,
}

/// Makes a call, and runs `inside` in the code that responds to it. Every third call fails.
pub(super) fn call(protocol: Protocol, side: Side, number: u32, inside: impl FnOnce()) {
    let mut inside = Some(inside);
    let response = move || {
        let inside = inside.take();
        async move {
            tokio::task::yield_now().await;
            if let Some(inside) = inside {
                inside();
            }
            Ok::<_, Infallible>(response(protocol, number))
        }
    };
    match protocol {
        Protocol::Http => over_http(side, response),
        Protocol::Grpc => over_grpc(side, response),
    }
}

fn response(protocol: Protocol, number: u32) -> Response<String> {
    let fails = number.is_multiple_of(3);
    let response = Response::builder();
    let response = match protocol {
        Protocol::Http if fails => response.status(503).body("sold out".to_owned()),
        Protocol::Http => response.body("sword".to_owned()),
        // Not implemented: the method of the span is another one at the end.
        Protocol::Grpc => response
            .header("grpc-status", if fails { "12" } else { "0" })
            .body(String::new()),
    };
    response.unwrap()
}

fn over_http<F>(side: Side, mut respond: impl FnMut() -> F)
where
    F: Future<Output = Result<Response<String>, Infallible>>,
{
    let server = glyph_http::ServerLayer::new(glyph_http::ServerMetrics::global());
    let client = glyph_http::ClientLayer::new(glyph_http::ClientMetrics::global());
    match side {
        Side::Server => send(server.layer(service_fn(|_| respond()))),
        Side::Client => send(client.layer(service_fn(|_| respond()))),
        Side::Both => send(client.layer(server.layer(service_fn(|_| respond())))),
        Side::Untrusting => {
            let server = server.continues_traces(false);
            send(client.layer(server.layer(service_fn(|_| respond()))));
        }
    }
}

fn over_grpc<F>(side: Side, mut respond: impl FnMut() -> F)
where
    F: Future<Output = Result<Response<String>, Infallible>>,
{
    let server = grpc::ServerLayer::new(grpc::ServerMetrics::global());
    let client = grpc::ClientLayer::new(grpc::ClientMetrics::global());
    match side {
        Side::Server => send(server.layer(service_fn(|_| respond()))),
        Side::Client => send(client.layer(service_fn(|_| respond()))),
        Side::Both => send(client.layer(server.layer(service_fn(|_| respond())))),
        Side::Untrusting => {
            let server = server.continues_traces(false);
            send(client.layer(server.layer(service_fn(|_| respond()))));
        }
    }
}

/// Sends a request, and reads the response to its end.
fn send<B>(service: impl Service<Request<String>, Response = Response<B>, Error = Infallible>)
where
    B: Body<Data: Send, Error: std::fmt::Debug>,
{
    let request = Request::post("http://shop.internal/shop.Stock/Reserve").body("one".to_owned());
    block_on(async {
        let response = service.oneshot(request.unwrap()).await.unwrap();
        response.into_body().collect().await.unwrap();
    });
}
