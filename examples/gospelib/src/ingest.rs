//! The service that loads texts into the graph.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{DefaultBodyLimit, State};
use axum::routing::get;
use axum::{Json, Router};
use glyph_runtime::instrument_stage;

use crate::fault::Fault;
use crate::graph::{Graph, GraphError, Job};
use crate::options::Options;
use crate::service::INGEST;
use crate::telemetry::{ServiceMetrics, stage};

/// The text that the program has.
const TEXT: &str = include_str!("../text.tsv");
/// A line without words, for `--fault text-broken`.
const BROKEN: &str = "gen.9.9\t\n";
/// The most bytes of a text that is sent.
const LONGEST: usize = 8 << 20;

/// Returns the service's routes with its layers.
pub(crate) fn router(graph: Arc<Graph>) -> Router {
    let routes = Router::new()
        .route("/v1/jobs", get(jobs).post(start))
        .layer(DefaultBodyLimit::max(LONGEST))
        .with_state(graph);
    INGEST.layers(routes)
}

/// Loads the text of the options. A job that fails is in the log, in the metrics and in the list of
/// jobs, and the service goes on.
pub(crate) async fn first(graph: &Graph, options: &Options) {
    let (source, text) = match &options.text {
        Some(file) => (file.display().to_string(), read(file)),
        None => ("text.tsv".to_owned(), Ok(TEXT.to_owned())),
    };
    let broken = (options.fault == Some(Fault::TextBroken)).then_some(BROKEN);
    let text = text.map(|text| text + broken.unwrap_or_default());
    let load = async {
        let _in_the_log = run(graph, &source, text).await;
    };
    INGEST.named().scope(load).await;
}

fn read(file: &Path) -> Result<String, GraphError> {
    fs::read_to_string(file).map_err(|error| {
        tracing::error!(file = %file.display(), error = &error as &dyn Error, "text not read");
        GraphError::Text {
            line: 0,
            problem: "the file cannot be read",
        }
    })
}

async fn jobs(State(graph): State<Arc<Graph>>) -> Result<Json<Vec<Job>>, GraphError> {
    Ok(Json(graph.jobs().await?))
}

/// Loads the text in the body of the request.
async fn start(State(graph): State<Arc<Graph>>, text: String) -> Result<String, GraphError> {
    let nodes = run(&graph, "request", Ok(text)).await?;
    Ok(format!("{nodes} nodes\n"))
}

/// Runs a job, and records it.
async fn run(
    graph: &Graph,
    source: &str,
    text: Result<String, GraphError>,
) -> Result<u64, GraphError> {
    let started = Instant::now();
    let loaded = load(graph, source, text).await;
    let job = Job {
        source: source.to_owned(),
        error: loaded
            .as_ref()
            .err()
            .map(ToString::to_string)
            .unwrap_or_default(),
        nodes: loaded.as_ref().copied().unwrap_or_default(),
        seconds: started.elapsed().as_secs_f64(),
    };
    if let Err(error) = graph.record(job).await {
        tracing::warn!(error = &error as &dyn Error, "job not recorded");
    }
    loaded
}

/// Puts a text into the graph, as a job with its own trace.
#[instrument_stage(stage::ingest, parent = None, fields(source))]
async fn load(
    graph: &Graph,
    source: &str,
    text: Result<String, GraphError>,
) -> Result<u64, GraphError> {
    let replaced = match text {
        Ok(text) => graph.replace(text).await,
        Err(error) => Err(error),
    };
    match replaced {
        Ok(nodes) => {
            ServiceMetrics::global().ingest_nodes.add(nodes);
            tracing::info!(source, nodes, "text ingested");
            Ok(nodes)
        }
        Err(failed) => {
            let error: &dyn Error = &failed;
            tracing::error!(source, error, "text not ingested");
            Err(failed)
        }
    }
}
