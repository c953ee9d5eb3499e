//! Streams of server-sent events, one token each.

use std::{collections::VecDeque, io, sync::Arc, time::Duration};

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream::unfold;
use serde_json::Value;
use tokio::time::sleep;

use crate::{
    chat::{Chat, Reply},
    counts::{Counters, End},
};

/// Tokens before a stream with [`Fault::Cut`](crate::Fault::Cut) ends.
const TOKENS_BEFORE_CUT: usize = 2;

/// Long enough for a token to be written.
const WRITTEN: Duration = Duration::from_millis(20);

/// A request whose end is counted once. A dropped one was abandoned by its client.
#[derive(Debug)]
pub(crate) struct Running {
    counters: Arc<Counters>,
    end: End,
}

impl Running {
    pub(crate) fn start(counters: &Arc<Counters>) -> Self {
        counters.started();
        Self {
            counters: Arc::clone(counters),
            end: End::Abandoned,
        }
    }

    pub(crate) fn end(mut self, end: End) {
        self.end = end;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.counters.ended(self.end);
    }
}

/// An event of a stream.
#[derive(Debug)]
pub(crate) struct Event {
    data: Bytes,
    is_token: bool,
}

impl Event {
    fn new(data: &str, is_token: bool) -> Self {
        let data = Bytes::from(format!("data: {data}\n\n"));
        Self { data, is_token }
    }

    fn chunk(chunk: &Value, is_token: bool) -> Self {
        Self::new(&chunk.to_string(), is_token)
    }
}

/// Returns the events of an answer: its tokens, the end, and the numbers of tokens if they were asked
/// for.
pub(crate) fn events(chat: &Chat, id: u64, reply: &Reply) -> VecDeque<Event> {
    let parts = chat.parts(id, reply);
    let tokens = parts.len();
    let part = |part: &Value| Event::chunk(part, true);
    let mut events: VecDeque<_> = parts.iter().map(part).collect();
    events.push_back(Event::chunk(&chat.end(id, reply), false));
    if chat.include_usage {
        events.push_back(Event::chunk(&chat.usage_chunk(id, tokens), false));
    }
    events.push_back(Event::new("[DONE]", false));
    events
}

/// What is left to send.
struct Sending {
    running: Option<Running>,
    events: VecDeque<Event>,
    pace: Duration,
    sent: usize,
    is_cut: bool,
}

/// Returns a body that sends an event at a time.
pub(crate) fn body(
    running: Running,
    events: VecDeque<Event>,
    pace: Duration,
    is_cut: bool,
) -> Body {
    let sending = Sending {
        running: Some(running),
        events,
        pace,
        sent: 0,
        is_cut,
    };
    Body::from_stream(unfold(sending, next))
}

async fn next(mut sending: Sending) -> Option<(io::Result<Bytes>, Sending)> {
    if sending.is_cut && sending.sent >= TOKENS_BEFORE_CUT {
        // An error drops what was not written to the connection yet.
        sleep(WRITTEN).await;
        sending.running.take()?.end(End::Cut);
        let cut = io::Error::from(io::ErrorKind::ConnectionAborted);
        return Some((Err(cut), sending));
    }
    let event = sending.events.pop_front()?;
    if sending.sent > 0 && event.is_token && !sending.pace.is_zero() {
        sleep(sending.pace).await;
    }
    sending.sent = sending.sent.saturating_add(1);
    if let Some(running) = &sending.running
        && event.is_token
    {
        running.counters.sent(1);
    }
    if sending.events.is_empty()
        && let Some(running) = sending.running.take()
    {
        running.end(End::Completed);
    }
    Some((Ok(event.data), sending))
}
