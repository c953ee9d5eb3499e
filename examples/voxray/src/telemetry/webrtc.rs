//! Metrics of WebRTC: peer connections and their bytes.

use glyph_runtime::{Counter, Gauge, Label, LabelSet, label::SampledId, metric_catalog};

use super::Direction;

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Transport,
}

/// The codec, in place of a model.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Model {
    Pcmu,
}

/// A peer connection's states (W3C WebRTC, `RTCPeerConnectionState`).
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    New,
    Connected,
    Failed,
    Closed,
}

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    IceTimeout,
    DtlsHandshake,
}

#[derive(LabelSet)]
pub(crate) struct Connection {
    pub(crate) state: State,
    #[label(max = 64)]
    pub(crate) session_id: SampledId,
    pub(crate) stage: Stage,
}

#[derive(LabelSet)]
pub(crate) struct Active {
    pub(crate) stage: Stage,
    #[label(max = 64)]
    pub(crate) session_id: SampledId,
}

#[derive(LabelSet)]
pub(crate) struct Bytes {
    pub(crate) direction: Direction,
    #[label(max = 64)]
    pub(crate) session_id: SampledId,
    pub(crate) model: Model,
}

#[derive(LabelSet)]
pub(crate) struct Failure {
    pub(crate) reason: Reason,
    pub(crate) stage: Stage,
}

/// The metrics of WebRTC.
#[metric_catalog(namespace = "webrtc", max_series = 2_000)]
pub(crate) struct Metrics {
    /// Total number of WebRTC peer connections by state.
    #[metric(sparse)]
    pub(crate) peer_connections: Counter<Connection>,

    /// Current number of active WebRTC peer connections.
    #[metric(sparse)]
    pub(crate) peer_connections_active: Gauge<Active>,

    /// Total bytes sent over WebRTC.
    #[metric(sparse)]
    pub(crate) bytes_sent: Counter<Bytes>,

    /// Total bytes received over WebRTC.
    #[metric(sparse)]
    pub(crate) bytes_received: Counter<Bytes>,

    /// Total WebRTC connection failures by reason.
    #[alert(PeersCannotConnect, rate > 0.1/s, for = 5m, severity = warning, by(reason), summary = "Peers fail to connect: {reason}")]
    pub(crate) connection_failures: Counter<Failure>,

    /// Total number of WebRTC reconnection attempts.
    #[metric(sparse)]
    pub(crate) reconnection_attempts: Counter<Active>,
}
