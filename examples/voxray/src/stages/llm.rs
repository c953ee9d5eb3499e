//! The language model, which is a server with the usual streaming chat interface.

use std::time::Duration;

use axum::body::Body;
use axum::http::uri::InvalidUri;
use axum::http::{HeaderValue, Request, StatusCode, Uri, header};
use axum::response::Response;
use bytes::Bytes;
use futures_util::{Stream, stream};
use glyph_example_model::FAULT_HEADER;
use glyph_runtime::http::{
    CallEnd, ClientLayer, ClientRecorder, ClientRequest, ClientService, UrlTemplate,
};
use glyph_runtime::{Label, Outcome, instrument_stage, stage};
use http_body_util::Full;
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use serde_json::json;
use thiserror::Error;
use tokio::time::{sleep, timeout};
use tower::{Layer, ServiceExt};

use super::sse::Tokens;
use crate::fault::Fault;
use crate::session::Session;
use crate::telemetry::llm::{ErrorType, Failure, Model, Stage};
use crate::telemetry::{Metrics, llm};

const COMPLETIONS: &str = "/v1/chat/completions";

/// How often a request is sent again.
const RETRIES: usize = 1;
/// The time before it is.
const PAUSE: Duration = Duration::from_millis(50);

/// Why there is no next token.
#[derive(Clone, Copy, Debug, Error, Outcome, PartialEq, Eq)]
pub(crate) enum LlmError {
    #[error("the model is not available")]
    Unavailable,
    #[error("the model has too many requests")]
    RateLimited,
    #[error("the model does not respond in time")]
    #[outcome(timeout)]
    Timeout,
    #[error("the model closed the connection")]
    Disconnected,
}

impl LlmError {
    const fn error_type(self) -> ErrorType {
        match self {
            Self::Unavailable => ErrorType::Unavailable,
            Self::RateLimited => ErrorType::RateLimited,
            Self::Timeout => ErrorType::Timeout,
            Self::Disconnected => ErrorType::Disconnected,
        }
    }

    /// Whether the same request may succeed a moment later.
    const fn is_passing(self) -> bool {
        matches!(self, Self::Unavailable | Self::RateLimited)
    }
}

/// The stage measures calls; the client has spans alone.
#[derive(Debug)]
struct SpansAlone;

impl ClientRecorder for SpansAlone {
    fn ended(&self, _: &ClientRequest<'_>, _: &CallEnd) {}
}

/// A client of the model server.
#[derive(Debug)]
pub(crate) struct ModelServer {
    client: ClientService<Client<HttpConnector, Full<Bytes>>>,
    url: Uri,
    /// The time for the head of a response, and for each token.
    limit: Duration,
    fault: Option<Fault>,
}

impl ModelServer {
    pub(crate) fn new(
        url: &str,
        limit: Duration,
        fault: Option<Fault>,
    ) -> Result<Self, InvalidUri> {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Ok(Self {
            client: ClientLayer::new(&SpansAlone).layer(client),
            url: format!("{}{COMPLETIONS}", url.trim_end_matches('/')).parse()?,
            limit,
            fault,
        })
    }

    /// Sends a prompt, and returns the tokens of the response as soon as its head is there.
    async fn ask(&self, model: Model, id: &str, prompt: &str) -> Result<Tokens, LlmError> {
        let request = self.request(model, id, prompt)?;
        let response = timeout(self.limit, self.client.clone().oneshot(request)).await;
        let response = response.map_err(|_| LlmError::Timeout)?;
        let response: Response = response.map_err(|_| LlmError::Unavailable)?.map(Body::new);
        match response.status() {
            StatusCode::OK => Ok(Tokens::new(response.into_body())),
            StatusCode::TOO_MANY_REQUESTS => Err(LlmError::RateLimited),
            _ => Err(LlmError::Unavailable),
        }
    }

    fn request(
        &self,
        model: Model,
        id: &str,
        prompt: &str,
    ) -> Result<Request<Full<Bytes>>, LlmError> {
        let body = model.with_text(|model| {
            json!({"model": model, "stream": true, "messages": [{"role": "user", "content": prompt}]})
        });
        let mut request = Request::post(self.url.clone())
            .extension(UrlTemplate(COMPLETIONS))
            .header(header::CONTENT_TYPE, "application/json")
            .header("x-request-id", id);
        // Only the first model fails.
        let fault = self.fault.and_then(Fault::of_llm);
        if let Some(fault) = fault.filter(|_| model == Model::Rules) {
            request = request.header(FAULT_HEADER, HeaderValue::from_static(fault.name()));
        }
        let request = request.body(Full::from(body.to_string()));
        request.map_err(|_| LlmError::Unavailable)
    }
}

/// An answer that is being generated.
struct Answer<'a> {
    session: &'a Session,
    model: Model,
    tokens: Tokens,
}

/// Returns the tokens of the answer as the model generates them.
#[instrument_stage(llm::stage::generate, stream, labels(session_id = session.label, model))]
pub(crate) async fn generate<'a>(
    session: &'a Session,
    model: Model,
    turn: usize,
    prompt: &str,
) -> Result<impl Stream<Item = Result<String, LlmError>> + use<'a>, LlmError> {
    if model == Model::Small {
        stage::fallback();
    }
    let id = format!("{}-{turn}", session.id);
    let tokens = ask_again(session, model, &id, prompt).await?;
    let answer = Answer {
        session,
        model,
        tokens,
    };
    Ok(stream::try_unfold(answer, |mut answer| async move {
        let token = answer.next().await;
        let token = token.inspect_err(|error| count(answer.session, answer.model, *error))?;
        Ok::<_, LlmError>(token.map(|token| (token, answer)))
    }))
}

/// Asks the model, and again if the failure may pass.
async fn ask_again(
    session: &Session,
    model: Model,
    id: &str,
    prompt: &str,
) -> Result<Tokens, LlmError> {
    let server = &session.models.server;
    let mut retries = 0;
    loop {
        match server.ask(model, id, prompt).await {
            Ok(tokens) => return Ok(tokens),
            Err(error) => {
                count(session, model, error);
                if !error.is_passing() || retries == RETRIES {
                    return Err(error);
                }
            }
        }
        retries += 1;
        tracing::info!("language model is asked again");
        stage::retry();
        sleep(PAUSE).await;
    }
}

impl Answer<'_> {
    async fn next(&mut self) -> Result<Option<String>, LlmError> {
        let limit = self.session.models.server.limit;
        let token = timeout(limit, self.tokens.next()).await;
        let token = token.map_err(|_| LlmError::Timeout)?;
        token.map_err(|_| LlmError::Disconnected)
    }
}

fn count(session: &Session, model: Model, error: LlmError) {
    Metrics::global().llm.errors.inc(Failure {
        error_type: error.error_type(),
        session_id: session.label,
        stage: Stage::Llm,
        model,
    });
}
