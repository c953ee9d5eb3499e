//! Counters of requests in Redis.

use std::time::{Duration, Instant};

use glyph_runtime::database::{self, Failure, System};
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, RedisError, RedisResult};
use tokio::sync::Mutex;

use crate::auth::OrgId;
use crate::telemetry::Metrics;

/// How long a request waits for Redis. The proxy may add 20 ms.
const LIMIT: Duration = Duration::from_millis(100);

/// How long a Redis that failed is left alone.
const PAUSE: Duration = Duration::from_secs(1);

/// A Redis, and one connection to it.
#[derive(Debug)]
pub(super) struct Redis {
    client: redis::Client,
    calls: database::Client<RedisError>,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    Idle,
    Connected(MultiplexedConnection),
    FailedUntil(Instant),
}

/// Redis did not count. A line of the log has the reason.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unavailable;

impl Redis {
    pub(super) fn new(url: &str) -> RedisResult<Self> {
        let client = redis::Client::open(url)?;
        let calls = database::Client::new(Metrics::global().redis, System::Redis, failure);
        let state = Mutex::new(State::Idle);
        Ok(Self {
            client,
            calls,
            state,
        })
    }

    /// Counts a request, and returns how many there were in the window and how much of it is left.
    pub(super) async fn count(
        &self,
        org_id: &OrgId,
        window: Duration,
    ) -> Result<(u64, Duration), Unavailable> {
        let mut connection = self.connection().await?;
        let key = format!("ibex:requests:{}", org_id.as_str());
        let mut commands = redis::pipe();
        // Atomic, so that the key cannot expire in between and then stay for ever.
        commands.atomic();
        commands.cmd("SET").arg(&key).arg(0);
        commands.arg("EX").arg(window.as_secs()).arg("NX").ignore();
        commands.cmd("INCR").arg(&key);
        commands.cmd("TTL").arg(&key);
        let counting = commands.query_async::<(u64, u64)>(&mut connection);
        match self.calls.operation("INCR").time_async(counting).await {
            Ok((requests, seconds)) => Ok((requests, Duration::from_secs(seconds))),
            Err(error) => Err(fail(&mut *self.state.lock().await, &error)),
        }
    }

    async fn connection(&self) -> Result<MultiplexedConnection, Unavailable> {
        let mut state = self.state.lock().await;
        match &*state {
            State::Connected(connection) => return Ok(connection.clone()),
            State::FailedUntil(until) if Instant::now() < *until => return Err(Unavailable),
            State::Idle | State::FailedUntil(_) => {}
        }
        let settings = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(LIMIT))
            .set_response_timeout(Some(LIMIT));
        let client = &self.client;
        let connecting = client.get_multiplexed_async_connection_with_config(&settings);
        match self.calls.operation("CONNECT").time_async(connecting).await {
            Ok(connection) => {
                *state = State::Connected(connection.clone());
                Ok(connection)
            }
            Err(error) => Err(fail(&mut state, &error)),
        }
    }
}

/// Leaves Redis alone for a while. Requests go on without a limit.
fn fail(state: &mut State, error: &RedisError) -> Unavailable {
    *state = State::FailedUntil(Instant::now() + PAUSE);
    tracing::warn!(%error, "Redis fail-open");
    Unavailable
}

fn failure(error: &RedisError) -> Failure {
    match error.code() {
        _ if error.is_timeout() => Failure::timeout(),
        Some(code) => Failure::new(code.to_owned()),
        None => Failure::new("client"),
    }
}
