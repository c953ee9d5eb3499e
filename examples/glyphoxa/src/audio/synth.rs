//! A small formant synthesizer: one sound for each letter.
//!
//! A buzz (the vocal cords) or a hiss (breath) goes through two resonators (the mouth). The
//! synthesizer reads letters instead of phonemes, so it sounds like a toy that reads English badly.
//! It is real audio nonetheless, with the length and shape of speech.

use std::f64::consts::PI;

use fastrand::Rng;

use super::SAMPLE_RATE;

/// The loudest sample, as a fraction of full scale.
const CEILING: f64 = 0.8;
const RATE: f64 = SAMPLE_RATE as f64;

/// Pitch and pace of a speaker.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Voice {
    pub(crate) pitch_hz: f64,
    /// Factor on the duration of each sound. Default: 1.0.
    pub(crate) slowness: f64,
}

/// The sound of one letter.
#[derive(Clone, Copy)]
struct Sound {
    buzz: f64,
    hiss: f64,
    formants_hz: [f64; 2],
    seconds: f64,
}

const fn vowel(first: f64, second: f64) -> Sound {
    Sound {
        buzz: 1.0,
        hiss: 0.02,
        formants_hz: [first, second],
        seconds: 0.085,
    }
}

const fn hum(first: f64, second: f64) -> Sound {
    Sound {
        buzz: 0.5,
        hiss: 0.01,
        formants_hz: [first, second],
        seconds: 0.055,
    }
}

const fn breath(buzz: f64, first: f64, second: f64) -> Sound {
    Sound {
        buzz,
        hiss: 0.6,
        formants_hz: [first, second],
        seconds: 0.07,
    }
}

const fn burst(buzz: f64, first: f64, second: f64) -> Sound {
    Sound {
        buzz,
        hiss: 0.9,
        formants_hz: [first, second],
        seconds: 0.025,
    }
}

const fn pause(seconds: f64) -> Sound {
    Sound {
        buzz: 0.0,
        hiss: 0.0,
        formants_hz: [500.0, 1500.0],
        seconds,
    }
}

fn sound(letter: char) -> Sound {
    match letter.to_ascii_lowercase() {
        'a' => vowel(730.0, 1090.0),
        'e' => vowel(530.0, 1840.0),
        'i' | 'y' => vowel(300.0, 2290.0),
        'o' => vowel(570.0, 840.0),
        'u' | 'w' => vowel(320.0, 870.0),
        'l' => hum(400.0, 1100.0),
        'm' => hum(250.0, 1000.0),
        'n' => hum(250.0, 1500.0),
        'r' => hum(450.0, 1250.0),
        'f' | 'h' => breath(0.0, 1200.0, 4500.0),
        's' | 'x' | 'c' => breath(0.0, 4500.0, 6200.0),
        'v' => breath(0.5, 1200.0, 4500.0),
        'z' | 'j' => breath(0.5, 4000.0, 5500.0),
        'b' | 'd' | 'g' => burst(0.7, 600.0, 1800.0),
        'k' | 'p' | 'q' | 't' => burst(0.0, 1500.0, 3500.0),
        '.' | '!' | '?' | ':' => pause(0.25),
        ',' | ';' => pause(0.15),
        _ => pause(0.06),
    }
}

/// Reads `text` aloud. The work is proportional to its length, so the caller must limit it.
pub(crate) fn speak(text: &str, voice: Voice) -> Vec<i16> {
    let mut mouth = Mouth {
        voice,
        phase: 0.0,
        resonators: [Resonator::default(); 2],
        rng: Rng::with_seed(1),
    };
    let mut samples = Vec::new();
    for character in text.chars() {
        match digit(character) {
            Some(word) => word
                .chars()
                .for_each(|letter| mouth.utter(sound(letter), &mut samples)),
            None => mouth.utter(sound(character), &mut samples),
        }
    }
    samples
}

fn digit(character: char) -> Option<&'static str> {
    const WORDS: [&str; 10] = [
        "zero ", "one ", "two ", "three ", "four ", "five ", "six ", "seven ", "eight ", "nine ",
    ];
    let value = usize::try_from(character.to_digit(10)?).ok()?;
    WORDS.get(value).copied()
}

struct Mouth {
    voice: Voice,
    /// Position of the vocal cords in their cycle, from 0 to 1.
    phase: f64,
    resonators: [Resonator; 2],
    rng: Rng,
}

impl Mouth {
    fn utter(&mut self, sound: Sound, samples: &mut Vec<i16>) {
        for (resonator, hz) in self.resonators.iter_mut().zip(sound.formants_hz) {
            resonator.tune(hz);
        }
        let step = 1.0 / (sound.seconds * self.voice.slowness * RATE);
        let mut progress = 0.0;
        while progress < 1.0 {
            // Rounded ends prevent clicks between adjacent sounds.
            let envelope = (PI * progress).sin().sqrt();
            let mut signal = envelope * (sound.buzz * self.cords() + sound.hiss * self.breath());
            for resonator in &mut self.resonators {
                signal = resonator.pass(signal);
            }
            samples.push(to_sample(signal));
            progress += step;
        }
    }

    /// Returns a sawtooth, which has every harmonic of the pitch.
    fn cords(&mut self) -> f64 {
        self.phase = (self.phase + self.voice.pitch_hz / RATE).fract();
        1.0 - 2.0 * self.phase
    }

    fn breath(&mut self) -> f64 {
        self.rng.f64() * 2.0 - 1.0
    }
}

/// A two-pole resonator with a gain of one at 0 Hz.
#[derive(Clone, Copy, Default)]
struct Resonator {
    gain: f64,
    feedback: [f64; 2],
    past: [f64; 2],
}

impl Resonator {
    const BANDWIDTH_HZ: f64 = 120.0;

    fn tune(&mut self, hz: f64) {
        let radius = (-PI * Self::BANDWIDTH_HZ / RATE).exp();
        self.feedback = [
            2.0 * radius * (2.0 * PI * hz / RATE).cos(),
            -radius * radius,
        ];
        self.gain = 1.0 - self.feedback.iter().sum::<f64>();
    }

    fn pass(&mut self, signal: f64) -> f64 {
        let [last, before] = self.past;
        let [near, far] = self.feedback;
        let out = self.gain * signal + near * last + far * before;
        self.past = [out, last];
        out
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the hyperbolic tangent stays within one"
)]
fn to_sample(signal: f64) -> i16 {
    (signal.tanh() * CEILING * f64::from(i16::MAX)) as i16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{SILENCE_DBFS, level_dbfs, seconds};

    const VOICE: Voice = Voice {
        pitch_hz: 110.0,
        slowness: 1.0,
    };

    fn peak(samples: &[i16]) -> u16 {
        samples
            .iter()
            .map(|sample| sample.unsigned_abs())
            .max()
            .unwrap_or(0)
    }

    #[test]
    fn sentence_is_audible_and_never_clips() {
        let speech = speak("Good evening. Two dice, then: 2d6+1!", VOICE);
        assert!(
            (1.0..6.0).contains(&seconds(&speech)),
            "{} s",
            seconds(&speech)
        );
        assert!(level_dbfs(&speech) > -30.0);
        assert!(f64::from(peak(&speech)) <= CEILING * f64::from(i16::MAX));
    }

    #[test]
    fn every_letter_and_digit_is_audible_and_bounded() {
        for character in ('a'..='z').chain('0'..='9') {
            let speech = speak(&character.to_string(), VOICE);
            assert!(
                level_dbfs(&speech) > -45.0,
                "{character}: {} dB",
                level_dbfs(&speech)
            );
            assert!(
                f64::from(peak(&speech)) <= CEILING * f64::from(i16::MAX),
                "{character}"
            );
        }
    }

    #[test]
    fn pauses_are_silent_and_empty_text_has_no_samples() {
        assert!((level_dbfs(&speak(" ", VOICE)) - SILENCE_DBFS).abs() < f64::EPSILON);
        assert!(speak("", VOICE).is_empty());
    }

    #[test]
    fn the_voice_changes_pitch_and_pace() {
        let slow = speak(
            "mead",
            Voice {
                slowness: 2.0,
                ..VOICE
            },
        );
        let usual = speak("mead", VOICE);
        assert!((seconds(&slow) / seconds(&usual) - 2.0).abs() < 0.01);
        assert_ne!(
            speak(
                "mead",
                Voice {
                    pitch_hz: 220.0,
                    ..VOICE
                }
            ),
            usual
        );
    }

    #[test]
    fn same_words_make_the_same_sound() {
        assert_eq!(speak("halt", VOICE), speak("halt", VOICE));
    }
}
