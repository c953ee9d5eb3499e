//! A voice session over a peer connection.

use futures_util::{StreamExt, TryStreamExt};
use glyph_runtime::label::SampledId;
use tokio::sync::mpsc;
use tracing::Instrument;

use crate::models::{Disconnected, generate, synthesize, transcribe};
use crate::telemetry::webrtc::{Active, Bytes, Connection, Failure, Model, Reason, Stage, State};
use crate::telemetry::{Direction, Metrics};

/// One session in this many has its own series.
const SAMPLED_ONE_IN: u32 = 4;

/// The utterances of every session.
const UTTERANCES: [&[&str]; 2] = [
    &["what", "is", "the", "weather"],
    &["and", "tomorrow", "morning"],
];

/// The queue of recordings to upload.
pub(crate) type Uploads = mpsc::Sender<u64>;

/// A session. Its number decides which of its operations fail, so each run has the same failures.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) number: u64,
    /// Its id in labels.
    pub(crate) label: SampledId,
}

impl Session {
    pub(crate) fn new(number: u64) -> Self {
        let label = SampledId::one_in(&format!("session-{number}"), SAMPLED_ONE_IN);
        Self { number, label }
    }

    pub(crate) fn stt_is_down(&self) -> bool {
        self.number % 3 == 1
    }

    pub(crate) fn llm_is_busy(&self) -> bool {
        self.number % 4 == 2
    }

    pub(crate) fn llm_hangs_up(&self) -> bool {
        self.number % 6 == 5
    }

    fn ice_is_late(&self) -> bool {
        self.number % 5 == 3
    }

    fn count(&self, state: State) {
        Metrics::global().webrtc.peer_connections.inc(Connection {
            state,
            session_id: self.label,
            stage: Stage::Transport,
        });
    }

    fn active(&self) -> Active {
        Active {
            stage: Stage::Transport,
            session_id: self.label,
        }
    }

    fn bytes(&self, direction: Direction) -> Bytes {
        Bytes {
            direction,
            session_id: self.label,
            model: Model::Opus,
        }
    }
}

/// Counts a peer connection for its lifetime, however it ends.
struct Peer<'a>(&'a Session);

impl<'a> Peer<'a> {
    fn connect(session: &'a Session) -> Self {
        let metrics = Metrics::global().webrtc;
        session.count(State::New);
        if session.ice_is_late() {
            metrics.connection_failures.inc(Failure {
                reason: Reason::IceTimeout,
                stage: Stage::Transport,
            });
            session.count(State::Failed);
            tracing::warn!("peer reconnected");
            metrics.reconnection_attempts.inc(session.active());
        }
        session.count(State::Connected);
        metrics.peer_connections_active.inc(session.active());
        Self(session)
    }
}

impl Drop for Peer<'_> {
    fn drop(&mut self) {
        let metrics = Metrics::global().webrtc;
        metrics.peer_connections_active.dec(self.0.active());
        self.0.count(State::Closed);
    }
}

/// Runs a session to its end, as one trace.
pub(crate) async fn run(session: Session, uploads: Uploads) {
    let span = tracing::info_span!("session", session = session.number);
    let whole = async {
        let peer = Peer::connect(&session);
        tracing::info!("session begins");
        let mut unanswered = 0;
        for words in UTTERANCES {
            if let Err(error) = turn(&session, words).await {
                unanswered += 1;
                tracing::error!(%error, "utterance not answered");
            }
        }
        drop(peer);
        let metrics = Metrics::global().recording;
        metrics.jobs_enqueued.inc();
        metrics.queue_depth.inc();
        if uploads.send(session.number).await.is_err() {
            metrics.queue_depth.dec();
        }
        tracing::info!(unanswered, "session ends");
    };
    whole.instrument(span).await;
}

async fn turn(session: &Session, words: &'static [&'static str]) -> Result<(), Disconnected> {
    let metrics = Metrics::global().webrtc;
    let received = session.bytes(Direction::Inbound);
    metrics.bytes_received.add(received, 16_000);
    let heard: Vec<_> = Box::pin(transcribe(session, words)).try_collect().await?;
    let answer: Vec<_> = Box::pin(generate(session, heard.len()))
        .try_collect()
        .await?;
    let mut sound = Box::pin(synthesize(session, answer.len()));
    while let Some(chunk) = sound.next().await {
        let sent = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        metrics
            .bytes_sent
            .add(session.bytes(Direction::Outbound), sent);
    }
    Ok(())
}

/// Uploads recordings one at a time until all sessions are gone.
pub(crate) async fn upload(mut waiting: mpsc::Receiver<u64>) {
    let metrics = Metrics::global().recording;
    while let Some(session) = waiting.recv().await {
        metrics.queue_depth.dec();
        if session % 7 == 6 {
            metrics.jobs_failed.inc();
            tracing::error!(session, "recording not uploaded");
        } else {
            metrics.jobs_success.inc();
        }
    }
}
