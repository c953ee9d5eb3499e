//! The sound of a session: what the peer says, and what it is told.

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::audio::Frame;

/// Frames of the longest utterance, which is half a minute.
const LONGEST: usize = 1_500;
/// Frames that wait in each direction. The longest answers are shorter.
pub(crate) const WAITING: usize = 4_096;
/// The most bytes of a recording.
const RECORDED: usize = 4 << 20;

/// The peer left.
#[derive(Debug)]
pub(crate) struct Gone;

/// The sound of a session in both directions.
#[derive(Debug)]
pub(crate) struct Sound {
    incoming: mpsc::Receiver<Frame>,
    outgoing: mpsc::Sender<Bytes>,
    /// The frames of the current utterance, so that another model can hear them again.
    kept: Vec<Frame>,
    heard: usize,
    /// All that was said, in the order in which it was.
    recorded: Vec<u8>,
}

/// The other end of a [`Sound`], for its transport.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) incoming: mpsc::Sender<Frame>,
    pub(crate) outgoing: mpsc::Receiver<Bytes>,
}

impl Sound {
    pub(crate) fn new() -> (Self, Wire) {
        let (to_session, incoming) = mpsc::channel(WAITING);
        let (outgoing, from_session) = mpsc::channel(WAITING);
        let sound = Self {
            incoming,
            outgoing,
            kept: Vec::new(),
            heard: 0,
            recorded: Vec::new(),
        };
        let wire = Wire {
            incoming: to_session,
            outgoing: from_session,
        };
        (sound, wire)
    }

    /// Waits for the next utterance.
    pub(crate) async fn speech(&mut self) -> Result<(), Gone> {
        self.kept.clear();
        loop {
            let frame = self.incoming.recv().await.ok_or(Gone)?;
            if frame.is_loud() {
                self.keep(frame);
                self.heard = 0;
                return Ok(());
            }
        }
    }

    /// Returns the next frame of the utterance. An utterance ends with the session, or if it is too
    /// long.
    pub(crate) async fn frame(&mut self) -> Option<Frame> {
        if self.heard == self.kept.len() && self.heard < LONGEST {
            let frame = self.incoming.recv().await?;
            self.keep(frame);
        }
        let frame = self.kept.get(self.heard)?.clone();
        self.heard += 1;
        Some(frame)
    }

    /// Begins the utterance again.
    pub(crate) fn rewind(&mut self) {
        self.heard = 0;
    }

    /// Sends a frame to the peer.
    pub(crate) async fn say(&mut self, frame: Bytes) -> Result<(), Gone> {
        self.record(&frame);
        self.outgoing.send(frame).await.map_err(|_| Gone)
    }

    /// Returns what was said by both.
    pub(crate) fn recorded(self) -> Vec<u8> {
        self.recorded
    }

    fn keep(&mut self, frame: Frame) {
        self.record(&frame.sound);
        self.kept.push(frame);
    }

    fn record(&mut self, sound: &[u8]) {
        if self.recorded.len().saturating_add(sound.len()) <= RECORDED {
            self.recorded.extend_from_slice(sound);
        }
    }
}
