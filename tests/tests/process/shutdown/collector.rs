//! Healthy and faulty collectors.

use std::{net::TcpListener, thread};

use axum::Router;

/// The behavior of a collector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Accepts everything.
    Answers,
    /// Has no listener.
    Absent,
    /// Accepts connections and never responds.
    Hangs,
}

pub(crate) const KINDS: [Kind; 3] = [Kind::Answers, Kind::Absent, Kind::Hangs];

/// A collector that runs until it is dropped.
pub(crate) struct Collector {
    pub(crate) endpoint: String,
    _socket: Option<TcpListener>,
}

impl Collector {
    pub(crate) fn start(kind: Kind) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", socket.local_addr().unwrap());
        let socket = match kind {
            Kind::Answers => {
                answer(socket);
                None
            }
            Kind::Absent => None,
            Kind::Hangs => Some(socket),
        };
        Self {
            endpoint,
            _socket: socket,
        }
    }
}

fn answer(socket: TcpListener) {
    socket.set_nonblocking(true).unwrap();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(socket).unwrap();
            axum::serve(listener, Router::new().fallback(|| async {})).await
        })
    });
}
