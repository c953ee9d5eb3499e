//! Recordings of sessions, uploaded to a store one by one.

pub(crate) mod store;
mod wav;

use std::time::Duration;

use axum::http::uri::InvalidUri;
use axum::http::{Request, StatusCode, Uri, header};
use bytes::Bytes;
use http_body_util::Full;
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use thiserror::Error;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tower::BoxError;

use crate::telemetry::Metrics;

/// Capacity of the queue.
const WAITING: usize = 64;

/// What was said in a session, in G.711.
#[derive(Debug)]
pub(crate) struct Recording {
    pub(crate) name: String,
    pub(crate) sound: Vec<u8>,
}

/// The queue of recordings.
#[derive(Clone, Debug)]
pub(crate) struct Uploads(mpsc::Sender<Recording>);

impl Uploads {
    /// Creates a queue and its other end.
    pub(crate) fn new() -> (Self, mpsc::Receiver<Recording>) {
        let (sender, waiting) = mpsc::channel(WAITING);
        (Self(sender), waiting)
    }

    pub(crate) async fn enqueue(&self, recording: Recording) {
        let metrics = Metrics::global().recording;
        metrics.jobs_enqueued.inc();
        metrics.queue_depth.inc();
        if self.0.send(recording).await.is_err() {
            metrics.queue_depth.dec();
            metrics.jobs_failed.inc();
        }
    }
}

/// Why a recording is not in the store.
#[derive(Debug, Error)]
enum UploadError {
    #[error("the store does not respond in time")]
    Late,
    #[error("the store responded with {0}")]
    Status(StatusCode),
    #[error("the store is not reached: {0}")]
    Unreachable(BoxError),
}

/// Uploads recordings.
#[derive(Debug)]
pub(crate) struct Uploader {
    client: Client<HttpConnector, Full<Bytes>>,
    store: String,
    limit: Duration,
}

impl Uploader {
    pub(crate) fn new(store: &str, limit: Duration) -> Result<Self, InvalidUri> {
        let store = store.trim_end_matches('/');
        let _is_valid: Uri = store.parse()?;
        Ok(Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            store: store.to_owned(),
            limit,
        })
    }

    /// Uploads until all sessions are gone.
    pub(crate) async fn run(self, mut waiting: mpsc::Receiver<Recording>) {
        let metrics = Metrics::global().recording;
        while let Some(recording) = waiting.recv().await {
            metrics.queue_depth.dec();
            let session = recording.name.clone();
            match self.upload(recording).await {
                Ok(()) => metrics.jobs_success.inc(),
                Err(error) => {
                    metrics.jobs_failed.inc();
                    tracing::error!(session, %error, "recording not uploaded");
                }
            }
        }
    }

    async fn upload(&self, recording: Recording) -> Result<(), UploadError> {
        let unreachable = |error: BoxError| UploadError::Unreachable(error);
        let url = format!("{}/recordings/{}.wav", self.store, recording.name);
        let request = Request::put(url)
            .header(header::CONTENT_TYPE, "audio/wav")
            .body(Full::from(wav::file(&recording.sound)))
            .map_err(|error| unreachable(error.into()))?;
        let response = timeout(self.limit, self.client.request(request)).await;
        let response = response.map_err(|_| UploadError::Late)?;
        let status = response
            .map_err(|error| unreachable(error.into()))?
            .status();
        if status.is_success() {
            Ok(())
        } else {
            Err(UploadError::Status(status))
        }
    }
}
