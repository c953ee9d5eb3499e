//! Speech to text.
//!
//! The recognizer does not understand speech: it knows the recordings of this example. It compares
//! the sound of an utterance (length, loudness over time, zero crossings) with every line of the
//! transcripts, and returns the words of the nearest line.

use glyph_runtime::instrument_stage;
use thiserror::Error;

use crate::audio::{SAMPLE_RATE, level_dbfs, seconds};
use crate::network::{Network, ProviderFault};
use crate::recordings::{Line, Recording};
use crate::telemetry::stage;

/// Slices of a fingerprint.
const SLICES: usize = 24;
/// Maximum distance of two utterances that count as equal. A line that the detector cut is within
/// 0.15 of its transcript. Two different lines are at least 1.0 apart.
const FURTHEST: f64 = 0.4;
/// Minimum length of an utterance that has a fingerprint.
const SHORTEST_SECONDS: f64 = 0.1;

/// Errors of the recognizer.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(crate) enum SttError {
    #[error(transparent)]
    Provider(#[from] ProviderFault),
    #[error("the words were not understood")]
    Unintelligible,
}

/// The words of an utterance and their speaker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Transcript {
    pub(crate) speaker: String,
    pub(crate) words: String,
}

/// The sound of every line of the recordings.
#[derive(Debug)]
pub(crate) struct Recognizer {
    known: Vec<(Fingerprint, Transcript)>,
}

impl Recognizer {
    /// Returns a recognizer for the lines of `recordings`, cut as their transcripts say.
    pub(crate) fn new(recordings: &[Recording]) -> Self {
        let learn = |recording: &Recording, line: &Line| {
            let said = recording
                .audio
                .get(sample_at(line.start)..sample_at(line.end))?;
            let transcript = Transcript {
                speaker: line.speaker.clone(),
                words: line.words.clone(),
            };
            Some((Fingerprint::of(said)?, transcript))
        };
        let known = recordings
            .iter()
            .flat_map(|recording| {
                recording
                    .lines
                    .iter()
                    .filter_map(|line| learn(recording, line))
            })
            .collect();
        Self { known }
    }

    /// Returns the words of `audio` from the provider.
    #[instrument_stage(stage::stt, labels(provider = "deepgram"))]
    pub(crate) async fn transcribe(
        &self,
        network: &Network,
        audio: &[i16],
    ) -> Result<Transcript, SttError> {
        network.call(20..=45).await?;
        self.look_up(audio).cloned().ok_or(SttError::Unintelligible)
    }

    fn look_up(&self, audio: &[i16]) -> Option<&Transcript> {
        let heard = Fingerprint::of(audio)?;
        let (distance, nearest) = self
            .known
            .iter()
            .map(|(known, transcript)| (known.distance(&heard), transcript))
            .min_by(|(one, _), (other, _)| one.total_cmp(other))?;
        (distance <= FURTHEST).then_some(nearest)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "float casts saturate, and recordings are short"
)]
fn sample_at(second: f64) -> usize {
    (second * f64::from(SAMPLE_RATE)) as usize
}

/// The sound of an utterance, independent of its volume.
#[derive(Debug)]
struct Fingerprint {
    seconds: f64,
    slices: Vec<Slice>,
}

#[derive(Debug)]
struct Slice {
    /// Relative to the mean of all slices, in units of 20 dB.
    level: f64,
    /// Fraction of adjacent samples between which the wave changes sign.
    crossings: f64,
}

impl Fingerprint {
    /// Returns the fingerprint of the sound without the quiet parts at both ends.
    fn of(audio: &[i16]) -> Option<Self> {
        let audio = trim(audio);
        let seconds = seconds(audio);
        if seconds < SHORTEST_SECONDS {
            return None;
        }
        let parts = || audio.chunks(audio.len().div_ceil(SLICES));
        let levels: Vec<f64> = parts().map(|part| level_dbfs(part) / 20.0).collect();
        let mean = mean(levels.iter().copied());
        let slices = levels
            .iter()
            .zip(parts())
            .map(|(level, part)| Slice {
                level: level - mean,
                crossings: crossings(part),
            })
            .collect();
        Some(Self { seconds, slices })
    }

    /// Returns the distance of two fingerprints: zero for equal sounds.
    fn distance(&self, other: &Self) -> f64 {
        let pairs = || self.slices.iter().zip(&other.slices);
        let level = mean(pairs().map(|(a, b)| (a.level - b.level).abs()));
        let crossings = mean(pairs().map(|(a, b)| (a.crossings - b.crossings).abs()));
        let length = (self.seconds / other.seconds).ln().abs();
        level + 5.0 * crossings + 5.0 * length
    }
}

/// Cuts both ends to the first 10 ms that are within 30 dB of the loudest part.
fn trim(audio: &[i16]) -> &[i16] {
    const STEP: usize = 160;
    let levels: Vec<f64> = audio.chunks(STEP).map(level_dbfs).collect();
    let loudest = levels.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let heard = |&level: &f64| level > loudest - 30.0;
    let first = levels.iter().position(heard).unwrap_or(0);
    let last = levels.iter().rposition(heard).unwrap_or(0);
    audio
        .get(first * STEP..((last + 1) * STEP).min(audio.len()))
        .unwrap_or_default()
}

fn crossings(part: &[i16]) -> f64 {
    mean(part.windows(2).map(|pair| match pair {
        [a, b] if (*a < 0) != (*b < 0) => 1.0,
        _ => 0.0,
    }))
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    if count > 0.0 { sum / count } else { 0.0 }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

    use super::*;
    use crate::audio::vad;
    use crate::recordings;

    fn quieter(audio: &[i16]) -> Vec<i16> {
        audio.iter().map(|sample| sample / 3).collect()
    }

    #[test]
    fn every_recorded_utterance_is_recognized_at_any_volume() {
        let recordings = recordings::load().unwrap();
        let recognizer = Recognizer::new(&recordings);
        for recording in &recordings {
            let heard = vad::utterances(&recording.audio);
            assert_eq!(heard.len(), recording.lines.len());
            for (line, utterance) in recording.lines.iter().zip(heard) {
                let said = Transcript {
                    speaker: line.speaker.clone(),
                    words: line.words.clone(),
                };
                assert_eq!(recognizer.look_up(&utterance.samples), Some(&said));
                assert_eq!(
                    recognizer.look_up(&quieter(&utterance.samples)),
                    Some(&said)
                );
            }
        }
    }

    #[test]
    fn no_two_lines_sound_alike() {
        let known = Recognizer::new(&recordings::load().unwrap()).known;
        for (index, (one, _)) in known.iter().enumerate() {
            for (other, _) in known.iter().skip(index + 1) {
                assert!(
                    one.distance(other) > 2.0 * FURTHEST,
                    "{}",
                    one.distance(other)
                );
            }
        }
    }

    #[test]
    fn unrecorded_audio_is_not_understood() {
        let recordings = recordings::load().unwrap();
        let recognizer = Recognizer::new(&recordings);
        let mut rng = fastrand::Rng::with_seed(5);
        let noise: Vec<i16> = (0..40_000).map(|_| rng.i16(-9000..9000)).collect();
        let heard = vad::utterances(&recordings.first().unwrap().audio);
        let said = &heard.first().unwrap().samples;
        let backwards: Vec<i16> = said.iter().rev().copied().collect();
        let (half, _) = said.split_at(said.len() / 2);
        let silence = vec![0; 16_000];
        for audio in [noise.as_slice(), &backwards, half, &silence, &[1; 100], &[]] {
            assert_eq!(recognizer.look_up(audio), None);
        }
    }
}
