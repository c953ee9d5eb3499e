//! Clients that hold up a listener, and come back as soon as they are cut.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    runtime,
    time::sleep,
};

const PAGE: &[u8] = b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n";

const HALF: &[u8] = b"GET /metrics HTTP/1.1\r\nx-half: ";

const READINESS: &[u8] = b"GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n";

/// What a client does with its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It sends nothing.
    Idle,
    /// It closes its half, and waits.
    HalfClosed,
    /// It sends a part of a request, and no more.
    HalfSent,
    /// It sends a letter at a time.
    SlowSending,
    /// It asks for the page, and reads nothing.
    NotReading,
    /// It asks for the page, and reads a little at a time.
    SlowReading,
    /// It asks many times on one connection, and reads nothing.
    Pipelining,
    /// It sends no HTTP.
    Garbage,
    /// It asks for readiness, and leaves when the answer is there.
    Leaving,
}

impl Kind {
    pub(super) const ALL: [Self; 9] = [
        Self::Idle,
        Self::HalfClosed,
        Self::HalfSent,
        Self::SlowSending,
        Self::NotReading,
        Self::SlowReading,
        Self::Pipelining,
        Self::Garbage,
        Self::Leaving,
    ];

    async fn hold(self, mut stream: TcpStream) -> io::Result<()> {
        match self {
            Self::Idle => {}
            Self::HalfClosed => stream.shutdown().await?,
            Self::HalfSent => stream.write_all(HALF).await?,
            Self::SlowSending => return send_slowly(stream).await,
            Self::NotReading => {
                stream.write_all(PAGE).await?;
                return until_write_fails(stream).await;
            }
            Self::SlowReading => return read_slowly(stream).await,
            Self::Pipelining => {
                let requests = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n".repeat(1000);
                stream.write_all(requests.as_bytes()).await?;
                return until_write_fails(stream).await;
            }
            Self::Garbage => stream.write_all(&[0xff; 64]).await?,
            Self::Leaving => {
                stream.write_all(READINESS).await?;
                stream.peek(&mut [0]).await?;
                return Ok(());
            }
        }
        until_cut(stream).await
    }
}

async fn until_cut(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    while stream.read(&mut buffer).await? > 0 {}
    Ok(())
}

async fn send_slowly(mut stream: TcpStream) -> io::Result<()> {
    stream.write_all(HALF).await?;
    loop {
        stream.write_all(b"a").await?;
        sleep(Duration::from_millis(100)).await;
    }
}

async fn read_slowly(mut stream: TcpStream) -> io::Result<()> {
    stream.write_all(PAGE).await?;
    let mut buffer = [0; 64];
    loop {
        sleep(Duration::from_millis(100)).await;
        if stream.read(&mut buffer).await? == 0 {
            return Ok(());
        }
    }
}

/// Reads nothing. Such a client is told only when it sends something that it was cut.
async fn until_write_fails(mut stream: TcpStream) -> io::Result<()> {
    loop {
        sleep(Duration::from_millis(100)).await;
        stream.write_all(b"x").await?;
    }
}

/// Clients that are at it until this is dropped.
pub(super) struct Clients {
    _runtime: runtime::Runtime,
    connected: Arc<AtomicU64>,
}

impl Clients {
    /// Starts `count` clients, of each kind in turn.
    pub(super) fn start(address: SocketAddr, kinds: &[Kind], count: usize) -> Self {
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let connected = Arc::<AtomicU64>::default();
        for kind in kinds.iter().cycle().take(count) {
            runtime.spawn(come_back(address, *kind, Arc::clone(&connected)));
        }
        Self {
            _runtime: runtime,
            connected,
        }
    }

    /// Returns how many connections there have been.
    pub(super) fn connected(&self) -> u64 {
        self.connected.load(Relaxed)
    }
}

async fn come_back(address: SocketAddr, kind: Kind, connected: Arc<AtomicU64>) {
    loop {
        match connect(address).await {
            Ok(stream) => {
                connected.fetch_add(1, Relaxed);
                let _cut = kind.hold(stream).await;
            }
            Err(_) => sleep(Duration::from_millis(10)).await,
        }
    }
}

/// Connects with little room for what arrives.
async fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(8 * 1024)?;
    socket.connect(address).await
}
