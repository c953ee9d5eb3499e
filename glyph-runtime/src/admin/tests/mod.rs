//! The endpoints, in process and over sockets.

mod listening;
mod routes;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;

use super::{router::endpoints, scrape::Source};
use crate::{expose::Format, health::Health};

/// A page of so many pieces that counts how many have been written.
#[derive(Clone)]
struct Pieces {
    pieces: usize,
    written: Arc<AtomicUsize>,
}

impl Pieces {
    fn new(pieces: usize) -> Self {
        Self {
            pieces,
            written: Arc::default(),
        }
    }

    fn written(&self) -> usize {
        self.written.load(Ordering::SeqCst)
    }

    fn text(&self, format: Format) -> String {
        let piece = piece(format);
        piece.repeat(self.pieces)
    }

    fn router(&self) -> axum::Router {
        self.router_with(Health::builder().build().unwrap())
    }

    fn router_with(&self, health: Health) -> axum::Router {
        endpoints(Arc::new(self.clone()), health)
    }
}

fn piece(format: Format) -> String {
    format!(
        "# {format:?}\n{}",
        "metric{label=\"value\"} 1\n".repeat(1000)
    )
}

impl Source for Pieces {
    fn chunks(&self, format: Format) -> Box<dyn Iterator<Item = Bytes> + Send> {
        let written = Arc::clone(&self.written);
        Box::new((0..self.pieces).map(move |_| {
            written.fetch_add(1, Ordering::SeqCst);
            Bytes::from(piece(format))
        }))
    }
}
