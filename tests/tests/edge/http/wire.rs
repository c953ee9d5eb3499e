//! A server on a port, and requests to it.

use std::net::SocketAddr;

use axum::Router;
use bytes::Bytes;
use glyph_tests::wait;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// Serves until the test's runtime ends.
pub(crate) async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// Sends a request over a new connection and reads the whole response.
pub(crate) async fn send(address: SocketAddr, request: Request<Full<Bytes>>) -> Response<Bytes> {
    let response = async {
        let stream = TcpStream::connect(address).await.unwrap();
        let (mut client, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let (head, body) = client.send_request(request).await.unwrap().into_parts();
        Response::from_parts(head, body.collect().await.unwrap().to_bytes())
    };
    wait::finished("the response", response).await
}

/// Returns a request without a body.
pub(crate) fn request(method: &str, path: &str) -> Request<Full<Bytes>> {
    let request = Request::builder().method(method).uri(path);
    request
        .header("host", "shop.test:8080")
        .body(Full::default())
        .unwrap()
}

pub(crate) async fn get(address: SocketAddr, path: &str) -> Response<Bytes> {
    send(address, request("GET", path)).await
}

/// Returns a header as a string; empty if it is missing.
pub(crate) fn header<B>(response: &Response<B>, name: &str) -> String {
    let value = response.headers().get(name);
    value.map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
}

/// Writes raw bytes, and returns the response up to the close of the connection.
pub(crate) async fn raw(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    // A reset of the connection also ends the response.
    let end = stream.read_to_end(&mut answer);
    let _reset = wait::finished("the end of the connection", end).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// Reads exactly this many bytes.
pub(crate) async fn read(stream: &mut TcpStream, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    let read = stream.read_exact(&mut bytes);
    wait::finished("the bytes", read).await.unwrap();
    bytes
}

/// Reads until the server closes the connection, and returns the number of bytes.
pub(crate) async fn read_rest(stream: &mut TcpStream) -> usize {
    let mut rest = Vec::new();
    let read = stream.read_to_end(&mut rest);
    wait::finished("the end of the connection", read)
        .await
        .unwrap()
}
