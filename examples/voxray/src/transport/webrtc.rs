//! The server's end of a session over WebRTC, measured.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::Stopped;
use super::peer::{Happened, Peer, Traffic};
use crate::audio::Frame;
use crate::session::Session;
use crate::session::sound::Wire;
use crate::telemetry::webrtc::{Active, Bytes, Connection, Failure, Model, Reason, Stage, State};
use crate::telemetry::{Direction, Metrics};

/// A connection that is counted until it is dropped.
struct Counted<'a> {
    session: &'a Session,
    peer: Peer,
    /// What was counted before.
    traffic: Traffic,
    is_connected: bool,
    is_over: bool,
}

/// Carries the sound of a session, until the peer leaves or the program ends. `again` has the
/// connections with which the peer comes back.
pub(crate) async fn carry(
    session: &Session,
    peer: Peer,
    mut again: mpsc::Receiver<Peer>,
    mut wire: Wire,
    limit: Duration,
    mut stopped: Stopped,
) {
    let mut counted = Counted::new(session, peer);
    let mut until = Instant::now() + limit;
    let mut has_outgoing = true;
    while !counted.is_over {
        let is_connected = counted.is_connected;
        tokio::select! {
            happened = counted.peer.next() => match happened {
                Ok(Happened::Sound(sound)) => {
                    // Sound that comes faster than it is heard is lost, as on the way.
                    let _full_or_ended = wire.incoming.try_send(Frame::now(sound));
                }
                Ok(Happened::Connected) => counted.connected(),
                Ok(Happened::Ended) => counted.ended(),
                Err(error) => {
                    tracing::warn!(%error, "connection broken");
                    counted.ended();
                }
            },
            frame = wire.outgoing.recv(), if has_outgoing => match frame {
                Some(frame) => counted.peer.say(frame),
                None => has_outgoing = false,
            },
            Some(peer) = again.recv() => {
                tracing::info!("peer came back");
                counted = Counted::new(session, peer);
                until = Instant::now() + limit;
            }
            () = sleep_until(until), if !is_connected => counted.ended(),
            () = stopped.wait() => {
                let _closed_or_broken = counted.peer.close().await;
                counted.is_over = true;
            }
        }
        counted.count_traffic();
    }
}

impl<'a> Counted<'a> {
    fn new(session: &'a Session, peer: Peer) -> Self {
        let counted = Self {
            session,
            peer,
            traffic: Traffic::default(),
            is_connected: false,
            is_over: false,
        };
        counted.count(State::New);
        counted
    }

    fn connected(&mut self) {
        self.is_connected = true;
        self.count(State::Connected);
        let active = &Metrics::global().webrtc.peer_connections_active;
        active.inc(active_of(self.session));
    }

    /// The peer left, or was never there.
    fn ended(&mut self) {
        self.is_over = true;
        if self.is_connected {
            return;
        }
        let reason = if self.peer.is_reached() {
            Reason::DtlsHandshake
        } else {
            Reason::IceTimeout
        };
        tracing::warn!(?reason, "peer not connected");
        let metrics = Metrics::global().webrtc;
        metrics.connection_failures.inc(Failure {
            reason,
            stage: Stage::Transport,
        });
        self.count(State::Failed);
    }

    fn count(&self, state: State) {
        Metrics::global().webrtc.peer_connections.inc(Connection {
            state,
            session_id: self.session.label,
            stage: Stage::Transport,
        });
    }

    fn count_traffic(&mut self) {
        let traffic = self.peer.traffic();
        let metrics = Metrics::global().webrtc;
        let bytes = |direction| Bytes {
            direction,
            session_id: self.session.label,
            model: Model::Pcmu,
        };
        let sent = traffic.sent.saturating_sub(self.traffic.sent);
        let received = traffic.received.saturating_sub(self.traffic.received);
        metrics.bytes_sent.add(bytes(Direction::Outbound), sent);
        metrics
            .bytes_received
            .add(bytes(Direction::Inbound), received);
        self.traffic = traffic;
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.count_traffic();
        if self.is_connected {
            let active = &Metrics::global().webrtc.peer_connections_active;
            active.dec(active_of(self.session));
        }
        self.count(State::Closed);
    }
}

/// Returns the labels of a session's connections.
pub(crate) fn active_of(session: &Session) -> Active {
    Active {
        stage: Stage::Transport,
        session_id: session.label,
    }
}
