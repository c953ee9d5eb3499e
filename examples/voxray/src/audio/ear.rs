//! An ear that reads the tones of a voice from samples alone.

use std::f64::consts::TAU;

use super::voice::{OVER, high_tone, low_tone};
use super::{FRAME, LOUD, RATE, g711};

/// Samples of a window: one period of the distance between two tones.
const WINDOW: usize = 80;
/// The least share of a window's energy that belongs to each of its two tones.
const SHARE: f64 = 0.25;
/// Quiet samples in a row that end a sound.
const PAUSE: usize = 20;

/// What an ear understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// A word, with the space after it.
    Word(String),
    /// The end of an utterance.
    Over,
}

/// Reads a sound that comes in pieces of any length.
#[derive(Debug)]
pub(crate) struct Ear {
    /// Where in a frame the windows begin that are read.
    windows: &'static [usize],
    samples: Vec<i16>,
    /// Whether the samples begin with a frame of speech.
    is_in_speech: bool,
    word: Vec<u8>,
}

impl Ear {
    /// An ear that reads each frame three times.
    pub(crate) const fn careful() -> Self {
        Self::reading(&[20, 40, 60])
    }

    /// An ear that reads each frame once.
    pub(crate) const fn quick() -> Self {
        Self::reading(&[40])
    }

    const fn reading(windows: &'static [usize]) -> Self {
        Self {
            windows,
            samples: Vec::new(),
            is_in_speech: false,
            word: Vec::new(),
        }
    }

    /// Returns what is understood with this piece of sound.
    pub(crate) fn hear(&mut self, sound: &[u8]) -> Vec<Heard> {
        let samples = sound.iter().copied().map(g711::decode);
        self.samples.extend(samples);
        let mut heard = Vec::new();
        while self.find_speech() {
            let Some(frame) = self.samples.get(..FRAME) else {
                break;
            };
            if let Some(byte) = self.read(frame) {
                self.samples.drain(..FRAME);
                self.take(byte, &mut heard);
            } else {
                let skipped = end_of_sound(frame);
                self.samples.drain(..skipped);
                self.is_in_speech = false;
                self.end_word(&mut heard);
            }
        }
        heard
    }

    /// Drops the quiet samples before speech. Returns whether there is speech.
    fn find_speech(&mut self) -> bool {
        if !self.is_in_speech {
            let is_loud = |sample: &i16| sample.unsigned_abs() >= LOUD;
            let begin = self.samples.iter().position(is_loud);
            self.is_in_speech = begin.is_some();
            self.samples.drain(..begin.unwrap_or(self.samples.len()));
        }
        self.is_in_speech
    }

    /// Returns the byte of a frame, if its windows have two clear tones.
    fn read(&self, frame: &[i16]) -> Option<u8> {
        let windows = self.windows.iter();
        let windows = windows.filter_map(|begin| frame.get(*begin..)?.get(..WINDOW));
        let windows: Vec<_> = windows.collect();
        let energy: f64 = windows
            .iter()
            .copied()
            .flatten()
            .map(|sample| square(*sample))
            .sum();
        let least = energy * SHARE;
        if energy == 0.0 {
            return None;
        }
        let half = |tone: fn(u8) -> u32| {
            let powers = (0..16).map(|half| (half, power(&windows, tone(half))));
            let (half, power) = powers.max_by(|(_, one), (_, other)| one.total_cmp(other))?;
            (power >= least).then_some(half)
        };
        Some(half(low_tone)? | half(high_tone)? << 4)
    }

    fn take(&mut self, byte: u8, heard: &mut Vec<Heard>) {
        match byte {
            OVER => {
                self.end_word(heard);
                heard.push(Heard::Over);
            }
            b' ' => {
                self.word.push(byte);
                self.end_word(heard);
            }
            _ => self.word.push(byte),
        }
    }

    fn end_word(&mut self, heard: &mut Vec<Heard>) {
        if !self.word.is_empty() {
            let word = String::from_utf8_lossy(&self.word).into_owned();
            self.word.clear();
            heard.push(Heard::Word(word));
        }
    }
}

/// Returns the number of samples before a pause, or all.
fn end_of_sound(frame: &[i16]) -> usize {
    let is_quiet = |window: &[i16]| window.iter().all(|sample| sample.unsigned_abs() < LOUD);
    let pause = frame.windows(PAUSE).position(is_quiet);
    pause.unwrap_or(frame.len())
}

fn square(sample: i16) -> f64 {
    f64::from(sample) * f64::from(sample)
}

/// Returns the energy of one tone in all windows, by Goertzel's recurrence.
fn power(windows: &[&[i16]], hertz: u32) -> f64 {
    let factor = 2.0 * (TAU * f64::from(hertz) / f64::from(RATE)).cos();
    let of_window = |window: &&[i16]| {
        let (mut one, mut two) = (0.0, 0.0);
        for sample in *window {
            (one, two) = (f64::from(*sample) + factor * one - two, one);
        }
        one * one + two * two - factor * one * two
    };
    // A tone alone in a window has the power n / 2 times the energy.
    windows.iter().map(of_window).sum::<f64>() / 40.0
}

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "a missing word fails the test")]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::audio::voice::Voice;

    fn said(voice: Voice, text: &str) -> Vec<u8> {
        let mut sound = voice.speak(text).concat();
        sound.extend(voice.over());
        sound
    }

    /// Returns the text, and how often an utterance ended.
    fn understood(mut ear: Ear, sound: &[u8], piece: usize) -> (String, usize) {
        let (mut text, mut ends) = (String::new(), 0);
        for piece in sound.chunks(piece) {
            for heard in ear.hear(piece) {
                match heard {
                    Heard::Word(word) => text.push_str(&word),
                    Heard::Over => ends += 1,
                }
            }
        }
        (text, ends)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn each_text_is_understood_at_any_time(
            text in "[ -~]{1,24}|\\PC{1,8}",
            quiet in 0_usize..700,
            piece in 1_usize..400,
            is_loud: bool,
            is_careful: bool,
        ) {
            let voice = if is_loud { Voice::LOUD } else { Voice::SOFT };
            let ear = if is_careful { Ear::careful() } else { Ear::quick() };
            let mut sound = vec![0xff; quiet];
            sound.extend(said(voice, &text));
            sound.extend(vec![0xff; 333]);
            sound.extend(said(voice, &text));
            prop_assert_eq!(understood(ear, &sound, piece), (text.repeat(2), 2));
        }

        #[test]
        fn noise_is_no_text(samples in prop::collection::vec(any::<i16>(), 0..1_000), shift in 0_u32..16) {
            let sound: Vec<_> = samples.iter().map(|it| g711::encode(it >> shift)).collect();
            prop_assert_eq!(understood(Ear::careful(), &sound, 160), (String::new(), 0));
        }

        #[test]
        fn shuffled_sound_is_the_shuffled_text(text in "[a-z]{2,20}", seed: u64) {
            let mut frames: Vec<_> = Voice::LOUD.speak(&text).into_iter().zip(text.chars()).collect();
            let mut state = seed | 1;
            for at in (1..frames.len()).rev() {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                frames.swap(at, usize::try_from(state >> 33).unwrap() % (at + 1));
            }
            let sound: Vec<_> = frames.iter().map(|(frame, _)| frame.clone()).collect();
            let expected: String = frames.iter().map(|(_, letter)| *letter).collect();
            let mut sound = sound.concat();
            sound.extend([0xff; 160]);
            prop_assert_eq!(understood(Ear::careful(), &sound, 160), (expected, 0));
        }
    }

    #[test]
    fn silence_is_no_text() {
        assert_eq!(
            understood(Ear::careful(), &[0xff; 8_000], 160),
            (String::new(), 0)
        );
        assert!(Ear::quick().hear(&[]).is_empty());
    }

    #[test]
    fn words_come_one_by_one() {
        let mut ear = Ear::careful();
        let words: Vec<_> = said(Voice::LOUD, "two words")
            .chunks(FRAME)
            .map(|frame| ear.hear(frame))
            .collect();
        assert_eq!(words[3], [Heard::Word("two ".to_owned())]);
        assert_eq!(words[9], [Heard::Word("words".to_owned()), Heard::Over]);
        let of_others: usize = words.iter().map(Vec::len).sum();
        assert_eq!(of_others, 3);
    }
}
