//! The service that browsers call.

use std::io;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use crate::browser::{self, Browsers, Origins};
use crate::graph::is_name;
use crate::model::ModelClient;
use crate::options::Options;
use crate::page;
use crate::peer::Peer;
use crate::service::GATEWAY;
use crate::telemetry::Model;

/// The most bytes of words to search for.
const LONGEST_SEARCH: usize = 200;

#[derive(Clone, Debug)]
pub(crate) struct Gateway {
    content: Peer,
    pub(crate) browsers: Browsers,
    model: ModelClient,
}

#[derive(Debug, Deserialize)]
struct Words {
    #[serde(rename = "q")]
    words: String,
}

#[derive(Debug, Deserialize)]
struct Depth {
    depth: Option<u8>,
}

/// Returns the gateway's routes with its layers.
pub(crate) fn router(
    content: Peer,
    browsers: Browsers,
    model: ModelClient,
    options: &Options,
) -> io::Result<Router> {
    let collect = post(browser::collect).layer(DefaultBodyLimit::max(browser::MOST_BYTES));
    let collect = Origins::new(&options.origin).layer(collect);
    let routes = page::router(options)?
        .route("/passages/{passage}", get(passage))
        .route("/neighbours/{passage}", get(neighbours))
        .route("/search", get(search))
        .route("/ask/{topic}", get(ask))
        .route("/collect", collect)
        .with_state(Gateway {
            content,
            browsers,
            model,
        });
    Ok(GATEWAY.layers(routes))
}

async fn passage(
    State(Gateway { content, .. }): State<Gateway>,
    Path(passage): Path<String>,
) -> Result<Response, StatusCode> {
    let path = format!("/v1/passages/{}", checked(&passage)?);
    content.get(&path, "/v1/passages/{passage}").await
}

async fn neighbours(
    State(Gateway { content, .. }): State<Gateway>,
    Path(passage): Path<String>,
    Query(Depth { depth }): Query<Depth>,
) -> Result<Response, StatusCode> {
    let depth = depth.unwrap_or(2);
    let path = format!("/v1/neighbours/{}?depth={depth}", checked(&passage)?);
    content.get(&path, "/v1/neighbours/{passage}").await
}

async fn search(
    State(Gateway { content, .. }): State<Gateway>,
    Query(Words { words }): Query<Words>,
) -> Result<Response, StatusCode> {
    if words.len() > LONGEST_SEARCH {
        return Err(StatusCode::URI_TOO_LONG);
    }
    let words = utf8_percent_encode(&words, NON_ALPHANUMERIC);
    content
        .get(&format!("/v1/search?q={words}"), "/v1/search")
        .await
}

/// The client's text becomes part of a path: accept only the name of a passage.
fn checked(passage: &str) -> Result<&str, StatusCode> {
    if is_name(passage) {
        Ok(passage)
    } else {
        Err(StatusCode::BAD_REQUEST)
    }
}

async fn ask(
    State(Gateway { model: client, .. }): State<Gateway>,
    Path(topic): Path<String>,
) -> Result<Response, StatusCode> {
    let model = if topic.len() > 8 {
        Model::Large
    } else {
        Model::Small
    };
    let answer = client.answer(model, &topic).await;
    let answer = answer.map_err(|_| StatusCode::BAD_GATEWAY)?;
    Ok(answer.into_response())
}
