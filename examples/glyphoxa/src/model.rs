//! The client of the language model: a server with the usual chat interface, whose tokens are read as they
//! come.

use std::error::Error;
use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Request, StatusCode, Uri, header};
use bytes::{Buf, BytesMut};
use glyph_example_model::{FAULT_HEADER, Fault, Model};
use glyph_runtime::http::{ClientLayer, ClientMetrics, ClientService, UrlTemplate};
use http_body_util::BodyExt;
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower::{BoxError, Layer, ServiceExt};

use crate::fault::LATE;
use crate::stages::tools;

const COMPLETIONS: &str = "/v1/chat/completions";
/// The time between two tokens of the embedded model.
const PACE: Duration = Duration::from_millis(3);
/// The most bytes of an event.
const LONGEST_EVENT: usize = 64 << 10;

/// Errors of a request to the model.
#[derive(Debug, Error)]
pub(crate) enum ModelError {
    #[error("the model server cannot be asked: {0}")]
    Unreachable(#[from] BoxError),
    #[error("the model server responded with {0}")]
    Status(StatusCode),
    #[error("the response of the model ended too early")]
    Cut,
    #[error("the model took longer than {0:?}")]
    Late(Duration),
}

/// A response of the model, and the tokens that the model counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Completion {
    pub(crate) content: String,
    pub(crate) call: Option<ToolCall>,
    pub(crate) input_tokens: u64,
    pub(crate) output_tokens: u64,
}

/// A call of a tool: its name, and its arguments as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ToolCall {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) arguments: String,
}

/// A client of a model server.
#[derive(Clone, Debug)]
pub(crate) struct ModelClient {
    client: ClientService<Client<HttpConnector, Body>>,
    url: Uri,
    limit: Duration,
}

impl ModelClient {
    /// Creates a client of the server at a URL, which has to respond within `limit`.
    pub(crate) fn new(url: &str, limit: Duration) -> Result<Self, Box<dyn Error>> {
        let client = Client::builder(TokioExecutor::new()).build_http();
        let url: Uri = format!("{}{COMPLETIONS}", url.trim_end_matches('/')).parse()?;
        if url.authority().is_none() || url.scheme_str() != Some("http") {
            return Err(
                format!("`{url}` is not a URL of a model server: use http://HOST:PORT").into(),
            );
        }
        Ok(Self {
            client: ClientLayer::new(ClientMetrics::global()).layer(client),
            url,
            limit,
        })
    }

    /// Returns an error if nothing listens at the server's address.
    pub(crate) async fn ping(&self) -> io::Result<()> {
        let (host, port) = (self.url.host().unwrap_or_default(), self.url.port_u16());
        TcpStream::connect((host.trim_matches(['[', ']']), port.unwrap_or(80))).await?;
        Ok(())
    }

    /// Asks a model of the server, and reads its response token by token.
    pub(crate) async fn complete(
        &self,
        model: &str,
        messages: &[Value],
        fault: Option<Fault>,
    ) -> Result<Completion, ModelError> {
        let asked = self.ask(model, messages, fault);
        let late = |_| ModelError::Late(self.limit);
        timeout(self.limit, asked).await.map_err(late)?
    }

    async fn ask(
        &self,
        model: &str,
        messages: &[Value],
        fault: Option<Fault>,
    ) -> Result<Completion, ModelError> {
        let body = json!({
            "model": model,
            "messages": messages,
            "tools": tools::offered(),
            "stream": true,
            "stream_options": {"include_usage": true},
        });
        let mut request = Request::post(&self.url)
            .extension(UrlTemplate(COMPLETIONS))
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(fault) = fault {
            request = request.header(FAULT_HEADER, HeaderValue::from_static(fault.name()));
        }
        let request = request.body(Body::from(body.to_string()));
        let request = request.map_err(|error| ModelError::Unreachable(error.into()))?;
        let response = self.client.clone().oneshot(request).await;
        let response = response.map_err(|error| ModelError::Unreachable(error.into()))?;
        if !response.status().is_success() {
            return Err(ModelError::Status(response.status()));
        }
        read(Body::new(response.into_body())).await
    }
}

/// Reads the events of a stream up to its end.
async fn read(mut body: Body) -> Result<Completion, ModelError> {
    let mut completion = Completion::default();
    let mut buffer = BytesMut::new();
    let mut is_done = false;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| ModelError::Cut)?;
        buffer.extend_from_slice(frame.data_ref().map_or(&[], |data| data));
        while let Some(end) = buffer.windows(2).position(|two| two == b"\n\n") {
            let event = buffer.split_to(end);
            buffer.advance(2);
            let event = String::from_utf8_lossy(&event);
            match event.trim().strip_prefix("data:").map(str::trim) {
                Some("[DONE]") => is_done = true,
                Some(data) => completion.add(&serde_json::from_str(data).unwrap_or_default()),
                None => {}
            }
        }
        if buffer.len() > LONGEST_EVENT {
            return Err(ModelError::Cut);
        }
    }
    if is_done {
        Ok(completion)
    } else {
        Err(ModelError::Cut)
    }
}

impl Completion {
    /// Adds an event of a stream.
    fn add(&mut self, event: &Value) {
        let text = |path: &str| event.pointer(path).and_then(Value::as_str);
        let number = |path: &str| event.pointer(path).and_then(Value::as_u64);
        self.content
            .push_str(text("/choices/0/delta/content").unwrap_or_default());
        self.input_tokens += number("/usage/prompt_tokens").unwrap_or_default();
        self.output_tokens += number("/usage/completion_tokens").unwrap_or_default();
        let part = "/choices/0/delta/tool_calls/0";
        if event.pointer(part).is_some() {
            let call = self.call.get_or_insert_default();
            for (target, path) in [
                (&mut call.id, "/id"),
                (&mut call.name, "/function/name"),
                (&mut call.arguments, "/function/arguments"),
            ] {
                target.push_str(text(&format!("{part}{path}")).unwrap_or_default());
            }
        }
    }
}

/// Starts a model server in this process, and returns its URL.
pub(crate) async fn embedded() -> io::Result<String> {
    Model::new().pace(PACE).wait(LATE).start().await
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

    use super::*;

    async fn server() -> (Model, ModelClient) {
        let model = Model::new().wait(Duration::from_secs(3600));
        let url = model.clone().start().await.unwrap();
        let client = ModelClient::new(&url, Duration::from_secs(30)).unwrap();
        (model, client)
    }

    fn prompt(words: &str) -> Vec<Value> {
        vec![json!({"role": "user", "content": words})]
    }

    #[tokio::test]
    async fn tokens_are_those_that_the_server_counted() {
        let (model, client) = server().await;
        let said = client
            .complete("any", &prompt("What is 6 * 7?"), None)
            .await
            .unwrap();
        assert_eq!(said.content, "6 * 7 is 42.");
        let counts = model.counts();
        assert_eq!(
            (said.input_tokens, said.output_tokens),
            (counts.prompt_tokens, counts.completion_tokens)
        );
        assert!(said.output_tokens > 3, "{said:?}");
    }

    #[tokio::test]
    async fn call_of_a_tool_is_read_from_its_parts() {
        let (_, client) = server().await;
        let said = client
            .complete("any", &prompt("I cast misty step!"), None)
            .await
            .unwrap();
        let call = said.call.unwrap();
        assert_eq!(
            (call.name.as_str(), said.content.as_str()),
            ("lookup_spell", "")
        );
        assert_eq!(call.arguments, r#"{"name":"misty step"}"#);
    }

    #[tokio::test]
    async fn each_failure_has_its_error() {
        let (_, mut client) = server().await;
        let ask = async |client: &ModelClient, fault| {
            let asked = client
                .complete("any", &prompt("A dragon!"), Some(fault))
                .await;
            asked.unwrap_err().to_string()
        };
        let failed = ask(&client, Fault::Failing).await;
        assert!(failed.contains("responded with 500"), "{failed}");
        let cut = ask(&client, Fault::Cut).await;
        assert!(cut.contains("ended too early"), "{cut}");
        client.limit = Duration::from_millis(50);
        let late = ask(&client, Fault::Slow).await;
        assert!(late.contains("longer than 50ms"), "{late}");
        let nowhere = ModelClient::new("http://127.0.0.1:1", Duration::from_secs(5)).unwrap();
        assert!(ask(&nowhere, Fault::Cut).await.contains("cannot be asked"));
        assert!(nowhere.ping().await.is_err());
        assert!(ModelClient::new("127.0.0.1:1", LATE).is_err());
    }
}
