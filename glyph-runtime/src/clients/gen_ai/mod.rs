//! Calls to generative AI models: durations, the time to the first and between further chunks, and
//! tokens, with the names of OpenTelemetry.
//!
//! The stage [`inference`](stage::inference) measures a function. With `stream` it also measures the
//! chunks of the response:
//!
//! ```
//! use futures_util::{Stream, StreamExt, stream};
//! use glyph_runtime::{
//!     gen_ai::{self, ClientMetrics, labels::Requests}, instrument_stage, metric_catalog,
//! };
//!
//! #[metric_catalog(namespace = "doc_gen_ai")]
//! pub struct Metrics {
//!     #[catalog]
//!     pub gen_ai: ClientMetrics,
//! }
//!
//! #[instrument_stage(gen_ai::stage::inference, stream, kind = client,
//!     labels(gen_ai_operation_name = "chat", gen_ai_provider_name = "openai", gen_ai_request_model = model))]
//! fn chat(model: &'static str, prompt: &str) -> impl Stream<Item = Result<String, std::io::Error>> + use<> {
//!     stream::iter([Ok(String::from("It")), Ok(format!(" is {model}: {prompt}"))])
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let chunks: Vec<_> = chat("gpt-4o", "Who are you?").collect().await;
//! # assert_eq!(chunks.len(), 2);
//! let request = Requests {
//!     operation: gen_ai::labels::Operation::Chat,
//!     provider: "openai",
//!     request_model: "gpt-4o",
//! };
//! Metrics::global().gen_ai.observe_tokens(request, 12, 34);
//! # }
//! ```
//!
//! Names, units and bucket bounds are those of OpenTelemetry's semantic conventions 1.41.1,
//! "Generative AI client metrics", the last release that has them. A repository of their own, in
//! development, renames them.

pub mod labels;
mod metrics;

pub use metrics::{ClientMetrics, stage};
