//! The language model, which is a server with the usual chat interface.

use std::error::Error;

use axum::http::HeaderValue;
use glyph_example_model::{Fault as ModelFault, Model as EmbeddedServer};
use glyph_runtime::{Label, instrument_stage};
use http_body_util::{BodyExt, Limited};
use serde::Deserialize;
use serde_json::json;
use thiserror::Error;
use tower::BoxError;

use crate::fault::Fault;
use crate::options::Options;
use crate::peer::Peer;
use crate::telemetry::{Direction, Model, ServiceMetrics, Tokens, stage};

const COMPLETIONS: &str = "/v1/chat/completions";

/// The most bytes of an answer.
const LONGEST_ANSWER: usize = 64 << 10;

/// The server did not answer, or with an error, or its answer has no text.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the model has no answer")]
pub(crate) struct NoAnswer;

/// A client of the model server.
#[derive(Clone, Debug)]
pub(crate) struct ModelClient {
    server: Peer,
    /// The failure that each request asks the server for.
    fault: Option<HeaderValue>,
}

#[derive(Debug, Deserialize)]
struct Completion {
    choices: Vec<Choice>,
    usage: Usage,
}

#[derive(Debug, Deserialize)]
struct Choice {
    message: Message,
}

#[derive(Debug, Deserialize)]
struct Message {
    content: String,
}

/// The tokens that the server counted.
#[derive(Debug, Deserialize)]
struct Usage {
    prompt_tokens: u64,
    completion_tokens: u64,
}

impl ModelClient {
    /// Creates a client of the server that `--llm-url` names, or of one that it starts in this process.
    pub(crate) async fn start(options: &Options) -> Result<Self, Box<dyn Error>> {
        let url = match &options.llm_url {
            Some(url) => url.clone(),
            None => EmbeddedServer::new().start().await?,
        };
        let fails = options.fault == Some(Fault::ModelError);
        Ok(Self {
            server: Peer::new(&url)?,
            fault: fails.then(|| HeaderValue::from_static(ModelFault::Failing.name())),
        })
    }

    /// Asks the model what is written about a topic.
    #[instrument_stage(stage::answer, kind = client, labels(model))]
    pub(crate) async fn answer(&self, model: Model, topic: &str) -> Result<String, NoAnswer> {
        let completion = self.complete(model, topic).await.map_err(|error| {
            let error: &dyn Error = &*error;
            tracing::error!(error, "model not read");
            NoAnswer
        })?;
        let metrics = ServiceMetrics::global();
        for (direction, tokens) in [
            (Direction::Prompt, completion.usage.prompt_tokens),
            (Direction::Answer, completion.usage.completion_tokens),
        ] {
            metrics.ai_tokens.add(Tokens { model, direction }, tokens);
        }
        let choice = completion.choices.into_iter().next().ok_or(NoAnswer)?;
        tracing::info!("model answered");
        Ok(format!("{}\n", choice.message.content))
    }

    async fn complete(&self, model: Model, topic: &str) -> Result<Completion, BoxError> {
        let question = format!("What is written about {topic}?");
        let body = model.with_text(
            |model| json!({"model": model, "messages": [{"role": "user", "content": question}]}),
        );
        let response = self
            .server
            .post(COMPLETIONS, &body, self.fault.clone())
            .await?;
        if !response.status().is_success() {
            return Err(format!("the model server responded with {}", response.status()).into());
        }
        let body = Limited::new(response.into_body(), LONGEST_ANSWER);
        let body = body.collect().await?.to_bytes();
        Ok(serde_json::from_slice(&body)?)
    }
}
