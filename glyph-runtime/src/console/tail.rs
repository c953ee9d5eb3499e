//! Log lines as server-sent events, as they are written.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use tokio::time::sleep;

use super::{
    live::{Client, event},
    logs::{Filter, LogList, list},
    state::json,
    thread::Thread,
};

/// The time between two looks at the lines.
const INTERVAL: Duration = Duration::from_millis(500);

/// The looks without a line after which a comment shows whether the client is there.
const SILENT: u32 = 20;

/// What a client follows.
struct Tail {
    client: Client,
    thread: Thread,
    filter: Filter,
    silent: u32,
    first: Option<Bytes>,
}

/// Returns the body: the lines that there are, and then further ones until the streams end.
pub(super) fn body(client: Client, thread: Thread, filter: &Filter, first: &LogList) -> Body {
    let tail = Tail {
        client,
        thread,
        filter: filter.after(first.last()),
        silent: 0,
        first: Some(event(&json(first))),
    };
    Body::from_stream(stream::unfold(tail, |mut tail| async move {
        let event = tail.next().await?;
        Some((Ok::<_, std::convert::Infallible>(event), tail))
    }))
}

impl Tail {
    /// Returns the next event. `None` when the streams end.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        loop {
            tokio::select! {
                () = self.client.ended() => return None,
                () = sleep(INTERVAL) => {}
            }
            if let Some(event) = self.look().await {
                self.silent = 0;
                return Some(event);
            }
            self.silent += 1;
            if self.silent == SILENT {
                self.silent = 0;
                return Some(Bytes::from_static(b": no lines\n\n"));
            }
        }
    }

    /// Returns the lines since the last look, if there are any. A busy console is asked again later.
    async fn look(&mut self) -> Option<Bytes> {
        let filter = self.filter.clone();
        let found = self.thread.run(|state| async move {
            let found = list(&state.subject.log, &filter);
            let event = (!found.is_empty()).then(|| event(&json(&found)));
            (found.last(), event)
        });
        let (last, event) = found.await.ok()?;
        self.filter = self.filter.after(last);
        event
    }
}
