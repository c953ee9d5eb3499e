//! The embedded store of recordings.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::routing::put;
use bytes::Bytes;
use tokio::net::TcpListener;

use crate::fault::Fault;

/// Recordings that are kept.
const KEPT: usize = 64;
/// The most bytes of a recording.
const LARGEST: usize = 8 << 20;

/// A store that keeps the last recordings in memory.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    kept: Arc<Mutex<VecDeque<(String, Bytes)>>>,
    fault: Option<Fault>,
}

impl Store {
    /// Starts a store in this process, and returns its URL.
    pub(crate) async fn start(fault: Option<Fault>) -> io::Result<String> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        if fault == Some(Fault::StoreDown) {
            return Ok(url);
        }
        let store = Self {
            kept: Arc::default(),
            fault,
        };
        let routes = Router::new()
            .route("/recordings/{name}", put(keep).get(find))
            .layer(DefaultBodyLimit::max(LARGEST))
            .with_state(store);
        tokio::spawn(axum::serve(listener, routes).into_future());
        Ok(url)
    }
}

async fn keep(State(store): State<Store>, Path(name): Path<String>, sound: Bytes) -> StatusCode {
    match store.fault {
        Some(Fault::StoreFailing) => return StatusCode::SERVICE_UNAVAILABLE,
        Some(Fault::StoreSlow) => std::future::pending().await,
        _ => {}
    }
    let mut kept = store.kept.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() == KEPT {
        kept.pop_front();
    }
    kept.push_back((name, sound));
    StatusCode::CREATED
}

async fn find(State(store): State<Store>, Path(name): Path<String>) -> Result<Bytes, StatusCode> {
    let kept = store.kept.lock().unwrap_or_else(PoisonError::into_inner);
    let mut kept = kept.iter();
    let found = kept.find(|(found, _)| *found == name);
    found
        .map(|(_, sound)| sound.clone())
        .ok_or(StatusCode::NOT_FOUND)
}
