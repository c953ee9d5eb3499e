//! What the server counts.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use serde_json::{Value, json};

/// What a server counted since its start.
///
/// A request is counted once as `completed`, `rejected`, `failed`, `cut` or `abandoned`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Requests that arrived.
    pub requests: u64,
    /// Responses that were sent to their end.
    pub completed: u64,
    /// Responses with a status from 400 to 499.
    pub rejected: u64,
    /// Responses with a status of 500 or above.
    pub failed: u64,
    /// Streams that the server ended too early.
    pub cut: u64,
    /// Requests whose client left before the end of the response.
    pub abandoned: u64,
    /// Tokens of prompts that were answered.
    pub prompt_tokens: u64,
    /// Tokens that were sent.
    pub completion_tokens: u64,
}

impl Counts {
    pub(crate) fn json(self) -> Value {
        json!({
            "requests": self.requests,
            "completed": self.completed,
            "rejected": self.rejected,
            "failed": self.failed,
            "cut": self.cut,
            "abandoned": self.abandoned,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
        })
    }
}

/// How a request ended.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    Completed,
    Rejected,
    Failed,
    Cut,
    Abandoned,
}

/// The counters of a running server.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    requests: AtomicU64,
    ends: [AtomicU64; 5],
    prompt_tokens: AtomicU64,
    completion_tokens: AtomicU64,
}

impl Counters {
    pub(crate) fn started(&self) {
        self.requests.fetch_add(1, Relaxed);
    }

    pub(crate) fn ended(&self, end: End) {
        if let Some(counter) = self.ends.get(end as usize) {
            counter.fetch_add(1, Relaxed);
        }
    }

    pub(crate) fn prompt(&self, tokens: usize) {
        let tokens = u64::try_from(tokens).unwrap_or(u64::MAX);
        self.prompt_tokens.fetch_add(tokens, Relaxed);
    }

    pub(crate) fn sent(&self, tokens: usize) {
        let tokens = u64::try_from(tokens).unwrap_or(u64::MAX);
        self.completion_tokens.fetch_add(tokens, Relaxed);
    }

    pub(crate) fn counts(&self) -> Counts {
        let [completed, rejected, failed, cut, abandoned] =
            self.ends.each_ref().map(|counter| counter.load(Relaxed));
        Counts {
            requests: self.requests.load(Relaxed),
            completed,
            rejected,
            failed,
            cut,
            abandoned,
            prompt_tokens: self.prompt_tokens.load(Relaxed),
            completion_tokens: self.completion_tokens.load(Relaxed),
        }
    }
}
