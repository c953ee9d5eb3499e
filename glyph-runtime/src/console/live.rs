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
    events: Arc<Mutex<Option<watch::Sender<Bytes>>>>,
    places: Arc<Semaphore>,
}

/// Ends the streams of all clients.
#[derive(Clone, Debug)]
pub(crate) struct Streams(Arc<Mutex<Option<watch::Sender<Bytes>>>>);

/// A client that has its place.
pub(super) struct Client {
    events: watch::Receiver<Bytes>,
    _place: OwnedSemaphorePermit,
}

impl Clients {
    pub(super) fn new() -> Self {
        let (events, _) = watch::channel(Bytes::new());
        Self {
            events: Arc::new(Mutex::new(Some(events))),
            places: Arc::new(Semaphore::new(MOST_CLIENTS)),
        }
    }

    pub(super) fn streams(&self) -> Streams {
        Streams(Arc::clone(&self.events))
    }

    /// Takes a place. `None` if all are taken, or the streams have ended.
    pub(super) fn enter(&self) -> Option<Client> {
        let place = Arc::clone(&self.places).try_acquire_owned().ok()?;
        let events = lock(&self.events).as_ref()?.subscribe();
        Some(Client {
            events,
            _place: place,
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
                    if let Some(events) = lock(&self.events).as_ref() {
                        events.send_replace(event);
                    }
                }
            }
        }
    }

    /// Whether there are clients. `None` if the streams have ended.
    fn are_there(&self) -> Option<bool> {
        let events = lock(&self.events);
        Some(events.as_ref()?.receiver_count() > 0)
    }
}

impl Streams {
    /// Ends the streams, so that a shutdown does not wait for them.
    pub(crate) fn end(&self) {
        lock(&self.0).take();
    }
}

impl Client {
    /// Returns the body: the first event, and then each further one until the streams end.
    pub(super) fn body(self, first: Bytes) -> Body {
        let further = stream::unfold(self, |mut client| async move {
            client.events.changed().await.ok()?;
            let event = client.events.borrow_and_update().clone();
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
