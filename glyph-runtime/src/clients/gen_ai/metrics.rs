//! Metrics of generative AI clients, with the names of OpenTelemetry.

use super::labels::{Operation, Requests, Responses, TokenType, Tokens};
use crate::{Histogram, metric_catalog};

/// Metrics of generative AI clients, to be nested in a catalog: `#[catalog] gen_ai: ClientMetrics`.
/// Series are absent until they are recorded.
///
/// | metric | labels |
/// |---|---|
/// | `gen_ai_client_operation_duration_seconds` | operation, provider, model, `error_type` |
/// | `gen_ai_client_operation_time_to_first_chunk_seconds` | operation, provider, model |
/// | `gen_ai_client_operation_time_per_output_chunk_seconds` | operation, provider, model |
/// | `gen_ai_client_token_usage` | operation, provider, model, `gen_ai_token_type`: `input` or `output` |
///
/// The stage [`inference`](stage::inference) records the first three, and
/// [`observe_tokens`](Self::observe_tokens) the last. The labels are `gen_ai_operation_name`,
/// `gen_ai_provider_name` and `gen_ai_request_model`. The first 8 providers and 16 models get
/// separate series, all others share `other`. `error_type` is `_OTHER`, `timeout`, `cancelled`,
/// `panic`, or empty.
///
/// A chunk is an item of the stream, which can have several tokens.
#[metric_catalog(namespace = "gen_ai.client", stages = stage, max_series = 200_000, crate = crate)]
pub struct ClientMetrics {
    /// Duration of requests to a model, until the response ends.
    #[metric(name = "operation.duration", unit = seconds, sparse, buckets = [10ms, 20ms, 40ms, 80ms, 160ms, 320ms, 640ms, 1.28s, 2.56s, 5.12s, 10.24s, 20.48s, 40.96s, 81.92s])]
    #[stage(
        inference,
        first_item = time_to_first_chunk,
        between_items = time_per_output_chunk,
        labels(
            gen_ai_operation_name: Operation,
            gen_ai_provider_name: &str,
            gen_ai_request_model: &str
        )
    )]
    pub operation_duration: Histogram<Responses<'_>>,

    /// Time from the request to the first chunk of a stream.
    #[metric(name = "operation.time_to_first_chunk", unit = seconds, sparse, buckets = [10ms, 20ms, 40ms, 80ms, 160ms, 320ms, 640ms, 1.28s, 2.56s, 5.12s, 10.24s, 20.48s, 40.96s, 81.92s])]
    pub time_to_first_chunk: Histogram<Requests<'_>>,

    /// Time between two chunks of a stream.
    #[metric(name = "operation.time_per_output_chunk", unit = seconds, sparse, buckets = [10ms, 20ms, 40ms, 80ms, 160ms, 320ms, 640ms, 1.28s, 2.56s, 5.12s, 10.24s, 20.48s, 40.96s, 81.92s])]
    pub time_per_output_chunk: Histogram<Requests<'_>>,

    /// Tokens of a request or its response.
    #[metric(name = "token.usage", sparse, buckets = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864])]
    pub token_usage: Histogram<Tokens<'_>>,
}

impl ClientMetrics {
    /// Records the tokens of a request and its response, as the provider reports them.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "call sites are plain struct literals"
    )]
    pub fn observe_tokens(&self, request: Requests<'_>, input: u64, output: u64) {
        for (token_type, tokens) in [(TokenType::Input, input), (TokenType::Output, output)] {
            let labels = Tokens {
                operation: request.operation,
                provider: request.provider,
                request_model: request.request_model,
                token_type,
            };
            self.token_usage.observe(labels, tokens);
        }
    }
}
