//! How sound reaches a session and its peer: WebRTC, or a WebSocket.

pub(crate) mod peer;
pub(crate) mod ports;
pub(crate) mod webrtc;
pub(crate) mod websocket;

use tokio::sync::watch;

/// Ends when the program has to.
#[derive(Clone, Debug)]
pub(crate) struct Stopped(pub(crate) watch::Receiver<()>);

impl Stopped {
    pub(crate) async fn wait(&mut self) {
        let _sender_is_gone = self.0.changed().await;
    }
}
