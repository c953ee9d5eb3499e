//! A connection pool.

use std::{borrow::Cow, fmt, time::Duration};

use glyph_core::__runtime::Moment;

use super::{
    PoolMetrics,
    labels::{ConnectionState, Connections, Pools},
};
use crate::Outcome;

/// A connection pool that is measured. It records into [`PoolMetrics`].
///
/// ```
/// use glyph_runtime::{Outcome, database::{Pool, PoolMetrics}, metric_catalog};
///
/// #[metric_catalog(namespace = "doc_pool")]
/// pub struct Metrics {
///     #[catalog]
///     pub pools: PoolMetrics,
/// }
///
/// # async fn acquire() -> Result<(), std::io::Error> { Ok(()) }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), std::io::Error> {
/// let pool = Pool::new(Metrics::global().pools, "orders").max(10);
/// let connection = pool.acquire(Outcome::of_result, acquire()).await?;
/// pool.set_connections(9, 1);
/// # Ok(())
/// # }
/// ```
pub struct Pool {
    metrics: &'static PoolMetrics,
    name: Cow<'static, str>,
}

/// A request for a connection, counted as pending until it is dropped.
struct Pending<'pool>(&'pool Pool);

impl Pool {
    /// Creates a pool with a name that no other pool of the program has.
    #[must_use]
    pub fn new(metrics: &'static PoolMetrics, name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            metrics,
            name: name.into(),
        }
    }

    /// Sets the maximum number of open connections.
    #[must_use]
    pub fn max(self, connections: u32) -> Self {
        self.metrics.max.set(self.labels(), connections);
        self
    }

    /// Sets the minimum and the maximum number of idle connections.
    #[must_use]
    pub fn idle(self, min: u32, max: u32) -> Self {
        self.metrics.idle_min.set(self.labels(), min);
        self.metrics.idle_max.set(self.labels(), max);
        self
    }

    /// Sets the numbers of idle and borrowed connections. Call it where the pool changes, or every
    /// few seconds.
    pub fn set_connections(&self, idle: u32, used: u32) {
        let numbers = [(ConnectionState::Idle, idle), (ConnectionState::Used, used)];
        for (state, number) in numbers {
            let pool = &self.name;
            self.metrics.count.set(Connections { pool, state }, number);
        }
    }

    /// Waits for a connection: records the wait, the pending request, and a timeout if `outcome_of`
    /// returns [`Outcome::Timeout`]. The time of a wait without a connection is not recorded.
    pub async fn acquire<T>(
        &self,
        outcome_of: impl FnOnce(&T) -> Outcome,
        connection: impl Future<Output = T>,
    ) -> T {
        let started = Moment::now();
        let pending = Pending::start(self);
        let connection = connection.await;
        drop(pending);
        match outcome_of(&connection) {
            Outcome::Ok => {
                let waited = Duration::from_nanos(Moment::now().nanoseconds_since(started));
                self.metrics.wait_time.observe(self.labels(), waited);
            }
            Outcome::Timeout => self.metrics.timeouts.inc(self.labels()),
            Outcome::Error | Outcome::Cancelled | Outcome::Panicked => {}
        }
        connection
    }

    fn labels(&self) -> Pools<'_> {
        Pools { pool: &self.name }
    }
}

impl<'pool> Pending<'pool> {
    fn start(pool: &'pool Pool) -> Self {
        pool.metrics.pending_requests.inc(pool.labels());
        Self(pool)
    }
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        self.0.metrics.pending_requests.dec(self.0.labels());
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Pool")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
