//! A store of recordings in the process of the test, which keeps what arrives.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::StatusCode,
    routing::put,
};
use tokio::{net::TcpListener, runtime::Runtime, sync::Semaphore};

/// What the store has, and how many more recordings it may take.
#[derive(Clone)]
struct Shelf {
    kept: Arc<Mutex<Vec<(String, Bytes)>>>,
    room: Arc<Semaphore>,
}

/// A store that serves until it is dropped.
pub(crate) struct Store {
    shelf: Shelf,
    pub(crate) url: String,
    _runtime: Runtime,
}

impl Store {
    pub(crate) fn start() -> Self {
        Self::with_room(Semaphore::MAX_PERMITS)
    }

    /// Starts a store that answers after so many recordings only when there is more room.
    pub(crate) fn with_room(room: usize) -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shelf = Shelf {
            kept: Arc::default(),
            room: Arc::new(Semaphore::new(room)),
        };
        let routes = Router::new()
            .route("/recordings/{name}", put(keep))
            .layer(DefaultBodyLimit::disable())
            .with_state(shelf.clone());
        runtime.spawn(axum::serve(listener, routes).into_future());
        Self {
            shelf,
            url,
            _runtime: runtime,
        }
    }

    pub(crate) fn make_room(&self, for_recordings: usize) {
        self.shelf.room.add_permits(for_recordings);
    }

    pub(crate) fn kept(&self) -> Vec<(String, Bytes)> {
        self.shelf.kept.lock().unwrap().clone()
    }
}

async fn keep(State(shelf): State<Shelf>, Path(name): Path<String>, sound: Bytes) -> StatusCode {
    shelf.room.acquire().await.unwrap().forget();
    shelf.kept.lock().unwrap().push((name, sound));
    StatusCode::CREATED
}
