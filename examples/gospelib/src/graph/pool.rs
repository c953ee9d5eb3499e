//! Connections to the file of the graph.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{fmt, iter, thread};

use glyph_runtime::{Gauge, context, instrument_stage};
use rusqlite::{Connection, ErrorCode};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::{GraphError, write::SCHEMA};
use crate::telemetry::{ServiceMetrics, stage};

/// The time that a request waits for a connection.
const PATIENCE: Duration = Duration::from_millis(500);
/// The time that a connection waits for one that writes.
const LOCKED: Duration = Duration::from_secs(5);
/// The time between two attempts at what `SQLite` does not wait for.
const PAUSE: Duration = Duration::from_millis(10);
/// The number of steps of `SQLite`'s machine between two looks at the clock.
const STEPS: i32 = 1000;

const MEMORY: &str = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
const LIMIT: &str =
    "SELECT max_page_count * page_size FROM pragma_max_page_count, pragma_page_size";
const NODES: &str = "SELECT count(*) FROM node";
const INDEX: &str = "SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE name LIKE 'search%'";

/// A bounded number of connections. They are opened when they are needed, and kept.
pub(super) struct Pool {
    file: PathBuf,
    size: u32,
    /// The most bytes of the file.
    limit: u64,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Connection>>,
}

/// A connection that is borrowed.
#[derive(Debug)]
struct Lease {
    pool: Arc<Pool>,
    connection: Option<Connection>,
    _permit: OwnedSemaphorePermit,
}

/// Makes the file one with a log. `SQLite` does not wait for another process that does the same at this moment,
/// as services that start together do.
fn keep_a_log(connection: &Connection) -> Result<(), GraphError> {
    let started = Instant::now();
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && started.elapsed() < LOCKED =>
            {
                thread::sleep(PAUSE);
            }
            ended => return Ok(ended?),
        }
    }
}

impl Pool {
    pub(super) fn open(file: &Path, size: u32, limit: u64) -> Result<Arc<Self>, GraphError> {
        let pool = Self {
            file: file.to_owned(),
            size,
            limit,
            permits: Arc::new(Semaphore::new(usize::try_from(size).unwrap_or(1))),
            idle: Mutex::default(),
        };
        let first = pool.connect()?;
        pool.idle().push(first);
        Ok(Arc::new(pool))
    }

    /// Opens a connection, which makes the tables if they are missing.
    fn connect(&self) -> Result<Connection, GraphError> {
        let connection = Connection::open(&self.file)?;
        connection.busy_timeout(LOCKED)?;
        // Small pages, since the text is small: of a new file alone.
        connection.pragma_update(None, "page_size", 1024)?;
        keep_a_log(&connection)?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.execute_batch(SCHEMA)?;
        let page: u64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
        // The file does not become smaller than it is.
        let pages = (self.limit / page.max(1)).clamp(1, 1 << 30);
        let sql = format!("PRAGMA max_page_count = {pages}");
        let _pages: i64 = connection.query_row(&sql, [], |row| row.get(0))?;
        Ok(connection)
    }

    /// Runs `work` with a connection on a thread that may block, in the caller's context. What runs
    /// at the end of `limit` is interrupted.
    pub(super) async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        limit: Duration,
        work: impl FnOnce(&mut Connection) -> Result<T, GraphError> + Send + 'static,
    ) -> Result<T, GraphError> {
        let mut lease = acquire(self).await?;
        let done = context::spawn_blocking(move || lease.run(limit, work)).await;
        done.unwrap_or(Err(GraphError::Panicked))
    }

    /// Takes all connections that nobody has.
    pub(super) fn take_all(&self) -> Vec<OwnedSemaphorePermit> {
        let take = || Arc::clone(&self.permits).try_acquire_owned().ok();
        iter::from_fn(take).collect()
    }

    /// Exposes the numbers of the pool, and what the file has.
    pub(super) fn expose(self: &Arc<Self>) -> Result<(), GraphError> {
        let metrics = ServiceMetrics::global();
        metrics.db_connections_max.set(self.size);
        let pool = Arc::clone(self);
        metrics
            .db_connections
            .read_from(move || pool.in_use())
            .forever();
        let reader = Arc::new(Mutex::new(self.connect()?));
        for (gauge, query) in [
            (&metrics.graph_memory, MEMORY),
            (&metrics.graph_memory_limit, LIMIT),
            (&metrics.graph_nodes, NODES),
            (&metrics.search_index, INDEX),
        ] {
            read(gauge, Arc::clone(&reader), query);
        }
        Ok(())
    }

    fn in_use(&self) -> u32 {
        let free = u32::try_from(self.permits.available_permits());
        self.size.saturating_sub(free.unwrap_or(u32::MAX))
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits for a connection to be free.
#[instrument_stage(stage::acquire, skip_span)]
async fn acquire(pool: &Arc<Pool>) -> Result<Lease, GraphError> {
    let permit = Arc::clone(&pool.permits).acquire_owned();
    match timeout(PATIENCE, permit).await {
        Ok(Ok(permit)) => Ok(Lease::new(pool, permit)),
        _ => Err(GraphError::Exhausted),
    }
}

/// Sets a gauge from a query at each scrape. A query that fails is not a number, so the gauge keeps its
/// value.
fn read(gauge: &'static Gauge, reader: Arc<Mutex<Connection>>, query: &'static str) {
    let number = move || {
        let reader = reader.lock().unwrap_or_else(PoisonError::into_inner);
        let number = reader.query_row(query, [], |row| row.get(0));
        number.unwrap_or(f64::NAN)
    };
    gauge.read_from(number).forever();
}

impl Lease {
    fn new(pool: &Arc<Pool>, permit: OwnedSemaphorePermit) -> Self {
        Self {
            pool: Arc::clone(pool),
            connection: None,
            _permit: permit,
        }
    }

    fn run<T>(
        &mut self,
        limit: Duration,
        work: impl FnOnce(&mut Connection) -> Result<T, GraphError>,
    ) -> Result<T, GraphError> {
        let idle = self.pool.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.pool.connect()?,
        };
        let connection = self.connection.insert(connection);
        let end = Instant::now() + limit;
        connection.progress_handler(STEPS, Some(move || Instant::now() > end))?;
        work(connection)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.pool.idle().push(connection);
        }
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Pool")
            .field("file", &self.file)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

    use std::sync::Barrier;

    use super::*;

    const SERVICES: usize = 4;

    #[test]
    fn services_that_open_a_new_graph_at_once_wait_for_each_other() {
        let folder = tempfile::tempdir().unwrap();
        for attempt in 0..50 {
            let file = folder.path().join(format!("graph-{attempt}"));
            let together = Barrier::new(SERVICES);
            thread::scope(|scope| {
                for _ in 0..SERVICES {
                    scope.spawn(|| {
                        together.wait();
                        Pool::open(&file, 1, 1 << 20).unwrap();
                    });
                }
            });
        }
    }
}
