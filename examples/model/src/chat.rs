//! Requests for a completion, and the documents that answer them.

use serde_json::{Value, json};

use crate::{
    rules::{self, Tool, ToolCall},
    tokens,
};

/// A message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Who speaks: `system`, `user`, `assistant` or `tool`.
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
    tools: Vec<Tool>,
}

/// What the model responds with.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Text(String),
    Call(ToolCall),
}

impl Reply {
    /// Returns the text that the model wrote: an answer, or the arguments of a call.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Call(call) => &call.arguments,
        }
    }

    const fn finish_reason(&self) -> &'static str {
        match self {
            Self::Text(_) => "stop",
            Self::Call(_) => "tool_calls",
        }
    }

    fn message(&self, id: u64) -> Value {
        match self {
            Self::Text(text) => json!({"role": "assistant", "content": text}),
            Self::Call(call) => json!({
                "role": "assistant",
                "content": null,
                "tool_calls": [{
                    "id": format!("call_{id}"),
                    "type": "function",
                    "function": {"name": call.name, "arguments": call.arguments},
                }],
            }),
        }
    }
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
        let content = message.get("content").and_then(Value::as_str);
        // A message that calls a tool has no content.
        let is_call = message.get("tool_calls").is_some_and(Value::is_array);
        Some(Self {
            role: message.get("role")?.as_str()?.to_owned(),
            content: content.or(is_call.then_some(""))?.to_owned(),
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
        let tools = body.get("tools").and_then(Value::as_array);
        let tools = tools.into_iter().flatten();
        let is_set = |path| body.pointer(path).and_then(Value::as_bool) == Some(true);
        Ok(Self {
            model: model.unwrap_or("rules").to_owned(),
            messages: messages.ok_or("a message needs `role` and `content`, both strings")?,
            stream: is_set("/stream"),
            include_usage: is_set("/stream_options/include_usage"),
            tools: tools.filter_map(Tool::parse).collect(),
        })
    }

    /// Returns the reply: a call of a tool that the last message asks for, or an answer.
    pub(crate) fn reply(&self) -> Reply {
        let asked = self.messages.last().filter(|last| last.role == "user");
        let call = asked.and_then(|asked| rules::call(&asked.content, &self.tools));
        call.map_or_else(|| Reply::Text(rules::answer(&self.messages)), Reply::Call)
    }

    pub(crate) fn prompt_tokens(&self) -> usize {
        let messages = self.messages.iter();
        messages.map(|message| tokens(&message.content).len()).sum()
    }

    /// Returns the completion as one document.
    pub(crate) fn document(&self, id: u64, reply: &Reply) -> Value {
        json!({
            "id": format!("chatcmpl-{id}"),
            "object": "chat.completion",
            "model": self.model,
            "choices": [{
                "index": 0,
                "message": reply.message(id),
                "finish_reason": reply.finish_reason(),
            }],
            "usage": self.usage(tokens(reply.text()).len()),
        })
    }

    /// Returns the parts of a stream: tokens, of which the first of a call names the tool.
    pub(crate) fn parts(&self, id: u64, reply: &Reply) -> Vec<Value> {
        let tokens = tokens(reply.text()).into_iter().enumerate();
        let deltas = tokens.map(|(index, token)| match reply {
            Reply::Text(_) => json!({"content": token}),
            Reply::Call(call) => {
                let mut part = json!({"index": 0, "function": {"arguments": token}});
                if index == 0 {
                    part = json!({
                        "index": 0,
                        "id": format!("call_{id}"),
                        "type": "function",
                        "function": {"name": call.name, "arguments": token},
                    });
                }
                json!({"tool_calls": [part]})
            }
        });
        deltas.map(|delta| self.chunk(id, &delta, None)).collect()
    }

    /// Returns the end of a stream.
    pub(crate) fn end(&self, id: u64, reply: &Reply) -> Value {
        self.chunk(id, &json!({}), Some(reply.finish_reason()))
    }

    fn chunk(&self, id: u64, delta: &Value, finish_reason: Option<&str>) -> Value {
        json!({
            "id": format!("chatcmpl-{id}"),
            "object": "chat.completion.chunk",
            "model": self.model,
            "choices": [{
                "index": 0,
                "delta": delta,
                "finish_reason": finish_reason,
            }],
        })
    }

    /// Returns the last part of a stream, with the numbers of tokens.
    pub(crate) fn usage_chunk(&self, id: u64, completion_tokens: usize) -> Value {
        let mut chunk = self.chunk(id, &json!({}), None);
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
