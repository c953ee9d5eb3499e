//! Sound: G.711 at 8 kHz, a voice that writes text into tones, and an ear that reads the tones.

pub(crate) mod ear;
pub(crate) mod g711;
pub(crate) mod voice;

use bytes::Bytes;
use tokio::time::Instant;

/// Samples of a second.
pub(crate) const RATE: u32 = 8_000;
/// Samples of a frame, which is 20 ms.
pub(crate) const FRAME: usize = 160;
/// A sample of speech is at least as loud.
pub(crate) const LOUD: u16 = 1_000;

/// Sound of a peer, in G.711, and the time at which it came.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) sound: Bytes,
    pub(crate) arrived: Instant,
}

impl Frame {
    pub(crate) fn now(sound: Bytes) -> Self {
        Self {
            sound,
            arrived: Instant::now(),
        }
    }

    /// Whether the frame may be a part of speech.
    pub(crate) fn is_loud(&self) -> bool {
        let mut samples = self.sound.iter().copied().map(g711::decode);
        samples.any(|sample| sample.unsigned_abs() >= LOUD)
    }
}
