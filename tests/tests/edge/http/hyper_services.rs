//! The layer around a hyper service, without a router.

use std::convert::Infallible;

use bytes::Bytes;
use glyph_runtime::{
    http::{Method, RequestBody, Route, ServerLayer, ServerMetrics, server::labels::Endpoint},
    testing,
};
use http::{Request, Response, Version};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, client::conn::http2};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use tokio::net::{TcpListener, TcpStream};
use tower::{Layer, service_fn};

use crate::http::kept::{attribute, keep};

async fn double(
    request: Request<RequestBody<Incoming>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let body = request.into_body().collect().await.unwrap().to_bytes();
    Ok(Response::new(Full::from([&*body, &*body].concat())))
}

#[tokio::test]
async fn requests_over_http_2_are_counted_in_both_directions() {
    let _captured = testing::capture();
    let kept = keep();
    let layer = ServerLayer::new(ServerMetrics::global()).route(|_| Some(Route::from("/double")));
    let service = TowerToHyperService::new(layer.layer(service_fn(double)));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let server = auto::Builder::new(TokioExecutor::new());
        server.serve_connection(TokioIo::new(stream), service).await
    });

    let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let (mut client, connection) = http2::handshake(TokioExecutor::new(), stream)
        .await
        .unwrap();
    tokio::spawn(connection);
    let asked = Request::post("http://shop.test/double")
        .version(Version::HTTP_2)
        .body(Full::<Bytes>::from("abc"))
        .unwrap();
    let answer = client.send_request(asked).await.unwrap();
    assert_eq!(
        answer.into_body().collect().await.unwrap().to_bytes(),
        "abcabc"
    );

    let span = kept.span();
    assert_eq!(span.name, "POST /double");
    for (name, value) in [
        ("network.protocol.version", "2"),
        ("server.address", "shop.test"),
        ("url.path", "/double"),
        ("http.request.body.size", "3"),
        ("http.response.body.size", "6"),
    ] {
        assert_eq!(attribute(&span, name), value, "{name}");
    }
    let (method, route) = (Method::Post, "/double");
    let sizes = &ServerMetrics::global().response_body_size;
    assert_eq!(sizes.snapshot(Endpoint { method, route }).sum(), 6.0);
}
