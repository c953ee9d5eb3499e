//! Messages of JSON-RPC 2.0.

use serde_json::{Value, json};

/// A message of a client.
#[derive(Debug, PartialEq)]
pub(super) enum Message {
    Request(Request),
    /// A message that has no response: a notification, or a response to a request that was never sent.
    Notification,
}

#[derive(Debug, PartialEq)]
pub(super) struct Request {
    /// A string or an integer.
    pub(super) id: Value,
    pub(super) method: String,
    /// An object.
    pub(super) params: Value,
}

/// What is wrong with a message.
#[derive(Debug, PartialEq)]
pub(super) struct Error {
    code: i32,
    message: String,
}

impl Error {
    fn new(code: i32, message: &str) -> Self {
        Self {
            code,
            message: message.to_owned(),
        }
    }

    /// The body is not JSON.
    fn not_json() -> Self {
        Self::new(-32700, "invalid JSON: send one message of JSON-RPC 2.0")
    }

    /// The message is not a request.
    pub(super) fn invalid(message: &str) -> Self {
        Self::new(-32600, message)
    }

    pub(super) fn no_method() -> Self {
        let methods = "initialize, ping, tools/list or tools/call";
        Self::new(-32601, &format!("unknown method: use {methods}"))
    }

    /// The parameters of a method are invalid.
    pub(super) fn params(message: &str) -> Self {
        Self::new(-32602, message)
    }

    pub(super) fn busy() -> Self {
        Self::new(
            -32603,
            "too many requests to the console: try again in a second",
        )
    }

    pub(super) fn unsupported(message: &str) -> Self {
        Self::new(-32000, message)
    }

    pub(super) fn into_json(self) -> Value {
        json!({ "code": self.code, "message": self.message })
    }
}

impl Message {
    /// # Errors
    ///
    /// Returns what is wrong with the message.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Error> {
        let message: Value = serde_json::from_slice(body).map_err(|_| Error::not_json())?;
        if message.is_array() {
            return Err(Error::invalid(
                "batches are not supported: send one message at a time",
            ));
        }
        if message.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
            return Err(Error::invalid(
                "invalid message: send `\"jsonrpc\":\"2.0\"`",
            ));
        }
        let is_response = message
            .get("result")
            .or_else(|| message.get("error"))
            .is_some();
        let Some(method) = message.get("method").and_then(Value::as_str) else {
            let missing = || Error::invalid("invalid message: `method` is missing");
            return if is_response {
                Ok(Self::Notification)
            } else {
                Err(missing())
            };
        };
        let Some(id) = message.get("id") else {
            return Ok(Self::Notification);
        };
        if !id.is_string() && !id.is_i64() && !id.is_u64() {
            return Err(Error::invalid("invalid `id`: use a string or an integer"));
        }
        let params = message.get("params").cloned().unwrap_or_else(|| json!({}));
        if !params.is_object() {
            return Err(Error::params("invalid `params`: use an object"));
        }
        Ok(Self::Request(Request {
            id: id.clone(),
            method: method.to_owned(),
            params,
        }))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Message, Request};

    fn code(body: &str) -> i32 {
        Message::parse(body.as_bytes()).map_or_else(|error| error.code, |_| 0)
    }

    #[test]
    fn request_has_its_parts() {
        let body = br#"{"jsonrpc":"2.0","id":"a","method":"ping"}"#;
        let expected = Request {
            id: json!("a"),
            method: "ping".to_owned(),
            params: json!({}),
        };
        assert_eq!(Message::parse(body), Ok(Message::Request(expected)));
    }

    #[test]
    fn message_without_an_id_has_no_response() {
        for body in [
            r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
            r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
        ] {
            assert_eq!(Message::parse(body.as_bytes()), Ok(Message::Notification));
        }
    }

    #[test]
    fn what_is_no_request_is_rejected() {
        for (body, expected) in [
            ("", -32700),
            ("{", -32700),
            ("\u{feff}{}", -32700),
            ("[]", -32600),
            ("null", -32600),
            ("7", -32600),
            ("{}", -32600),
            (r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, -32600),
            (r#"{"jsonrpc":"2.0","id":1}"#, -32600),
            (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600),
            (r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, -32600),
            (r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, -32600),
            (r#"{"jsonrpc":"2.0","id":1,"method":7}"#, -32600),
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}"#,
                -32602,
            ),
        ] {
            assert_eq!(code(body), expected, "{body}");
        }
        let deep = "[".repeat(100_000);
        assert_eq!(code(&deep), -32700);
    }
}
