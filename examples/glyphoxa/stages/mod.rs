//! The stages of the pipeline. Each is one function, and one attribute measures it.

pub(crate) mod llm;
pub(crate) mod stt;
pub(crate) mod tools;
pub(crate) mod tts;
