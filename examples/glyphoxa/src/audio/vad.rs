//! Voice activity detection by energy.
//!
//! A frame is loud if it exceeds the noise floor by a margin. The detector learns the noise floor
//! while it listens. A few loud frames in a row begin an utterance. The utterance includes a moment
//! before them, because words begin softly. It ends after a hangover time: a shorter pause is part
//! of the utterance.

use std::collections::VecDeque;

use super::{FRAME_SAMPLES, level_dbfs};

/// Minimum distance of a loud frame from the noise floor.
const MARGIN_DB: f64 = 10.0;
/// Minimum level of speech, in a silent room too.
const QUIETEST_SPEECH_DBFS: f64 = -52.0;
/// Loud frames in a row that begin an utterance: 60 ms, longer than a click.
const ATTACK_FRAMES: usize = 3;
/// Frames kept from before the first loud frame: 100 ms.
const LEAD_FRAMES: usize = 5;
/// Quiet frames in a row that end an utterance: 500 ms, longer than the pause after a sentence.
const HANGOVER_FRAMES: usize = 25;
/// Frames kept after the last loud frame: 100 ms of the hangover time.
const TAIL_FRAMES: usize = 5;
/// Maximum length of an utterance: 15 s. It limits the memory; a longer utterance is cut.
const LONGEST_FRAMES: usize = 750;
/// Rate at which the floor rises under louder frames: 1 dB a second.
const FLOOR_RISE_DB: f64 = 0.02;
/// Part of the distance by which the floor falls to a quieter frame at once.
const FLOOR_FALL: f64 = 0.3;

/// Speech between two silences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Utterance {
    /// The first sample, counted from the start of the detector.
    pub(crate) start: usize,
    pub(crate) samples: Vec<i16>,
}

/// Finds utterances in sound that arrives frame by frame.
#[derive(Debug, Default)]
pub(crate) struct Detector {
    floor_dbfs: Option<f64>,
    heard: usize,
    state: State,
}

#[derive(Debug)]
enum State {
    Quiet {
        recent: VecDeque<i16>,
        loud_frames: usize,
    },
    Speech {
        utterance: Utterance,
        voiced: usize,
        quiet_frames: usize,
    },
}

impl Default for State {
    fn default() -> Self {
        Self::Quiet {
            recent: VecDeque::new(),
            loud_frames: 0,
        }
    }
}

impl Detector {
    /// Takes the next frame, of at most [`FRAME_SAMPLES`]. Returns the utterance that it ends.
    pub(crate) fn push(&mut self, frame: &[i16]) -> Option<Utterance> {
        let loud = self.is_loud(level_dbfs(frame));
        self.heard += frame.len();
        match &mut self.state {
            State::Quiet {
                recent,
                loud_frames,
            } => {
                recent.extend(frame);
                let surplus = recent
                    .len()
                    .saturating_sub((LEAD_FRAMES + ATTACK_FRAMES) * FRAME_SAMPLES);
                recent.drain(..surplus);
                *loud_frames = if loud { *loud_frames + 1 } else { 0 };
                if *loud_frames == ATTACK_FRAMES {
                    self.state = State::speech(recent, self.heard);
                }
                None
            }
            State::Speech {
                utterance,
                voiced,
                quiet_frames,
            } => {
                utterance.samples.extend(frame);
                if loud {
                    *voiced = utterance.samples.len();
                    *quiet_frames = 0;
                } else {
                    *quiet_frames += 1;
                }
                let full = utterance.samples.len() >= LONGEST_FRAMES * FRAME_SAMPLES;
                if full || *quiet_frames == HANGOVER_FRAMES {
                    self.finish()
                } else {
                    None
                }
            }
        }
    }

    /// Ends the input. Returns the unfinished utterance.
    pub(crate) fn finish(&mut self) -> Option<Utterance> {
        match std::mem::take(&mut self.state) {
            State::Quiet { .. } => None,
            State::Speech {
                mut utterance,
                voiced,
                ..
            } => {
                utterance
                    .samples
                    .truncate(voiced + TAIL_FRAMES * FRAME_SAMPLES);
                Some(utterance)
            }
        }
    }

    fn is_loud(&mut self, level: f64) -> bool {
        let floor = self.floor_dbfs.unwrap_or(level.min(QUIETEST_SPEECH_DBFS));
        self.floor_dbfs = Some(if level < floor {
            floor + FLOOR_FALL * (level - floor)
        } else {
            level.min(floor + FLOOR_RISE_DB)
        });
        level > QUIETEST_SPEECH_DBFS && level > floor + MARGIN_DB
    }
}

impl State {
    fn speech(recent: &mut VecDeque<i16>, heard: usize) -> Self {
        let samples = Vec::from(std::mem::take(recent));
        let voiced = samples.len();
        let utterance = Utterance {
            start: heard - voiced,
            samples,
        };
        Self::Speech {
            utterance,
            voiced,
            quiet_frames: 0,
        }
    }
}

/// Returns all utterances of a recording.
pub(crate) fn utterances(recording: &[i16]) -> Vec<Utterance> {
    let mut detector = Detector::default();
    let mut found: Vec<_> = recording
        .chunks(FRAME_SAMPLES)
        .filter_map(|frame| detector.push(frame))
        .collect();
    found.extend(detector.finish());
    found
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

    use super::*;

    /// Returns noise near the given level, the same in every run.
    fn noise(frames: usize, dbfs: f64) -> Vec<i16> {
        let mut rng = fastrand::Rng::with_seed(7);
        let peak = f64::from(i16::MAX) * 10f64.powf(dbfs / 20.0) * 3f64.sqrt();
        #[expect(clippy::cast_possible_truncation, reason = "float casts saturate")]
        let peak = peak as i16;
        (0..frames * FRAME_SAMPLES)
            .map(|_| rng.i16(-peak..=peak))
            .collect()
    }

    /// Returns sections of noise, each with a number of frames and a level, one after another.
    fn scene(stretches: &[(usize, f64)]) -> Vec<i16> {
        stretches
            .iter()
            .flat_map(|&(frames, dbfs)| noise(frames, dbfs))
            .collect()
    }

    const ROOM: f64 = -60.0;
    const VOICE: f64 = -25.0;

    #[test]
    fn quiet_room_has_no_utterances() {
        assert_eq!(utterances(&scene(&[(200, ROOM)])), []);
        assert_eq!(utterances(&vec![0; 100 * FRAME_SAMPLES]), []);
        assert_eq!(utterances(&[]), []);
    }

    #[test]
    fn utterance_includes_a_margin_around_the_speech() {
        let found = utterances(&scene(&[(50, ROOM), (40, VOICE), (50, ROOM)]));
        assert_eq!(found.len(), 1);
        let utterance = found.first().unwrap();
        assert_eq!(
            utterance.samples.len(),
            (LEAD_FRAMES + 40 + TAIL_FRAMES) * FRAME_SAMPLES
        );
    }

    #[test]
    fn only_a_long_pause_splits_an_utterance() {
        let pause_of = |frames| {
            let sound = scene(&[
                (50, ROOM),
                (30, VOICE),
                (frames, ROOM),
                (30, VOICE),
                (50, ROOM),
            ]);
            utterances(&sound).len()
        };
        assert_eq!(pause_of(HANGOVER_FRAMES - 1), 1);
        assert_eq!(pause_of(HANGOVER_FRAMES), 2);
    }

    #[test]
    fn click_is_not_an_utterance() {
        assert_eq!(
            utterances(&scene(&[
                (50, ROOM),
                (ATTACK_FRAMES - 1, VOICE),
                (50, ROOM)
            ])),
            []
        );
    }

    #[test]
    fn louder_room_raises_the_threshold() {
        let (hum, murmur) = (-45.0, -38.0);
        let quiet_room = scene(&[(50, ROOM), (40, murmur), (50, ROOM)]);
        assert_eq!(utterances(&quiet_room).len(), 1);
        let loud_room = scene(&[(50, hum - 6.0), (500, hum), (40, murmur), (50, hum)]);
        assert_eq!(utterances(&loud_room), []);
        let loud_voice = scene(&[(50, hum - 6.0), (500, hum), (40, VOICE), (50, hum)]);
        assert_eq!(utterances(&loud_voice).len(), 1);
    }

    #[test]
    fn endless_noise_is_cut_and_becomes_the_floor() {
        let found = utterances(&scene(&[(50, ROOM), (4 * LONGEST_FRAMES, VOICE)]));
        let longest = LONGEST_FRAMES * FRAME_SAMPLES;
        assert_eq!(
            found.first().map(|utterance| utterance.samples.len()),
            Some(longest)
        );
        assert_eq!(found.len(), 2, "the floor rises 25 dB within two of them");
    }

    #[test]
    fn speech_at_the_end_of_the_recording_is_kept() {
        let found = utterances(&scene(&[(50, ROOM), (40, VOICE)]));
        assert_eq!(found.len(), 1);
    }
}
