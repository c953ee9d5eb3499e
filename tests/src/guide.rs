//! The definitions that the examples of README and the guide need to compile: a catalog, its
//! stages, and the code around them.

use std::{
    convert::Infallible,
    error::Error,
    fmt, io,
    task::{Context, Poll},
    time::Duration,
};

use axum::extract::Path;
use futures_util::future::{Ready, ready};
pub use glyph_runtime::{
    CallStatus, Counter, Gauge, Histogram, Label, LabelSet, Outcome, http, instrument_stage,
    log::CarriedIds, metric_catalog, testing,
};
use glyph_runtime::{grpc, stage::ErrorOutcome};

/// The providers of the voice service.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// `deepgram`.
    Deepgram,
    /// `elevenlabs`.
    Elevenlabs,
}

/// The labels of a request to a provider.
#[derive(LabelSet)]
pub struct ProviderRequest {
    /// The provider.
    pub provider: Provider,
    /// The outcome.
    pub status: CallStatus,
}

/// The labels of a tool call.
#[derive(LabelSet)]
pub struct ToolCall<'a> {
    /// The name of the tool.
    #[label(max = 128)]
    pub tool: &'a str,
    /// The outcome.
    pub status: CallStatus,
}

/// The labels of a call that has only an outcome.
#[derive(LabelSet)]
pub struct Ended {
    /// The outcome.
    pub status: CallStatus,
}

/// The catalog of the voice service.
#[metric_catalog(namespace = "voice", stages = stage, max_series = 4096)]
pub struct VoiceMetrics {
    /// Latency of speech-to-text transcription.
    #[metric(name = "stt.duration", unit = seconds, buckets = [10ms, 100ms, 1s])]
    #[stage(stt, in_flight = transcribing, labels(provider: Provider))]
    pub stt_duration: Histogram<ProviderRequest>,
    /// Transcriptions under way.
    pub transcribing: Gauge,
    /// Latency of lookups.
    #[metric(name = "lookup.duration", unit = seconds, buckets = [10ms, 100ms, 1s])]
    #[stage(lookup)]
    pub lookup_duration: Histogram<Ended>,
    /// Latency of fetches.
    #[metric(name = "fetch.duration", unit = seconds, buckets = [10ms, 100ms, 1s])]
    #[stage(fetch)]
    pub fetch_duration: Histogram<Ended>,
    /// Latency of answers.
    #[metric(name = "ask.duration", unit = seconds, buckets = [10ms, 100ms, 1s])]
    #[stage(ask)]
    pub ask_duration: Histogram<Ended>,
    /// Latency of sign-ins.
    #[metric(name = "login.duration", unit = seconds, buckets = [10ms, 100ms, 1s])]
    #[stage(login)]
    pub login_duration: Histogram<Ended>,
    /// Tool calls.
    #[metric(name = "tool.calls")]
    pub tool_calls: Counter<ToolCall<'_>>,
}

/// The catalog of a service with an HTTP and a gRPC side.
#[metric_catalog(namespace = "shop", max_series = 100_000)]
pub struct Metrics {
    /// The metrics of its HTTP server.
    #[catalog]
    pub http: http::ServerMetrics,
    /// The metrics of its HTTP client.
    #[catalog]
    pub client: http::ClientMetrics,
    /// The metrics of its gRPC server.
    #[catalog]
    pub grpc: grpc::ServerMetrics,
    /// The metrics of its client of the stock service.
    #[catalog]
    pub stock: grpc::ClientMetrics,
}

/// A library with its own catalog.
pub mod some_library {
    use super::{Counter, metric_catalog};

    /// The catalog of the library.
    #[metric_catalog(namespace = "library")]
    pub struct HttpMetrics {
        /// Requests that the library served.
        pub requests: Counter,
    }
}

/// Runs an example to its end.
///
/// # Panics
///
/// Panics if the example fails, or takes longer than [`crate::wait::LONG`].
pub fn run(example: impl Future<Output = Result<(), Box<dyn Error>>>) {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build().unwrap();
    runtime
        .block_on(crate::wait::finished("the example", example))
        .unwrap();
}

/// The error of a transcription.
#[derive(Debug)]
pub struct Inaudible;

impl fmt::Display for Inaudible {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("nothing to hear")
    }
}

impl Error for Inaudible {}

impl ErrorOutcome for Inaudible {
    fn outcome(&self) -> Outcome {
        Outcome::Error
    }
}

/// Transcribes audio.
///
/// # Errors
///
/// Returns [`Inaudible`] if `audio` is empty.
pub fn transcribe(audio: &[i16]) -> Result<String, Inaudible> {
    if audio.is_empty() {
        return Err(Inaudible);
    }
    Ok(format!("{} samples", audio.len()))
}

/// Transcribes audio, like [`transcribe`].
///
/// # Errors
///
/// Returns [`Inaudible`] if `audio` is empty.
pub async fn transcribe_remotely(audio: &[i16]) -> Result<String, Inaudible> {
    ready(transcribe(audio)).await
}

/// An instrumented service.
pub mod instrumented {
    use super::{CallStatus, Inaudible, Provider, ToolCall, VoiceMetrics, instrument_stage, stage};

    /// Transcribes, and rolls a die.
    ///
    /// # Errors
    ///
    /// Returns [`Inaudible`] if `audio` is empty.
    #[instrument_stage(stage::stt, labels(provider = Provider::Deepgram))]
    pub async fn transcribe(audio: &[i16]) -> Result<String, Inaudible> {
        VoiceMetrics::global().tool_calls.inc(ToolCall {
            tool: "dice_roll",
            status: CallStatus::Ok,
        });
        super::transcribe_remotely(audio).await
    }
}

/// A client of another crate, whose error glyph cannot classify.
#[derive(Clone, Copy, Debug)]
pub struct Client;

impl Client {
    /// Sends a request.
    ///
    /// # Errors
    ///
    /// Never returns an error.
    pub fn call(self) -> Result<Reply, fmt::Error> {
        Ok(Reply { status: 200 })
    }
}

/// A response.
#[derive(Clone, Copy, Debug)]
pub struct Reply {
    /// The status code.
    pub status: u16,
}

/// Responds with 503 to `/down`, and with 200 otherwise.
pub async fn get(url: &str) -> Reply {
    let status = if url.ends_with("/down") { 503 } else { 200 };
    ready(Reply { status }).await
}

/// A store of entries.
#[derive(Clone, Copy, Debug)]
pub struct Store;

/// An entry of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry;

impl Store {
    /// Returns a store with one entry, `sword`.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Entry> {
        (key == "sword").then_some(Entry)
    }
}

/// The session of a player.
#[derive(Clone, Copy, Debug)]
pub struct Session;

impl fmt::Display for Session {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("session-7")
    }
}

impl Session {
    /// Returns the campaign of the session.
    #[must_use]
    pub const fn campaign(self) -> &'static str {
        "curse-of-strahd"
    }

    /// Returns a fixed answer.
    ///
    /// # Errors
    ///
    /// Never returns an error.
    pub async fn answer(self) -> io::Result<&'static str> {
        ready(Ok("yes")).await
    }
}

/// The claims of a token.
#[derive(Clone, Copy, Debug)]
pub struct Claims {
    /// The organization.
    pub org: &'static str,
}

/// Waits as long as a limit requires, which is no time here.
#[derive(Clone, Copy, Debug)]
pub struct Limiter;

impl Limiter {
    /// Returns at once.
    pub async fn until_ready(self) {
        tokio::time::sleep(Duration::ZERO).await;
    }
}

/// Handles `GET /users/{id}`.
pub async fn user(Path(id): Path<u32>) -> String {
    ready(format!("user {id}")).await
}

/// A gRPC service as tonic generates it.
#[derive(Clone, Copy, Debug)]
pub struct StockServer;

impl StockServer {
    /// Returns the service.
    #[must_use]
    pub const fn new((): ()) -> Self {
        Self
    }
}

impl tonic::server::NamedService for StockServer {
    const NAME: &'static str = "shop.Stock";
}

impl tower::Service<axum::http::Request<tonic::body::Body>> for StockServer {
    type Response = axum::http::Response<tonic::body::Body>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: axum::http::Request<tonic::body::Body>) -> Self::Future {
        ready(Ok(tonic::Status::ok("").into_http()))
    }
}

/// A gRPC client as tonic generates it.
#[derive(Clone, Debug)]
pub struct StockClient<T>(T);

impl<T> StockClient<T> {
    /// Returns a client that uses `channel`.
    pub const fn new(channel: T) -> Self {
        Self(channel)
    }

    /// Returns the channel.
    pub const fn channel(&self) -> &T {
        &self.0
    }
}
