//! gRPC calls, on both sides.

use std::{net::SocketAddr, time::Duration};

use glyph_runtime::grpc::{ClientLayer, ClientService, ServerLayer};
use glyph_tests::wait;
use tonic::{client::Grpc, transport::Channel};
use tower::Layer;

use crate::{
    grpc::{
        ends::{Leaves, PARTIAL, Peer, leave, serve_as},
        shop::{RESERVE, Text, WATCH, channel, path, serve_behind, text},
    },
    table::{
        catalog::{Endings, active},
        row::{Row, Run},
    },
};

const TARGET: &str = "grpc.call";

type Client<S> = Grpc<S>;

/// What a client does with a server.
#[derive(Clone, Copy)]
enum Asks {
    /// It waits for the end of a call with this text.
    Reserve(&'static str),
    /// The same, with a deadline.
    Hurries,
    /// It gives up before the response.
    GivesUp,
    /// It gives up after a message of the response.
    Watches,
    /// It calls a method that does not exist.
    Steals,
}

async fn ask<S>(client: &mut Client<S>, asks: Asks)
where
    S: tonic::client::GrpcService<tonic::body::Body>,
    S::ResponseBody: http_body::Body<Data = bytes::Bytes> + Send + 'static,
    <S::ResponseBody as http_body::Body>::Error: Into<tower::BoxError>,
{
    drop(client.ready().await);
    match asks {
        Asks::Reserve(told) => drop(client.unary(text(told), path(RESERVE), Text).await),
        Asks::Hurries => {
            let mut asked = text("hang");
            asked.set_timeout(Duration::from_secs(1));
            drop(client.unary(asked, path(RESERVE), Text).await);
        }
        Asks::Steals => drop(
            client
                .unary(text("x"), path("shop.Stock/Steal"), Text)
                .await,
        ),
        Asks::GivesUp => {
            let call = client.unary(text("hang"), path(RESERVE), Text);
            tokio::select! {
                _ = call => panic!("there is no response"),
                () = wait::until_async("the call is active", || active() == 1.0) => {}
            }
        }
        Asks::Watches => {
            let answer = client.server_streaming(text("3 hang"), path(WATCH), Text);
            let mut messages = answer.await.unwrap().into_inner();
            drop(messages.message().await.unwrap());
        }
    }
}

fn server_layer() -> ServerLayer {
    ServerLayer::new(Endings::global())
}

pub(crate) async fn served() -> Vec<Row> {
    let cases = [
        ("`OK`", Asks::Reserve("echo x")),
        (
            "`OK`, and the handler logs an error",
            Asks::Reserve("log x"),
        ),
        (
            "a status that blames the client, `NOT_FOUND`",
            Asks::Reserve("fail 5"),
        ),
        (
            "a status that blames the server, `INTERNAL`",
            Asks::Reserve("fail 13"),
        ),
        ("the handler returns `CANCELLED`", Asks::Reserve("fail 1")),
        ("the method does not exist", Asks::Steals),
        ("the handler panics", Asks::Reserve("panic")),
        ("the deadline passes", Asks::Hurries),
        ("the client leaves before the response", Asks::GivesUp),
        ("the client leaves during the response", Asks::Watches),
    ];
    let mut rows = Vec::new();
    for (told, asks) in cases {
        let run = Run::start();
        let address = serve_behind(server_layer(), None).await;
        // The deadline of a call does not count the time to connect.
        let connected = channel(address).connect().await.unwrap();
        ask(&mut Grpc::new(connected), asks).await;
        rows.push(run.row(told, "Server", TARGET).await);
    }
    let run = Run::start();
    let address = serve_behind(server_layer(), None).await;
    leave(address, RESERVE, Leaves::Resets, PARTIAL, active).await;
    let told = "the client leaves before its message is whole";
    rows.push(run.row(told, "Server", TARGET).await);
    rows
}

/// Returns a client whose calls the table shows.
fn client(address: SocketAddr, asks: Asks) -> Client<ClientService<Channel>> {
    let limit = match asks {
        Asks::Reserve("hang") => Duration::from_millis(50),
        _ => wait::LONG,
    };
    let endpoint = channel(address).timeout(limit);
    let layer = ClientLayer::new(Endings::global());
    Grpc::new(layer.layer(endpoint.connect_lazy()))
}

async fn nobody() -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap()
}

pub(crate) async fn called() -> Vec<Row> {
    let unmeasured = || serve_behind(server_layer().excluded_services(["shop.Stock"]), None);
    let cases = [
        ("`OK`", Asks::Reserve("echo x"), unmeasured().await),
        (
            "another status, `NOT_FOUND`",
            Asks::Reserve("fail 5"),
            unmeasured().await,
        ),
        (
            "the server cannot be reached",
            Asks::Reserve("x"),
            nobody().await,
        ),
        (
            "the stream is reset with `CANCEL`",
            Asks::Reserve("x"),
            serve_as(Peer::Resets(h2::Reason::CANCEL)).await,
        ),
        (
            "the stream is reset with `ENHANCE_YOUR_CALM`",
            Asks::Reserve("x"),
            serve_as(Peer::Resets(h2::Reason::ENHANCE_YOUR_CALM)).await,
        ),
        (
            "the response ends without a status",
            Asks::Reserve("x"),
            serve_as(Peer::EndsWithoutStatus).await,
        ),
        (
            "the channel times out",
            Asks::Reserve("hang"),
            unmeasured().await,
        ),
        (
            "the caller gives up before the response",
            Asks::GivesUp,
            unmeasured().await,
        ),
        (
            "the caller gives up during the response",
            Asks::Watches,
            unmeasured().await,
        ),
    ];
    let mut rows = Vec::new();
    for (told, asks, address) in cases {
        let run = Run::start();
        ask(&mut client(address, asks), asks).await;
        rows.push(run.row(told, "Client", TARGET).await);
    }
    rows
}
