//! The stages of the pipeline: one function each, measured by one attribute.

pub(crate) mod llm;
pub(crate) mod stt;
pub(crate) mod tools;
pub(crate) mod tts;
