//! The settings that only gRPC clients have.

use std::fmt;

use super::{ChannelPeer, ClientRecorder};
use crate::edge::attributes::address;

/// The settings that only gRPC clients have.
#[derive(Clone)]
pub struct GrpcClientSettings {
    pub(super) recorder: &'static dyn ClientRecorder,
    pub(super) peer: Option<Box<str>>,
    pub(super) channel_peer: Option<ChannelPeer>,
}

impl GrpcClientSettings {
    pub(super) fn new(recorder: &'static dyn ClientRecorder) -> Self {
        Self {
            recorder,
            peer: None,
            channel_peer: None,
        }
    }

    /// Returns the host and the port of the peer, if the program named one.
    pub(super) fn peer(&self) -> Option<(Option<&str>, Option<i64>)> {
        self.peer.as_deref().map(address)
    }
}

impl fmt::Debug for GrpcClientSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("GrpcClientSettings")
            .field("peer", &self.peer)
            .finish_non_exhaustive()
    }
}
