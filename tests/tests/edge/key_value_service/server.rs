//! The server: requests of one connection run concurrently, and are dropped when the client
//! disconnects.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr},
    panic::resume_unwind,
    sync::Arc,
    time::Duration,
};

use futures_util::{StreamExt, stream::FuturesUnordered};
use glyph_runtime::instrument_stage;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Take},
    net::{TcpListener, TcpStream, tcp::OwnedReadHalf},
    select,
    sync::{Mutex, Semaphore, oneshot},
    task::{JoinHandle, JoinSet, yield_now},
    time::timeout,
};

use crate::key_value_service::{
    ledger::{Ended, Ledger},
    protocol::{Answer, Failure, Request, Verb, reply},
    telemetry::stage,
};

/// The greeting to a client. Without it, a connection may look open before the server has accepted
/// it, and the server would not see one that closes that early.
pub(crate) const GREETING: &[u8; 3] = b"hi\n";
/// A key that stays locked.
pub(crate) const LOCKED_KEY: &str = "locked";
/// Timeout of the wait for a key.
const DEADLINE: Duration = Duration::from_millis(5);
/// Maximum length of a line.
const LINE_LIMIT: u64 = 256;
const SHARDS: usize = 16;

/// A server that runs until it is stopped.
pub(crate) struct Server {
    address: SocketAddr,
    service: Arc<Service>,
    stop: oneshot::Sender<()>,
    accepting: JoinHandle<()>,
}

impl Server {
    /// Starts a server that accepts requests, and processes them once it has
    /// [workers](Self::employ).
    pub(crate) async fn start(name: &'static str, ledger: Arc<Ledger>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = Arc::new(Service {
            name,
            ledger,
            workers: Semaphore::new(0),
            shards: Default::default(),
            locked: Mutex::default(),
        });
        let (stop, stopped) = oneshot::channel();
        let accepting = tokio::spawn(accept(Arc::clone(&service), listener, stopped));
        Self {
            address,
            service,
            stop,
            accepting,
        }
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Adds workers. Without workers, requests wait.
    pub(crate) fn employ(&self, workers: usize) {
        self.service.workers.add_permits(workers);
    }

    /// Stops accepting, and waits for the open connections.
    pub(crate) async fn stop(self) {
        self.stop.send(()).unwrap();
        self.accepting.await.unwrap();
    }
}

async fn accept(service: Arc<Service>, listener: TcpListener, mut stopped: oneshot::Receiver<()>) {
    let _locked = service.locked.lock().await;
    let mut connections = JoinSet::new();
    loop {
        select! {
            accepted = listener.accept() => {
                let (client, _) = accepted.unwrap();
                connections.spawn(Arc::clone(&service).serve(client));
            }
            _ = &mut stopped => break,
        }
    }
    // A connection may have panicked, which must not affect the others.
    while connections.join_next().await.is_some() {}
}

struct Service {
    name: &'static str,
    ledger: Arc<Ledger>,
    workers: Semaphore,
    shards: [Mutex<HashMap<String, String>>; SHARDS],
    locked: Mutex<HashMap<String, String>>,
}

/// Records that a connection is closed, for any reason.
struct Connection<'l>(&'l Ledger);

impl Drop for Connection<'_> {
    fn drop(&mut self) {
        self.0.close_connection();
    }
}

impl Service {
    async fn serve(self: Arc<Self>, client: TcpStream) {
        let _connection = Connection(&self.ledger);
        let (reader, mut writer) = client.into_split();
        if writer.write_all(GREETING).await.is_err() {
            return;
        }
        let mut lines = BufReader::new(reader).take(LINE_LIMIT);
        let mut line = Vec::new();
        let mut requests = FuturesUnordered::new();
        loop {
            select! {
                complete = read_line(&mut lines, &mut line) => {
                    let Some(request) = complete else {
                        return;
                    };
                    let service = &self;
                    requests.push(async move {
                        reply(request.tag, &service.answer(&request).await)
                    });
                    line.clear();
                }
                Some(reply) = requests.next() => {
                    if writer.write_all(reply.as_bytes()).await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    #[instrument_stage(
        stage::request,
        labels(server = self.name, command = request.verb),
        fields(tag = request.tag)
    )]
    async fn answer(&self, request: &Request) -> Answer {
        let mut entry = self.ledger.begin(request.tag);
        let _worker = self.workers.acquire().await;
        if request.verb == Verb::Debug {
            entry.will_have(Ended::Panicked);
            resume_unwind(Box::new(()));
        }
        let answer = self.look_up(request).await;
        entry.will_have(Ended::of(&answer));
        answer
    }

    async fn look_up(&self, request: &Request) -> Answer {
        let size = request.key.len() + request.value.len();
        let store = if request.key == LOCKED_KEY {
            &self.locked
        } else {
            self.shards.get(size % SHARDS).unwrap()
        };
        let mut store = timeout(DEADLINE, store.lock())
            .await
            .map_err(|_| Failure::Deadline)?;
        for _ in 0..size % 3 {
            yield_now().await;
        }
        match request.verb {
            Verb::Set => {
                store.insert(request.key.clone(), request.value.clone());
                Ok(String::new())
            }
            Verb::Get => store.get(&request.key).cloned().ok_or(Failure::NoSuchKey),
            Verb::Del | Verb::Debug => store.remove(&request.key).ok_or(Failure::NoSuchKey),
        }
    }
}

/// Reads a request to the end of its line. Returns nothing if the client disconnects or the line is
/// invalid.
///
/// It can be dropped and called again: `line` keeps the bytes that were read.
async fn read_line(
    lines: &mut Take<BufReader<OwnedReadHalf>>,
    line: &mut Vec<u8>,
) -> Option<Request> {
    if line.is_empty() {
        lines.set_limit(LINE_LIMIT);
    }
    lines.read_until(b'\n', line).await.ok()?;
    let complete = line.last() == Some(&b'\n');
    complete.then(|| Request::parse(str::from_utf8(line).ok()?))?
}
