//! The service of the texts, which are in a graph.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use glyph_runtime::{Outcome, instrument_stage};
use thiserror::Error;
use tokio::sync::Semaphore;
use tokio::time::sleep;

use crate::service::CONTENT;
use crate::telemetry::{ServiceMetrics, stage};

/// Size of the connection pool.
const CONNECTIONS: u32 = 10;

/// Time of a query, and time after which one that does not respond is given up.
const LATENCY: Duration = Duration::from_millis(2);
const PATIENCE: Duration = Duration::from_millis(600);

/// The texts of the service.
const PASSAGES: [(&str, &str); 3] = [
    ("gen.1.1", "in the beginning"),
    ("ps.23.1", "a shepherd"),
    ("jn.1.1", "the word"),
];

#[derive(Clone, Copy, Debug, Error, Outcome, PartialEq, Eq)]
pub(crate) enum GraphError {
    #[error("unknown passage")]
    NotFound,
    #[error("the graph does not respond")]
    #[outcome(timeout)]
    Timeout,
}

/// The graph, with a pool of connections.
#[derive(Debug)]
pub(crate) struct Graph {
    connections: Semaphore,
}

impl Graph {
    pub(crate) fn open() -> Arc<Self> {
        let metrics = ServiceMetrics::global();
        metrics.db_connections_max.set(CONNECTIONS);
        metrics.graph_memory_limit.set(512 << 20);
        metrics.graph_memory.set(64 << 20);
        let connections = usize::try_from(CONNECTIONS).unwrap_or(1);
        Arc::new(Self {
            connections: Semaphore::new(connections),
        })
    }

    /// Returns an error if queries fail, for the readiness probe.
    pub(crate) fn ping(&self) -> Result<(), GraphError> {
        match self.connections.available_permits() {
            0 => Err(GraphError::Timeout),
            _ => Ok(()),
        }
    }

    #[instrument_stage(stage::graph_query, kind = client, labels(query = "read_passage"), fields(passage))]
    async fn read(&self, passage: &str) -> Result<&'static str, GraphError> {
        let _connection = self.connections.acquire().await;
        let in_use = &ServiceMetrics::global().db_connections;
        in_use.inc();
        let is_stuck = passage == "stuck.1.1";
        sleep(if is_stuck { PATIENCE } else { LATENCY }).await;
        in_use.dec();
        if is_stuck {
            return Err(GraphError::Timeout);
        }
        let found = PASSAGES.iter().find(|(name, _)| *name == passage);
        found.map(|(_, text)| *text).ok_or(GraphError::NotFound)
    }

    #[instrument_stage(stage::graph_query, kind = client, labels(query = "create_nodes"), fields(nodes))]
    async fn create(&self, nodes: u64) -> Result<(), GraphError> {
        sleep(Duration::from_millis(2)).await;
        ServiceMetrics::global().ingest_nodes.add(nodes);
        Ok(())
    }

    /// Loads a text into the graph, as a job with its own trace.
    #[instrument_stage(stage::ingest, parent = None, fields(verses))]
    pub(crate) async fn ingest(&self, verses: u64) -> Result<(), GraphError> {
        self.create(verses).await?;
        tracing::info!(service = "ingest", verses, "text ingested");
        Ok(())
    }
}

/// Returns the service's routes with its layers.
pub(crate) fn router(graph: Arc<Graph>) -> Router {
    let routes = Router::new()
        .route("/v1/passages/{passage}", get(passage))
        .with_state(graph);
    CONTENT.layers(routes)
}

async fn passage(
    State(graph): State<Arc<Graph>>,
    Path(passage): Path<String>,
) -> Result<&'static str, GraphError> {
    let started = Instant::now();
    let read = graph.read(&passage).await;
    let latency_ms = started.elapsed().as_secs_f64() * 1e3;
    match read {
        Ok(_) => tracing::info!(passage, latency_ms, "passage read"),
        Err(error) => {
            let error: &dyn Error = &error;
            tracing::error!(passage, latency_ms, error, "passage not read");
        }
    }
    read
}

impl IntoResponse for GraphError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Timeout => StatusCode::SERVICE_UNAVAILABLE,
        };
        (status, self.to_string()).into_response()
    }
}
