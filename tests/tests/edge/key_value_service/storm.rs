//! Many clients at once, and the comparison of all counts.

use std::{iter::zip, sync::Arc};

use fastrand::Rng;
use tokio::{sync::Semaphore, task::JoinSet};

use crate::key_value_service::{
    clients::{Client, Leaves},
    ledger::{Ended, Ledger},
    protocol::Verb,
    server::Server,
    telemetry::Tally,
};

/// Two sockets each, well below the usual limit of 1024.
const CLIENTS: usize = 400;
const REQUESTS_PER_CLIENT: usize = 40;
const WORKERS: usize = 64;
/// Number of concurrent connection attempts.
const AT_THE_DOOR: usize = 16;

/// Runs all clients against the server `name`. They disconnect as `seed` says. Asserts that glyph's
/// counts equal those of the clients and of the server's ledger.
pub(crate) async fn assert_adds_up(name: &'static str, seed: u64) {
    let mut random = Rng::with_seed(seed);
    let first_tags = (0..CLIENTS).map(|client| client * REQUESTS_PER_CLIENT);
    let clients: Vec<_> = first_tags
        .map(|tag| Arc::new(Client::random(&mut random, tag, REQUESTS_PER_CLIENT)))
        .collect();
    let ledger = Arc::new(Ledger::with_tags(CLIENTS * REQUESTS_PER_CLIENT));
    let server = Server::start(name, Arc::clone(&ledger)).await;

    let door = Arc::new(Semaphore::new(AT_THE_DOOR));
    let mut talking = JoinSet::new();
    for (number, client) in clients.iter().enumerate() {
        let (client, address, door) = (Arc::clone(client), server.address(), Arc::clone(&door));
        talking.spawn(async move { (number, client.run(address, &door).await) });
    }
    assert_all_wait(name, &clients, &ledger).await;
    server.employ(WORKERS);
    let mut replies = vec![Vec::new(); CLIENTS];
    while let Some(client) = talking.join_next().await {
        let (number, read) = client.unwrap();
        *replies.get_mut(number).unwrap() = read;
    }
    server.stop().await;

    for (client, seen) in zip(&clients, &replies) {
        assert_agrees(client, seen, &ledger);
    }
    let requests = clients.iter().flat_map(|client| &client.requests);
    let ended = requests.filter_map(|request| Some((request.verb, ledger.ended(request.tag)?)));
    let tally = Tally::of(name);
    assert_eq!(tally, Tally::expected(ended), "{name}, seed {seed}");
    for ended in Ended::ALL {
        assert!(tally.ended(ended) > 0, "{name}: no request is {ended:?}");
    }
}

/// Waits until early clients have disconnected, and the requests of all others are in flight
/// without a worker. These must be the in-flight count.
async fn assert_all_wait(name: &str, clients: &[Arc<Client>], ledger: &Ledger) {
    let (early, staying): (Vec<_>, Vec<_>) =
        clients.iter().partition(|client| client.leaves.early());
    let waiting = staying.len() * REQUESTS_PER_CLIENT;
    assert!(waiting >= 10_000, "{waiting} are no storm");
    ledger
        .until(
            "the early have left and all others are under way",
            |ledger| ledger.connections_closed() == early.len() && ledger.under_way() == waiting,
        )
        .await;
    assert_eq!(Tally::of(name).running(), waiting);
}

/// Asserts that a client's replies agree with the ledger.
fn assert_agrees(client: &Client, seen: &[(usize, Ended)], ledger: &Ledger) {
    for (tag, ended) in seen {
        assert_eq!(ledger.ended(*tag), Some(*ended), "the reply to {tag}");
    }
    for request in &client.requests {
        let tag = request.tag;
        let ended = ledger.ended(tag);
        let is_sent = client.sent().contains(request);
        assert!(is_sent || !ledger.has_begun(tag), "{tag} was never sent");
        assert_eq!(ledger.has_begun(tag), ended.is_some(), "{tag} never ends");
        let panics = ended == Some(Ended::Panicked);
        assert!(!panics || request.verb == Verb::Debug, "{tag} panicked");
    }
    if client.leaves == Leaves::AtTheEnd && !client.makes_panic() {
        assert_eq!(seen.len(), client.requests.len(), "every reply is read");
    }
}
