//! The embedded recognizer: it finds the tones of [`synth`](super::synth) in samples, and knows nothing
//! else. It needs no start, no volume and no pace: loud parts between pauses are measured one by one.

use std::f64::consts::TAU;

use super::{SAMPLE_RATE, tones};

/// Samples of which the energy is measured at a time: 2.5 ms.
const BLOCK: usize = 40;
/// Blocks of the shortest sound.
const SHORTEST: usize = 6;
/// A loud block, relative to the loudest one: 20 dB below.
const LOUD: f64 = 0.01;
/// The energy of a sample below which all is silence.
const SILENCE: f64 = 400.0;
/// How much of the energy of a sound its two tones have, and each of them.
const LEAST_OF_BOTH: f64 = 0.6;
const LEAST_OF_EACH: f64 = 0.2;

/// Returns the text of the samples. `None` if no sound in them is a byte.
pub(crate) fn recognize(audio: &[i16]) -> Option<String> {
    let bytes: Vec<u8> = sounds(audio).into_iter().filter_map(byte).collect();
    (!bytes.is_empty()).then(|| String::from_utf8_lossy(&bytes).into_owned())
}

/// Returns the loud parts between pauses, without their edges.
fn sounds(audio: &[i16]) -> Vec<&[i16]> {
    let energies: Vec<f64> = audio.chunks(BLOCK).map(energy).collect();
    let loudest = energies.iter().copied().fold(0.0, f64::max);
    if loudest < SILENCE {
        return Vec::new();
    }
    let runs = energies.chunk_by(|a, b| is_loud(*a, loudest) == is_loud(*b, loudest));
    let mut sounds = Vec::new();
    let mut start = 0;
    for run in runs {
        let end = start + run.len();
        let is_sound = run.first().is_some_and(|first| is_loud(*first, loudest));
        if is_sound && run.len() >= SHORTEST {
            sounds.extend(audio.get((start + 1) * BLOCK..(end - 1) * BLOCK));
        }
        start = end;
    }
    sounds
}

fn is_loud(energy: f64, loudest: f64) -> bool {
    energy > LOUD * loudest
}

/// Returns the mean of the squares.
fn energy(samples: &[i16]) -> f64 {
    let sum: f64 = samples
        .iter()
        .map(|&sample| f64::from(sample).powi(2))
        .sum();
    sum / super::count(samples).max(1.0)
}

/// Returns the byte of a sound, if nearly all of it is two tones.
fn byte(sound: &[i16]) -> Option<u8> {
    let total = energy(sound);
    let strongest = |is_lower| {
        let shares = (0..tones::VALUES)
            .map(|value| (value, share(sound, tones::hz(is_lower, value), total)));
        shares.max_by(|(_, one), (_, other)| one.total_cmp(other))
    };
    let ((upper, high), (lower, low)) = (strongest(false)?, strongest(true)?);
    let is_byte = high + low >= LEAST_OF_BOTH && high.min(low) >= LEAST_OF_EACH;
    is_byte.then_some(upper * tones::VALUES + lower)
}

/// Returns how much of the energy a tone has, by Goertzel's algorithm.
fn share(sound: &[i16], hz: f64, total: f64) -> f64 {
    let factor = 2.0 * (TAU * hz / f64::from(SAMPLE_RATE)).cos();
    let (last, before) = sound.iter().fold((0.0, 0.0), |(last, before), &sample| {
        (factor.mul_add(last, f64::from(sample) - before), last)
    });
    let power = last * last + before * before - factor * last * before;
    2.0 * power / (super::count(sound).powi(2) * total)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::audio::synth::{Voice, speak};

    fn voice(slowness: f64) -> Voice {
        Voice {
            slowness,
            ..Voice::PLAYER
        }
    }

    /// Noise of a room, of at most this amplitude.
    fn noise(length: usize, amplitude: i16, seed: u64) -> Vec<i16> {
        let mut rng = fastrand::Rng::with_seed(seed);
        (0..length)
            .map(|_| rng.i16(-amplitude..=amplitude))
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn any_text_is_recognized_at_any_volume_pace_and_place(
            text in ".{1,24}", divisor in 1_i16..30, slowness in 0.7_f64..1.6, lead in 0_usize..4000, seed: u64,
        ) {
            let mut audio = noise(lead, 300 / divisor, seed);
            let speech = speak(&text, voice(slowness));
            let speech = speech.iter().zip(noise(speech.len(), 300 / divisor, seed ^ 1));
            audio.extend(speech.map(|(sample, noise)| sample / divisor + noise));
            prop_assert_eq!(recognize(&audio), Some(text));
        }

        #[test]
        fn shuffled_samples_are_another_text(text in "[a-z ]{4,24}", seed: u64) {
            let mut audio = speak(&text, Voice::PLAYER);
            fastrand::Rng::with_seed(seed).shuffle(&mut audio);
            prop_assert_ne!(recognize(&audio), Some(text));
        }

        #[test]
        fn backwards_is_the_text_backwards(text in "[ -~]{1,24}") {
            let mut audio = speak(&text, Voice::PLAYER);
            audio.reverse();
            prop_assert_eq!(recognize(&audio), Some(text.chars().rev().collect::<String>()));
        }

        #[test]
        fn noise_alone_has_no_text(seed: u64, amplitude in 0_i16..9000) {
            prop_assert_eq!(recognize(&noise(8000, amplitude, seed)), None);
        }
    }

    #[test]
    fn silence_has_no_text() {
        assert_eq!(recognize(&[]), None);
        assert_eq!(recognize(&vec![0; 16_000]), None);
        assert_eq!(recognize(&vec![7; 16_000]), None);
    }

    #[test]
    fn shuffled_sounds_are_a_shuffled_text() {
        let [halt, mead] = ["halt", "mead"].map(|word| speak(word, Voice::PLAYER));
        assert_eq!(
            recognize(&[mead, halt].concat()).as_deref(),
            Some("meadhalt")
        );
    }
}
