//! The graph of the texts, which is in tables of `SQLite`: nodes, edges, the words of verses, and an
//! index of all words.

mod error;
mod library;
mod neighbours;
mod passage;
mod pool;
mod search;
mod text;
mod write;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use error::GraphError;
pub(crate) use library::Job;
pub(crate) use neighbours::Neighbour;
pub(crate) use passage::Passage;
pub(crate) use search::Found;
pub(crate) use text::is_name;

use crate::fault::Fault;
use crate::options::Options;
use pool::Pool;
use rusqlite::Connection;
use tokio::sync::OwnedSemaphorePermit;

/// The time limit of a query, and that of a whole ingest.
const QUERY: Duration = Duration::from_millis(600);
const INGEST: Duration = Duration::from_secs(60);

/// The graph, with a pool of connections.
#[derive(Debug)]
pub(crate) struct Graph {
    pool: Arc<Pool>,
    fault: Option<Fault>,
    /// The connections that `--fault pool-exhausted` holds.
    _held: Vec<OwnedSemaphorePermit>,
}

impl Graph {
    /// Opens the graph in a file, which is created if it is missing.
    pub(crate) fn open(file: &Path, options: &Options) -> Result<Arc<Self>, GraphError> {
        let fault = options.fault;
        let limit = match fault {
            Some(Fault::GraphFull) => 0,
            _ => options.graph_limit,
        };
        let pool = Pool::open(file, options.connections, limit)?;
        Ok(Arc::new(Self {
            pool,
            fault,
            _held: Vec::new(),
        }))
    }

    /// Takes all connections, if the fault asks for it. The texts are loaded before.
    pub(crate) fn exhaust(self: &Arc<Self>) -> Arc<Self> {
        if self.fault != Some(Fault::PoolExhausted) {
            return Arc::clone(self);
        }
        Arc::new(Self {
            pool: Arc::clone(&self.pool),
            fault: self.fault,
            _held: self.pool.take_all(),
        })
    }

    /// Exposes the numbers of the pool and of the file.
    pub(crate) fn expose(&self) -> Result<(), GraphError> {
        self.pool.expose()
    }

    /// Returns an error if queries fail or there is no text, for the readiness probe.
    pub(crate) async fn ping(&self) -> Result<(), GraphError> {
        self.pool.run(QUERY, library::ping).await
    }

    /// Returns a verse, with what is around it.
    pub(crate) async fn passage(&self, name: String) -> Result<Option<Passage>, GraphError> {
        let is_slow = self.fault == Some(Fault::GraphSlow);
        let read = move |connection: &mut Connection| -> Result<_, GraphError> {
            let Some(place) = passage::read(connection, &name, is_slow)? else {
                return Ok(None);
            };
            let text = library::text(connection, &name)?;
            Ok(text.map(|text| place.with(name, text)))
        };
        self.pool.run(QUERY, read).await
    }

    /// Returns the verses that a verse leads to in at most `depth` steps.
    pub(crate) async fn neighbours(
        &self,
        name: String,
        depth: u8,
    ) -> Result<Vec<Neighbour>, GraphError> {
        let read = move |connection: &mut Connection| neighbours::read(connection, &name, depth);
        self.pool.run(QUERY, read).await
    }

    /// Returns the verses that have all the words.
    pub(crate) async fn search(&self, words: String) -> Result<Vec<Found>, GraphError> {
        let read = move |connection: &mut Connection| search::find(connection, &words);
        self.pool.run(QUERY, read).await
    }

    /// Puts a text in place of the one before. Returns the number of nodes.
    pub(crate) async fn replace(&self, text: String) -> Result<u64, GraphError> {
        let write = move |connection: &mut Connection| {
            let verses = text::parse(&text)?;
            write::create_nodes(connection, &verses)
        };
        self.pool.run(INGEST, write).await
    }

    /// Records an ingest job.
    pub(crate) async fn record(&self, job: Job) -> Result<(), GraphError> {
        let write = move |connection: &mut Connection| library::record(connection, &job);
        self.pool.run(QUERY, write).await
    }

    /// Returns the latest ingest jobs.
    pub(crate) async fn jobs(&self) -> Result<Vec<Job>, GraphError> {
        self.pool.run(QUERY, library::jobs).await
    }
}
