//! The three stages of an answer, each with a model and a smaller one to fall back to.

pub(crate) mod engine;
pub(crate) mod llm;
mod sse;
pub(crate) mod stt;
pub(crate) mod tts;
