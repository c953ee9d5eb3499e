//! Requests for a completion, and the documents that answer them.

use serde_json::{Value, json};

use crate::tokens;

/// A message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Who speaks: `system`, `user` or `assistant`.
    pub role: String,
    /// The text.
    pub content: String,
}

/// A request for a completion.
#[derive(Clone, Debug)]
pub(crate) struct Chat {
    pub(crate) model: String,
    pub(crate) messages: Vec<Message>,
    pub(crate) stream: bool,
    /// Whether a stream ends with the numbers of tokens.
    pub(crate) include_usage: bool,
}

impl Message {
    /// Returns a message of a user.
    #[must_use]
    pub fn user(content: impl Into<String>) -> Self {
        Self {
            role: "user".to_owned(),
            content: content.into(),
        }
    }

    fn parse(message: &Value) -> Option<Self> {
        Some(Self {
            role: message.get("role")?.as_str()?.to_owned(),
            content: message.get("content")?.as_str()?.to_owned(),
        })
    }
}

impl Chat {
    /// Reads a request. The error says what is wrong with it.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, String> {
        let body: Value = serde_json::from_slice(body)
            .map_err(|error| format!("the body is not JSON: {error}"))?;
        let messages = body.get("messages").and_then(Value::as_array);
        let messages = messages.ok_or("missing `messages`")?.iter();
        let messages: Option<Vec<_>> = messages.map(Message::parse).collect();
        let model = body.get("model").and_then(Value::as_str);
        let is_set = |path| body.pointer(path).and_then(Value::as_bool) == Some(true);
        Ok(Self {
            model: model.unwrap_or("rules").to_owned(),
            messages: messages.ok_or("a message needs `role` and `content`, both strings")?,
            stream: is_set("/stream"),
            include_usage: is_set("/stream_options/include_usage"),
        })
    }

    pub(crate) fn prompt_tokens(&self) -> usize {
        let messages = self.messages.iter();
        messages.map(|message| tokens(&message.content).len()).sum()
    }

    /// Returns the completion as one document.
    pub(crate) fn document(&self, id: u64, answer: &str) -> Value {
        json!({
            "id": format!("chatcmpl-{id}"),
            "object": "chat.completion",
            "model": self.model,
            "choices": [{
                "index": 0,
                "message": {"role": "assistant", "content": answer},
                "finish_reason": "stop",
            }],
            "usage": self.usage(tokens(answer).len()),
        })
    }

    /// Returns a part of a stream: a token, or the end.
    pub(crate) fn chunk(&self, id: u64, token: Option<&str>) -> Value {
        let delta = token.map_or_else(|| json!({}), |token| json!({"content": token}));
        json!({
            "id": format!("chatcmpl-{id}"),
            "object": "chat.completion.chunk",
            "model": self.model,
            "choices": [{
                "index": 0,
                "delta": delta,
                "finish_reason": if token.is_some() { Value::Null } else { "stop".into() },
            }],
        })
    }

    /// Returns the last part of a stream, with the numbers of tokens.
    pub(crate) fn usage_chunk(&self, id: u64, completion_tokens: usize) -> Value {
        let mut chunk = self.chunk(id, None);
        if let Some(chunk) = chunk.as_object_mut() {
            chunk.insert("choices".to_owned(), json!([]));
            chunk.insert("usage".to_owned(), self.usage(completion_tokens));
        }
        chunk
    }

    fn usage(&self, completion_tokens: usize) -> Value {
        let prompt_tokens = self.prompt_tokens();
        json!({
            "prompt_tokens": prompt_tokens,
            "completion_tokens": completion_tokens,
            "total_tokens": prompt_tokens.saturating_add(completion_tokens),
        })
    }
}
