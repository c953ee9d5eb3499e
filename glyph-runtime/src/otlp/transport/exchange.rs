//! The bytes that a collector sends in one exchange: their number and their protocol.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll, ready},
};

use hyper_util::client::legacy::connect::{Connected, Connection};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use glyph_core::__runtime::lock;

/// The most bytes that are read in one exchange, with handshakes, heads and 1xx responses.
///
/// Hyper skips 1xx responses in a loop that no timer interrupts, and h2 keeps them in memory.
/// Only the connection below can bound both.
const LONGEST_EXCHANGE: usize = 2 << 20;

/// The bytes that tell protocols apart.
const PREFIX: usize = 9;

/// The error of a collector that sends more than a response can have.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the collector sent more than {LONGEST_EXCHANGE} bytes in response to one request")]
pub(super) struct TooLong;

/// The exchange that a client is in. A client has one at a time.
#[derive(Debug, Default)]
pub(super) struct Exchange {
    received: AtomicUsize,
    /// Whether the collector has taken the request, though its response is not complete.
    accepted: AtomicBool,
    /// The first bytes on the latest connection.
    prefix: Mutex<Vec<u8>>,
    broken: Mutex<Option<Broken>>,
}

/// The error of a connection.
#[derive(Clone, Debug)]
pub(super) enum Broken {
    Tls(rustls::Error),
    Io(String),
}

/// The protocol of the first bytes on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spoken {
    Nothing,
    Tls,
    Http1,
    Http2,
    Other,
}

impl Exchange {
    pub(super) fn begin(&self) {
        self.received.store(0, Relaxed);
        self.accepted.store(false, Relaxed);
        *lock(&self.broken) = None;
    }

    pub(super) fn is_too_long(&self) -> bool {
        self.received.load(Relaxed) > LONGEST_EXCHANGE
    }

    pub(super) fn accept(&self) {
        self.accepted.store(true, Relaxed);
    }

    pub(super) fn is_accepted(&self) -> bool {
        self.accepted.load(Relaxed)
    }

    /// Keeps the error of a connection.
    pub(super) fn breaks(&self, error: Broken) {
        *lock(&self.broken) = Some(error);
    }

    pub(super) fn broken(&self) -> Option<Broken> {
        lock(&self.broken).clone()
    }

    pub(super) fn spoken(&self) -> Spoken {
        spoken(&lock(&self.prefix))
    }

    fn receive(&self, bytes: &[u8]) -> Result<(), TooLong> {
        let mut prefix = lock(&self.prefix);
        let missing = PREFIX.saturating_sub(prefix.len()).min(bytes.len());
        prefix.extend(bytes.iter().take(missing));
        drop(prefix);
        self.received.fetch_add(bytes.len(), Relaxed);
        if self.is_too_long() {
            return Err(TooLong);
        }
        Ok(())
    }
}

fn spoken(prefix: &[u8]) -> Spoken {
    match prefix {
        [] => Spoken::Nothing,
        // A handshake or an alert of any version of TLS.
        [0x15 | 0x16, 3, ..] => Spoken::Tls,
        [b'H', b'T', b'T', b'P', b'/', ..] => Spoken::Http1,
        // A SETTINGS or GOAWAY frame of stream 0, which a server sends first.
        [0, _, _, 4 | 7, _, 0, 0, 0, 0] => Spoken::Http2,
        _ => Spoken::Other,
    }
}

/// A connection whose bytes are counted.
#[derive(Debug)]
pub(super) struct Counted<S> {
    stream: S,
    exchange: Arc<Exchange>,
    /// Whether a proxy reads the requests and forwards them.
    forwarded: bool,
}

impl<S> Counted<S> {
    pub(super) fn new(stream: S, exchange: Arc<Exchange>, forwarded: bool) -> Self {
        lock(&exchange.prefix).clear();
        Self {
            stream,
            exchange,
            forwarded,
        }
    }
}

impl<S: Connection> Connection for Counted<S> {
    fn connected(&self) -> Connected {
        self.stream.connected().proxy(self.forwarded)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Counted<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        let read = buffer.filled().get(before..).unwrap_or_default();
        Poll::Ready(self.exchange.receive(read).map_err(io::Error::other))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Counted<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::{Exchange, LONGEST_EXCHANGE, Spoken, spoken};

    #[test]
    fn first_bytes_tell_protocols_apart() {
        for (bytes, protocol) in [
            (&b""[..], Spoken::Nothing),
            (b"\x15\x03\x01\x00\x02\x02\x46", Spoken::Tls),
            (b"HTTP/1.1 ", Spoken::Http1),
            (b"\x00\x00\x0c\x04\x00\x00\x00\x00\x00", Spoken::Http2),
            (b"SSH-2.0-x", Spoken::Other),
        ] {
            assert_eq!(spoken(bytes), protocol, "{bytes:?}");
        }
    }

    #[test]
    fn exchange_ends_at_its_limit() {
        let exchange = Exchange::default();
        let half = vec![b'x'; LONGEST_EXCHANGE / 2];
        assert!(exchange.receive(&half).is_ok());
        assert!(exchange.receive(&half).is_ok());
        assert!(exchange.receive(b"x").is_err());
        exchange.begin();
        assert!(exchange.receive(&half).is_ok());
    }
}
