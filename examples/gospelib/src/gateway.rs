//! The service that browsers call.

use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use glyph_runtime::instrument_stage;
use thiserror::Error;
use tokio::time::sleep;

use crate::service::{GATEWAY, Peer};
use crate::telemetry::{Direction, Model, ServiceMetrics, Tokens, stage};

#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the model has no answer")]
struct NoAnswer;

/// Returns the gateway's routes with its layers.
pub(crate) fn router(content: Peer) -> Router {
    let routes = Router::new()
        .route("/passages/{passage}", get(passage))
        .route("/ask/{topic}", get(ask))
        .with_state(content);
    GATEWAY.layers(routes)
}

async fn passage(
    State(content): State<Peer>,
    Path(passage): Path<String>,
) -> Result<Response, StatusCode> {
    // The client's text becomes part of a path: keep only characters of a passage's name.
    if !passage
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
    {
        return Err(StatusCode::BAD_REQUEST);
    }
    content.ask(&format!("/v1/passages/{passage}")).await
}

async fn ask(Path(topic): Path<String>) -> Result<String, StatusCode> {
    let model = if topic.len() > 8 {
        Model::Large
    } else {
        Model::Small
    };
    let answer = answer(model, &topic).await;
    answer.map_err(|_| StatusCode::BAD_GATEWAY)
}

#[instrument_stage(stage::answer, kind = client, labels(model))]
async fn answer(model: Model, topic: &str) -> Result<String, NoAnswer> {
    let metrics = ServiceMetrics::global();
    let count = |direction, tokens| metrics.ai_tokens.add(Tokens { model, direction }, tokens);
    count(Direction::Prompt, 12);
    sleep(Duration::from_millis(4)).await;
    if topic == "nothing" {
        return Err(NoAnswer);
    }
    count(Direction::Answer, 48);
    tracing::info!("model answered");
    Ok(format!("much is written about {topic}\n"))
}
