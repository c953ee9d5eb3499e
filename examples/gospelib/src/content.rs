//! The service of the texts, which are in a graph.

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::cache::Cache;
use crate::graph::{Graph, GraphError};
use crate::service::CONTENT;

/// The most steps from a verse to its neighbours.
const DEEPEST: u8 = 4;
const JSON: &str = "application/json";

#[derive(Clone, Debug)]
struct Content {
    graph: Arc<Graph>,
    cache: Arc<Cache>,
}

#[derive(Debug, Deserialize)]
struct Depth {
    depth: Option<u8>,
}

#[derive(Debug, Deserialize)]
struct Words {
    #[serde(rename = "q")]
    words: String,
}

/// Returns the service's routes with its layers.
pub(crate) fn router(graph: Arc<Graph>) -> Router {
    let routes = Router::new()
        .route("/v1/passages/{passage}", get(passage))
        .route("/v1/neighbours/{passage}", get(neighbours))
        .route("/v1/search", get(search))
        .with_state(Content {
            graph,
            cache: Arc::default(),
        });
    CONTENT.layers(routes)
}

async fn passage(
    State(content): State<Content>,
    Path(passage): Path<String>,
) -> Result<Response, GraphError> {
    let started = Instant::now();
    let read = content.graph.passage(passage.clone()).await;
    let latency_ms = started.elapsed().as_secs_f64() * 1e3;
    match read {
        Ok(Some(read)) => {
            tracing::info!(passage, latency_ms, "passage read");
            Ok(Json(read).into_response())
        }
        Ok(None) => Ok((StatusCode::NOT_FOUND, "unknown passage\n").into_response()),
        Err(failed) => {
            let error: &dyn Error = &failed;
            tracing::error!(passage, latency_ms, error, "passage not read");
            Err(failed)
        }
    }
}

async fn neighbours(
    State(content): State<Content>,
    Path(passage): Path<String>,
    Query(Depth { depth }): Query<Depth>,
) -> Result<Response, GraphError> {
    let depth = depth.unwrap_or(2).clamp(1, DEEPEST);
    let path = format!("{passage}/{depth}");
    let response = if let Some(response) = content.cache.look_up(&path) {
        response
    } else {
        let near = content.graph.neighbours(passage, depth).await;
        let response = json(&logged(near, "neighbours not read")?);
        content.cache.keep(path, response.clone());
        response
    };
    Ok(([(header::CONTENT_TYPE, JSON)], response).into_response())
}

async fn search(
    State(content): State<Content>,
    Query(Words { words }): Query<Words>,
) -> Result<Response, GraphError> {
    let found = content.graph.search(words).await;
    let found = json(&logged(found, "search failed")?);
    Ok(([(header::CONTENT_TYPE, JSON)], found).into_response())
}

/// Writes a line if a query has failed.
fn logged<T>(result: Result<T, GraphError>, what: &str) -> Result<T, GraphError> {
    result.inspect_err(|failed| {
        let error: &dyn Error = failed;
        tracing::error!(error, "{what}");
    })
}

/// Returns a list as JSON. No type of this service fails to be written.
fn json(list: &impl Serialize) -> Bytes {
    serde_json::to_vec(list).unwrap_or_default().into()
}

impl IntoResponse for GraphError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::Timeout | Self::Exhausted | Self::Empty => StatusCode::SERVICE_UNAVAILABLE,
            Self::Text { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Full => StatusCode::INSUFFICIENT_STORAGE,
            Self::Query(_) | Self::Panicked => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, format!("{self}\n")).into_response()
    }
}
