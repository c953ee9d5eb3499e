//! Bodies of requests.

use std::time::Duration;

use axum::body::Body;
use futures_util::StreamExt;
use tokio::time::timeout;

/// The time in which a body has to arrive.
const ARRIVAL: Duration = Duration::from_secs(10);

/// The bytes after which a body that is too long is not read further. Up to then it is, because clients
/// that still send do not see the response.
const DISCARDED: usize = 1 << 20;

/// The reason why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    TooLong,
    TooLate,
    Broken,
}

/// Reads a body of at most `limit` bytes.
pub(super) async fn read(body: Body, limit: usize) -> Result<Vec<u8>, Unread> {
    let read = timeout(ARRIVAL, collect(body, limit)).await;
    read.unwrap_or(Err(Unread::TooLate))
}

async fn collect(body: Body, limit: usize) -> Result<Vec<u8>, Unread> {
    let mut chunks = body.into_data_stream();
    let (mut bytes, mut length) = (Vec::new(), 0_usize);
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Unread::Broken)?;
        length = length.saturating_add(chunk.len());
        if length <= limit {
            bytes.extend_from_slice(&chunk);
        } else if length > DISCARDED {
            break;
        }
    }
    if length > limit {
        return Err(Unread::TooLong);
    }
    Ok(bytes)
}
