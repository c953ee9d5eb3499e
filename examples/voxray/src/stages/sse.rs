//! The tokens of a streamed response of the model server.

use axum::body::Body;
use bytes::{Buf, BytesMut};
use http_body_util::BodyExt;
use serde::Deserialize;

/// The most bytes of an event.
const LONGEST: usize = 64 << 10;

/// The stream ended before its end was announced, or is not readable.
#[derive(Debug)]
pub(super) struct Broken;

/// Reads a response event by event.
#[derive(Debug)]
pub(super) struct Tokens {
    body: Body,
    read: BytesMut,
}

#[derive(Deserialize)]
struct Chunk {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    delta: Delta,
}

#[derive(Deserialize)]
struct Delta {
    #[serde(default)]
    content: String,
}

impl Tokens {
    pub(super) fn new(body: Body) -> Self {
        Self {
            body,
            read: BytesMut::new(),
        }
    }

    /// Returns the next token, or nothing after the last one.
    pub(super) async fn next(&mut self) -> Result<Option<String>, Broken> {
        loop {
            let event = self.event().await?;
            let Some(data) = event.strip_prefix(b"data: ") else {
                continue;
            };
            if data == b"[DONE]" {
                return Ok(None);
            }
            let chunk: Chunk = serde_json::from_slice(data).map_err(|_| Broken)?;
            let token: String = chunk
                .choices
                .into_iter()
                .map(|it| it.delta.content)
                .collect();
            if !token.is_empty() {
                return Ok(Some(token));
            }
        }
    }

    async fn event(&mut self) -> Result<BytesMut, Broken> {
        loop {
            if let Some(end) = self.read.windows(2).position(|it| it == b"\n\n") {
                let event = self.read.split_to(end);
                self.read.advance(2);
                return Ok(event);
            }
            let frame = self.body.frame().await.ok_or(Broken)?;
            let frame = frame.map_err(|_| Broken)?;
            if let Some(data) = frame.data_ref() {
                self.read.extend_from_slice(data);
            }
            if self.read.len() > LONGEST {
                return Err(Broken);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    async fn read(pieces: &'static [&'static str]) -> (Vec<String>, bool) {
        let pieces = pieces.iter().map(|piece| Ok::<_, std::io::Error>(*piece));
        let mut tokens = Tokens::new(Body::from_stream(stream::iter(pieces)));
        let mut all = Vec::new();
        loop {
            match tokens.next().await {
                Ok(Some(token)) => all.push(token),
                Ok(None) => return (all, true),
                Err(Broken) => return (all, false),
            }
        }
    }

    #[tokio::test]
    async fn events_may_come_in_any_pieces() {
        let pieces = &[
            "data: {\"choices\":[{\"delta\":{\"con",
            "tent\":\"6\"}}]}\n\ndata: {\"choices\":[{\"delta\":{}}]}\n",
            "\ndata: {\"choices\":[{\"delta\":{\"content\":\" *\"}}]}\n\ndata: [DONE]\n\n",
        ];
        assert_eq!(read(pieces).await, (vec!["6".into(), " *".into()], true));
        assert_eq!(read(&pieces[..2]).await, (vec!["6".into()], false));
        assert_eq!(read(&["data: {\n\n"]).await, (vec![], false));
    }
}
