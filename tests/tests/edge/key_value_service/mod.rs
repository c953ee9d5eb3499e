//! A key-value service over TCP with clients that disconnect at any time. glyph's counts equal
//! exactly what the clients saw and what the server recorded.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

mod clients;
mod ledger;
mod protocol;
mod server;
mod storm;
mod telemetry;

use std::sync::Arc;

use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::key_value_service::{
    ledger::{Ended, Ledger},
    protocol::Verb,
    server::Server,
    telemetry::Tally,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn counters_equal_what_the_clients_saw() {
    storm::assert_adds_up("storm", 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counters_equal_with_another_seed() {
    storm::assert_adds_up("another storm", 2).await;
}

#[tokio::test]
async fn request_of_a_gone_client_is_dropped_and_half_a_line_is_no_request() {
    let ledger = Arc::new(Ledger::with_tags(2));
    let server = Server::start("one client", Arc::clone(&ledger)).await;
    let mut client = TcpStream::connect(server.address()).await.unwrap();
    client.write_all(b"0 GET key\n1 GET k").await.unwrap();
    ledger
        .until("the first request has begun", |ledger| ledger.has_begun(0))
        .await;
    assert_eq!(Tally::of("one client").running(), 1);

    drop(client);
    ledger
        .until("the connection is closed", |ledger| {
            ledger.connections_closed() == 1
        })
        .await;
    assert_eq!(ledger.ended(0), Some(Ended::Cancelled));
    assert_eq!(ledger.ended(1), None);
    server.stop().await;

    let expected = Tally::expected([(Verb::Get, Ended::Cancelled)]);
    assert_eq!(Tally::of("one client"), expected);
}
