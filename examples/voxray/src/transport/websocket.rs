//! The server's end of a session over a WebSocket: G.711 in binary messages of any length.

use axum::extract::ws::{Message, WebSocket};

use super::Stopped;
use crate::audio::Frame;
use crate::session::sound::Wire;

/// Carries the sound of a session, until the peer leaves or the program ends.
pub(crate) async fn carry(mut socket: WebSocket, mut wire: Wire, mut stopped: Stopped) {
    loop {
        tokio::select! {
            message = socket.recv() => match message {
                Some(Ok(Message::Binary(sound))) => {
                    if wire.incoming.send(Frame::now(sound)).await.is_err() {
                        return;
                    }
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
            frame = wire.outgoing.recv() => {
                let Some(frame) = frame else {
                    return;
                };
                if socket.send(Message::Binary(frame)).await.is_err() {
                    return;
                }
            }
            () = stopped.wait() => {
                let _closed_or_gone = socket.send(Message::Close(None)).await;
                return;
            }
        }
    }
}
