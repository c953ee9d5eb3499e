//! A voice that writes text into sound: a frame for each byte, with one of 16 low tones and one of 16
//! high tones, one for each half of the byte.

use std::f64::consts::TAU;

use bytes::Bytes;

use super::{FRAME, RATE, g711};

/// The byte after the last one of an utterance.
pub(crate) const OVER: u8 = 0x04;

/// Hertz between two tones. A window of 80 samples has a whole number of periods of each.
const SPACING: u32 = 100;
const LOWEST: u32 = 400;
/// The lowest of the high tones. ASCII stays below 2,800 Hz.
const HIGHER: u32 = 2_000;

/// The sound of silence for 20 ms.
pub(crate) const SILENCE: Bytes = Bytes::from_static(&[0xff; FRAME]);

/// A voice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Voice {
    /// The amplitude of each of the two tones.
    amplitude: f64,
}

impl Voice {
    pub(crate) const LOUD: Self = Self { amplitude: 6_000.0 };
    pub(crate) const SOFT: Self = Self { amplitude: 3_000.0 };

    /// Returns the frames of a text.
    pub(crate) fn speak(self, text: &str) -> Vec<Bytes> {
        text.bytes().map(|byte| self.frame(byte)).collect()
    }

    /// Returns the frame that ends an utterance.
    pub(crate) fn over(self) -> Bytes {
        self.frame(OVER)
    }

    fn frame(self, byte: u8) -> Bytes {
        let [low, high] = tones(byte);
        let samples = (0..FRAME).map(|at| self.amplitude * (wave(low, at) + wave(high, at)));
        samples
            .map(|sample| g711::encode(rounded(sample)))
            .collect()
    }
}

/// Returns the frequencies of a byte.
fn tones(byte: u8) -> [u32; 2] {
    [low_tone(byte & 0x0f), high_tone(byte >> 4)]
}

pub(super) fn low_tone(half: u8) -> u32 {
    LOWEST + SPACING * u32::from(half)
}

pub(super) fn high_tone(half: u8) -> u32 {
    HIGHER + SPACING * u32::from(half)
}

/// Returns a sample of a tone, which begins at its loudest.
#[expect(clippy::cast_precision_loss, reason = "a frame has 160 samples")]
fn wave(hertz: u32, at: usize) -> f64 {
    (TAU * f64::from(hertz) * at as f64 / f64::from(RATE)).cos()
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a cast of a float saturates"
)]
fn rounded(sample: f64) -> i16 {
    sample.round() as i16
}
