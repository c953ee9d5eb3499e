//! Peers that speak no OTLP, or break HTTP.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use tokio::net::TcpSocket;

/// Frames of HTTP/2 (RFC 9113, sections 4 and 6): empty settings, their acknowledgment, and the
/// head of a response without an end on stream 1, with `:status: 100` as a literal (RFC 7541).
const SETTINGS: &[u8] = b"\0\0\0\x04\0\0\0\0\0";
const ACKNOWLEDGED: &[u8] = b"\0\0\0\x04\x01\0\0\0\0";
const CONTINUE: &[u8] = b"\0\0\x05\x01\x04\0\0\0\x01\x08\x03100";
/// A head that goes on in the next frame, and a frame that goes on.
const HEAD: &[u8] = b"\0\0\x01\x01\0\0\0\0\x01\x88";
const CONTINUATION: &[u8] = b"\0\0\x05\x09\0\0\0\0\x01\0\x01a\x01b";

/// A peer that accepts connections and does nothing useful with them.
#[derive(Debug)]
pub struct Peer {
    endpoint: String,
    connections: Arc<Mutex<Vec<Instant>>>,
}

impl Peer {
    /// Starts a peer with this behavior on each connection.
    fn start(behave: impl Fn(&mut TcpStream) -> io::Result<()> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let connections = Arc::<Mutex<Vec<Instant>>>::default();
        let accepted = Arc::clone(&connections);
        let behave = Arc::new(behave);
        thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                accepted.lock().unwrap().push(Instant::now());
                let behave = Arc::clone(&behave);
                thread::spawn(move || drop(behave(&mut stream)));
            }
        });
        Self {
            endpoint,
            connections,
        }
    }

    /// Returns its URL.
    #[must_use]
    pub fn endpoint(&self) -> String {
        self.endpoint.clone()
    }

    /// Returns when connections were accepted.
    ///
    /// # Panics
    ///
    /// Panics if the peer has panicked.
    #[must_use]
    pub fn connections(&self) -> Vec<Instant> {
        self.connections.lock().unwrap().clone()
    }

    /// Closes each connection at once.
    #[must_use]
    pub fn closes() -> Self {
        Self::start(|_| Ok(()))
    }

    /// Reads, and says nothing.
    #[must_use]
    pub fn says_nothing() -> Self {
        Self::start(|stream| io::copy(stream, &mut io::sink()).map(drop))
    }

    /// Neither reads nor writes.
    #[must_use]
    pub fn does_nothing() -> Self {
        Self::start(|_| {
            thread::sleep(Duration::from_secs(60));
            Ok(())
        })
    }

    /// Closes its own direction at once, and reads to the end.
    #[must_use]
    pub fn half_closes() -> Self {
        Self::start(|stream| {
            stream.shutdown(Shutdown::Write)?;
            io::copy(stream, &mut io::sink()).map(drop)
        })
    }

    /// Reads a little, writes `bytes`, and closes.
    #[must_use]
    pub fn writes(bytes: &'static [u8]) -> Self {
        Self::start(move |stream| {
            let _some = stream.read(&mut [0; 64])?;
            stream.write_all(bytes)
        })
    }

    /// Reads a little, writes `bytes`, and reads until the client closes.
    #[must_use]
    pub fn responds(bytes: &'static [u8]) -> Self {
        Self::start(move |stream| {
            let _some = stream.read(&mut [0; 64])?;
            stream.write_all(bytes)?;
            io::copy(stream, &mut io::sink()).map(drop)
        })
    }

    /// Writes the same byte without end.
    #[must_use]
    pub fn floods() -> Self {
        Self::start(|stream| repeat(stream, &[b'x'; 1024], Duration::ZERO))
    }

    /// Responds with 100 (Continue) without end.
    #[must_use]
    pub fn continues() -> Self {
        Self::start(|stream| {
            if speaks_http2(stream)? {
                stream.write_all(&[SETTINGS, ACKNOWLEDGED].concat())?;
                repeat(stream, &CONTINUE.repeat(100), Duration::ZERO)
            } else {
                let heads = b"HTTP/1.1 100 Continue\r\n\r\n".repeat(100);
                repeat(stream, &heads, Duration::ZERO)
            }
        })
    }

    /// Responds with a head without end.
    #[must_use]
    pub fn has_an_endless_head() -> Self {
        Self::start(|stream| head(stream, Duration::ZERO))
    }

    /// Responds with a head without end, one field each 50 milliseconds.
    #[must_use]
    pub fn trickles_its_head() -> Self {
        Self::start(|stream| head(stream, Duration::from_millis(50)))
    }
}

fn head(stream: &mut TcpStream, pause: Duration) -> io::Result<()> {
    if speaks_http2(stream)? {
        stream.write_all(&[SETTINGS, ACKNOWLEDGED, HEAD].concat())?;
        repeat(stream, CONTINUATION, pause)
    } else {
        stream.write_all(b"HTTP/1.1 200 OK\r\n")?;
        repeat(stream, b"x: y\r\n", pause)
    }
}

/// Returns whether the client begins with the preface of HTTP/2.
fn speaks_http2(stream: &mut TcpStream) -> io::Result<bool> {
    let mut beginning = [0; 3];
    stream.read_exact(&mut beginning)?;
    // What the client sends is read, so that it never waits.
    let mut reader = stream.try_clone()?;
    thread::spawn(move || io::copy(&mut reader, &mut io::sink()));
    thread::sleep(Duration::from_millis(50));
    Ok(&beginning == b"PRI")
}

fn repeat(stream: &mut TcpStream, bytes: &[u8], pause: Duration) -> io::Result<()> {
    loop {
        stream.write_all(bytes)?;
        thread::sleep(pause);
    }
}

/// Ports without a listener. They stay reserved, since another test would get a free one.
static NOBODY: Mutex<Vec<TcpSocket>> = Mutex::new(Vec::new());

/// Returns an endpoint without a listener.
///
/// # Panics
///
/// Panics if no port is free.
#[must_use]
pub fn nobody() -> String {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let endpoint = format!("http://{}", socket.local_addr().unwrap());
    NOBODY.lock().unwrap().push(socket);
    endpoint
}

/// Accepts connections, reads a little, writes `answer`, and closes.
#[must_use]
pub fn raw(answer: &'static [u8]) -> String {
    Peer::writes(answer).endpoint()
}

/// Accepts connections, closes its own direction at once, and reads to the end.
#[must_use]
pub fn half_closes() -> String {
    Peer::half_closes().endpoint()
}
