//! The label sets of [`ClientMetrics`](super::ClientMetrics).
//!
//! ```
//! use glyph_runtime::gen_ai::{ClientMetrics, labels::{Operation, Requests}};
//!
//! let request = Requests { operation: Operation::Chat, provider: "openai", request_model: "gpt-4o" };
//! ClientMetrics::global().observe_tokens(request, 12, 34);
//! ```

use glyph_core::label::{OUTCOME_COUNT, OpenValues};

use crate::{Label, LabelSet};

/// What is asked of a model (OpenTelemetry semantic conventions, `gen_ai.operation.name`).
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[label(crate = crate)]
pub enum Operation {
    /// A chat completion.
    Chat,
    /// Content of several kinds.
    GenerateContent,
    /// A text completion.
    TextCompletion,
    /// Embeddings.
    Embeddings,
    /// The run of an agent.
    InvokeAgent,
    /// The run of a tool.
    ExecuteTool,
}

/// A request to a model.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Requests<'a> {
    /// What is asked of the model.
    #[label(name = "gen_ai_operation_name")]
    pub operation: Operation,
    /// The provider, such as `openai` or `aws.bedrock`.
    #[label(name = "gen_ai_provider_name", max = 8)]
    pub provider: &'a str,
    /// The model that the request names.
    #[label(name = "gen_ai_request_model", max = 16)]
    pub request_model: &'a str,
}

/// A request to a model, and its failure.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Responses<'a> {
    /// What is asked of the model.
    #[label(name = "gen_ai_operation_name")]
    pub operation: Operation,
    /// The provider, such as `openai` or `aws.bedrock`.
    #[label(name = "gen_ai_provider_name", max = 8)]
    pub provider: &'a str,
    /// The model that the request names.
    #[label(name = "gen_ai_request_model", max = 16)]
    pub request_model: &'a str,
    /// How the request failed, if it did.
    #[label(name = "error_type")]
    pub error_type: ErrorType,
}

/// A request to a model, and the tokens that are counted.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Tokens<'a> {
    /// What is asked of the model.
    #[label(name = "gen_ai_operation_name")]
    pub operation: Operation,
    /// The provider, such as `openai` or `aws.bedrock`.
    #[label(name = "gen_ai_provider_name", max = 8)]
    pub provider: &'a str,
    /// The model that the request names.
    #[label(name = "gen_ai_request_model", max = 16)]
    pub request_model: &'a str,
    /// The tokens that are counted.
    #[label(name = "gen_ai_token_type")]
    pub token_type: TokenType,
}

/// The side that tokens belong to (OpenTelemetry semantic conventions, `gen_ai.token.type`).
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[label(crate = crate)]
pub enum TokenType {
    /// Tokens of the request.
    Input,
    /// Tokens of the response.
    Output,
}

/// How a request failed, by the outcome of its stage. Its value is empty if it did not fail. The
/// span has the type of the error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ErrorType {
    /// The request did not fail.
    #[default]
    None,
    /// `_OTHER`: an error that is not a timeout.
    Other,
    /// `timeout`
    Timeout,
    /// `cancelled`
    Cancelled,
    /// `panic`
    Panic,
}

const ERROR_TYPES: [(ErrorType, &str); OUTCOME_COUNT] = [
    (ErrorType::None, ""),
    (ErrorType::Other, "_OTHER"),
    (ErrorType::Timeout, "timeout"),
    (ErrorType::Cancelled, "cancelled"),
    (ErrorType::Panic, "panic"),
];

const TEXTS: [&str; OUTCOME_COUNT] = ["", "_OTHER", "timeout", "cancelled", "panic"];

impl Label for ErrorType {
    const VALUES: Option<&'static [&'static str]> = Some(&TEXTS);
    const OUTCOMES: Option<[usize; OUTCOME_COUNT]> = Some([0, 1, 2, 3, 4]);
    const ANY: Self = Self::None;

    fn digit(&self, _: Option<(&OpenValues, usize)>) -> usize {
        *self as usize
    }

    fn literal(index: usize, _: &'static str) -> Self {
        ERROR_TYPES
            .get(index)
            .map_or(Self::Other, |(error_type, _)| *error_type)
    }

    fn with_text<R>(&self, read: impl FnOnce(&str) -> R) -> R {
        read(TEXTS.get(self.digit(None)).copied().unwrap_or_default())
    }
}
