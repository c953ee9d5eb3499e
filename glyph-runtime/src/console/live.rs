//! The overview as server-sent events, one every two seconds.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::body::Body;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use glyph_core::__runtime::lock;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::sleep,
};

use super::state::State;

/// The time between two events.
const INTERVAL: Duration = Duration::from_secs(2);

/// The most clients at a time.
const MOST_CLIENTS: usize = 8;

/// The clients that get events.
#[derive(Clone, Debug)]
pub(super) struct Clients {
    open: Arc<Mutex<Option<Open>>>,
    places: Arc<Semaphore>,
}

/// What ends when it is dropped.
#[derive(Debug)]
struct Open {
    overviews: watch::Sender<Bytes>,
    until: watch::Sender<()>,
}

/// Ends the streams of all clients.
#[derive(Clone, Debug)]
pub(crate) struct Streams(Arc<Mutex<Option<Open>>>);

/// A client that has its place.
pub(super) struct Client {
    until: watch::Receiver<()>,
    _place: OwnedSemaphorePermit,
}

/// A client that gets overviews.
pub(super) struct Follower {
    overviews: watch::Receiver<Bytes>,
    _client: Client,
}

impl Clients {
    pub(super) fn new() -> Self {
        let open = Open {
            overviews: watch::Sender::new(Bytes::new()),
            until: watch::Sender::new(()),
        };
        Self {
            open: Arc::new(Mutex::new(Some(open))),
            places: Arc::new(Semaphore::new(MOST_CLIENTS)),
        }
    }

    pub(super) fn streams(&self) -> Streams {
        Streams(Arc::clone(&self.open))
    }

    /// Takes a place. `None` if all are taken, or the streams have ended.
    pub(super) fn enter(&self) -> Option<Client> {
        let place = Arc::clone(&self.places).try_acquire_owned().ok()?;
        let until = lock(&self.open).as_ref()?.until.subscribe();
        Some(Client {
            until,
            _place: place,
        })
    }

    /// Takes a place for overviews, as [`enter`](Self::enter) does.
    pub(super) fn follow(&self) -> Option<Follower> {
        let client = self.enter()?;
        let overviews = lock(&self.open).as_ref()?.overviews.subscribe();
        Some(Follower {
            overviews,
            _client: client,
        })
    }

    /// Sends events until the streams end.
    pub(super) async fn send(self, state: Arc<State>) {
        loop {
            sleep(INTERVAL).await;
            match self.are_there() {
                None => return,
                Some(false) => {}
                Some(true) => {
                    let event = event(&state.overview().await);
                    if let Some(open) = lock(&self.open).as_ref() {
                        open.overviews.send_replace(event);
                    }
                }
            }
        }
    }

    /// Whether overviews have clients. `None` if the streams have ended.
    fn are_there(&self) -> Option<bool> {
        let open = lock(&self.open);
        Some(open.as_ref()?.overviews.receiver_count() > 0)
    }
}

impl Streams {
    /// Ends the streams, so that a shutdown does not wait for them.
    pub(crate) fn end(&self) {
        lock(&self.0).take();
    }
}

impl Client {
    /// Waits until the streams end.
    pub(super) async fn ended(&mut self) {
        while self.until.changed().await.is_ok() {}
    }
}

impl Follower {
    /// Returns the body: the first event, and then each further one until the streams end.
    pub(super) fn body(self, first: Bytes) -> Body {
        let further = stream::unfold(self, |mut client| async move {
            client.overviews.changed().await.ok()?;
            let event = client.overviews.borrow_and_update().clone();
            Some((event, client))
        });
        let events = stream::once(async move { first }).chain(further);
        Body::from_stream(events.map(Ok::<_, std::convert::Infallible>))
    }
}

/// Returns an event (HTML, "Server-sent events"). JSON has no line breaks.
pub(super) fn event(json: &[u8]) -> Bytes {
    [b"data: ", json, b"\n\n"].concat().into()
}
