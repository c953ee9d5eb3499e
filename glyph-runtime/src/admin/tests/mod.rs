//! The endpoints, in process and over sockets.

mod listening;
mod routes;
mod stopping;

use std::{
    io::{Read, Write},
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::{Duration, Instant},
};

use axum::Router;
use bytes::Bytes;

use super::{Listener, router::endpoints, scrape::Source};
use crate::{expose::Format, health::Health};

const ANY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// The deadline of each wait. A test that reaches it fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// An exposition of so many pieces, which counts the renderings that were begun and ended, and the
/// pieces that were written.
#[derive(Clone)]
struct Pieces {
    pieces: usize,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    begun: AtomicUsize,
    written: AtomicUsize,
    ended: AtomicUsize,
    /// The names of the threads that rendered the pieces.
    threads: Mutex<Vec<String>>,
}

/// A rendering in progress.
struct Writing {
    format: Format,
    left: usize,
    counts: Arc<Counts>,
}

impl Pieces {
    fn new(pieces: usize) -> Self {
        let counts = Arc::default();
        Self { pieces, counts }
    }

    fn written(&self) -> usize {
        self.counts.written.load(SeqCst)
    }

    fn text(&self, format: Format) -> String {
        piece(format).repeat(self.pieces)
    }

    fn router(&self) -> Router {
        self.router_with(Health::builder().build().unwrap())
    }

    fn router_with(&self, health: Health) -> Router {
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
        self.counts.begun.fetch_add(1, SeqCst);
        let (left, counts) = (self.pieces, Arc::clone(&self.counts));
        Box::new(Writing {
            format,
            left,
            counts,
        })
    }
}

impl Iterator for Writing {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        self.left = self.left.checked_sub(1)?;
        if self.counts.written.fetch_add(1, SeqCst) < 100 {
            let name = thread::current().name().unwrap_or_default().to_owned();
            self.counts.threads.lock().unwrap().push(name);
        }
        Some(piece(self.format).into())
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        self.counts.ended.fetch_add(1, SeqCst);
    }
}

fn listen(router: Router) -> Listener {
    Listener::bind(ANY, router).unwrap()
}

fn url(listener: &Listener, path: &str) -> String {
    format!("http://{}{path}", listener.local_addr())
}

fn connect(listener: &Listener) -> TcpStream {
    let stream = TcpStream::connect(listener.local_addr()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Sends a request, and returns everything until the server closes the connection.
fn exchange(listener: &Listener, request: &str) -> String {
    let mut stream = connect(listener);
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response
}

fn wait_until(count: &AtomicUsize, reached: usize) {
    let begun = Instant::now();
    while count.load(SeqCst) < reached {
        assert!(begun.elapsed() < PATIENCE);
        thread::yield_now();
    }
}
