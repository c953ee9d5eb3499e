//! The embedded synthesizer: it turns a text into tones, two for each byte, with a short pause after
//! them. [`recognize`](super::recognize()) turns the samples into the text again.

use std::f64::consts::TAU;

use super::{SAMPLE_RATE, tones};

/// The loudest sample, as a fraction of full scale.
const CEILING: f64 = 0.8;
const RATE: f64 = SAMPLE_RATE as f64;
/// Seconds of the tones of a byte, of the pause after them, and of the soft edges of both.
const TONE: f64 = 0.04;
const PAUSE: f64 = 0.01;
const EDGE: f64 = 0.002;

/// How a character speaks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Voice {
    /// Factor on the duration of each sound. Default: 1.0.
    pub(crate) slowness: f64,
    /// The pitch from 0 to 99, for a synthesizer that has one.
    pub(crate) pitch: u8,
}

impl Voice {
    /// The voice of players.
    pub(crate) const PLAYER: Self = Self {
        slowness: 1.0,
        pitch: 50,
    };
}

/// Reads `text` aloud. The work is proportional to its length, so the caller must limit it.
pub(crate) fn speak(text: &str, voice: Voice) -> Vec<i16> {
    let length = samples(TONE * voice.slowness);
    let pause = usize::try_from(samples(PAUSE)).unwrap_or_default();
    let mut speech = Vec::new();
    for byte in text.bytes() {
        let tones = tones::of_byte(byte);
        speech.extend((0..length).map(|at| sample(tones, at, length)));
        speech.extend(std::iter::repeat_n(0, pause));
    }
    speech
}

/// Returns a sample of two tones, which begin and end softly.
fn sample(tones: [f64; 2], at: u32, length: u32) -> i16 {
    let edge = f64::from(samples(EDGE));
    let distance = f64::from(at.min(length.saturating_sub(at)));
    let envelope = (distance / edge).min(1.0);
    let wave = |hz: f64| (TAU * hz * f64::from(at) / RATE).sin();
    let sum: f64 = tones.into_iter().map(wave).sum();
    whole(envelope * CEILING * f64::from(i16::MAX) * sum / 2.0)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the texts and the sounds are short"
)]
fn samples(seconds: f64) -> u32 {
    (seconds * RATE) as u32
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the ceiling is below the full scale"
)]
fn whole(sample: f64) -> i16 {
    sample as i16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{level_dbfs, seconds};

    #[test]
    fn every_byte_is_audible_and_never_clips() {
        for letter in ["a", " ", "\0", "ß", "~"] {
            let speech = speak(letter, Voice::PLAYER);
            let peak = speech.iter().map(|sample| sample.unsigned_abs()).max();
            assert!(level_dbfs(&speech) > -20.0, "{letter:?}");
            let ceiling = CEILING * f64::from(i16::MAX);
            assert!(
                peak.is_some_and(|peak| f64::from(peak) <= ceiling),
                "{letter:?}"
            );
        }
        assert!(speak("", Voice::PLAYER).is_empty());
    }

    #[test]
    fn slower_voice_takes_longer() {
        let slow = Voice {
            slowness: 1.5,
            ..Voice::PLAYER
        };
        let [slow, usual] = [slow, Voice::PLAYER].map(|voice| seconds(&speak("mead", voice)));
        assert!((slow - usual - 4.0 * 0.02).abs() < 0.001, "{slow}, {usual}");
    }
}
