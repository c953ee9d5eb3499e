//! Requests to generative AI models, and the chunks of their responses.

use std::io::{Error, ErrorKind};

use futures_util::{Stream, StreamExt, stream};
use glyph_runtime::{
    gen_ai::{
        self, ClientMetrics,
        labels::{ErrorType, Operation, Requests, Responses, TokenType, Tokens},
    },
    instrument_stage, testing,
};

type Chunk = Result<&'static str, Error>;

#[instrument_stage(gen_ai::stage::inference, stream, kind = client,
    labels(gen_ai_operation_name = "chat", gen_ai_provider_name = "openai", gen_ai_request_model = model))]
fn chat(model: &'static str, chunks: Vec<Chunk>) -> impl Stream<Item = Chunk> {
    stream::iter(chunks)
}

const REQUEST: Requests<'static> = Requests {
    operation: Operation::Chat,
    provider: "openai",
    request_model: "gpt-4o",
};

fn ended(error_type: ErrorType) -> u64 {
    let labels = Responses {
        operation: Operation::Chat,
        provider: "openai",
        request_model: "gpt-4o",
        error_type,
    };
    ClientMetrics::global()
        .operation_duration
        .snapshot(labels)
        .count()
}

#[tokio::test]
async fn stream_records_its_first_chunk_the_further_ones_and_the_whole() {
    let _captured = testing::capture();
    let chunks = vec![Ok("It"), Ok(" is"), Ok(" me")];
    assert_eq!(chat("gpt-4o", chunks).count().await, 3);
    let metrics = ClientMetrics::global();
    assert_eq!(metrics.time_to_first_chunk.snapshot(REQUEST).count(), 1);
    assert_eq!(metrics.time_per_output_chunk.snapshot(REQUEST).count(), 2);
    assert_eq!(ended(ErrorType::None), 1);
}

#[tokio::test]
async fn failed_and_dropped_streams_have_an_error_type() {
    let captured = testing::capture();
    let late = Err(ErrorKind::TimedOut.into());
    assert_eq!(chat("gpt-4o", vec![Ok("It"), late]).count().await, 2);
    assert_eq!(
        chat("gpt-4o", vec![Err(Error::other("overloaded"))])
            .count()
            .await,
        1
    );
    let mut dropped = Box::pin(chat("gpt-4o", vec![Ok("It"), Ok(" is")]));
    assert!(dropped.next().await.is_some());
    drop(dropped);
    let ends = [
        ErrorType::None,
        ErrorType::Timeout,
        ErrorType::Other,
        ErrorType::Cancelled,
    ];
    assert_eq!(ends.map(ended), [0, 1, 1, 1]);
    assert_eq!(captured.spans().first().unwrap().kind(), Some("client"));
}

#[test]
fn tokens_are_recorded_by_type() {
    let _captured = testing::capture();
    let metrics = ClientMetrics::global();
    metrics.observe_tokens(REQUEST, 12, 34);
    let tokens = |token_type| {
        let labels = Tokens {
            operation: Operation::Chat,
            provider: "openai",
            request_model: "gpt-4o",
            token_type,
        };
        metrics.token_usage.snapshot(labels).sum().to_string()
    };
    assert_eq!(
        [TokenType::Input, TokenType::Output].map(tokens),
        ["12", "34"]
    );
}
