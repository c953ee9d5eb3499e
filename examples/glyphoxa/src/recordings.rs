//! The recorded sessions of the example, made by `recordings/make.sh`.

use std::collections::BTreeSet;

use thiserror::Error;

use crate::audio::wav::{self, WavError};
use crate::npc::{self, Npc};

/// A session of players with one character.
#[derive(Debug)]
pub(crate) struct Recording {
    pub(crate) session: &'static str,
    pub(crate) npc: &'static Npc,
    pub(crate) audio: Vec<i16>,
    pub(crate) lines: Vec<Line>,
}

/// One line of a transcript: speaker, time and words.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    /// Seconds from the start of the recording.
    pub(crate) start: f64,
    pub(crate) end: f64,
    pub(crate) speaker: String,
    pub(crate) words: String,
}

/// Errors of loading a recording.
#[derive(Debug, Error)]
pub(crate) enum RecordingError {
    #[error("recording {session}: {source}")]
    Audio {
        session: &'static str,
        source: WavError,
    },
    #[error(
        "transcript of {session}: line {line} is not `start <tab> end <tab> speaker <tab> words`"
    )]
    Line { session: &'static str, line: usize },
}

/// Returns all recordings.
pub(crate) fn load() -> Result<Vec<Recording>, RecordingError> {
    Ok(vec![
        Recording::read(
            "tavern",
            &npc::BARTENDER,
            include_bytes!("recordings/tavern.wav"),
            include_str!("recordings/tavern.tsv"),
        )?,
        Recording::read(
            "gate",
            &npc::GUARD,
            include_bytes!("recordings/gate.wav"),
            include_str!("recordings/gate.tsv"),
        )?,
        Recording::read(
            "study",
            &npc::SAGE,
            include_bytes!("recordings/study.wav"),
            include_str!("recordings/study.tsv"),
        )?,
    ])
}

impl Recording {
    fn read(
        session: &'static str,
        npc: &'static Npc,
        audio: &[u8],
        transcript: &str,
    ) -> Result<Self, RecordingError> {
        let audio =
            wav::decode(audio).map_err(|source| RecordingError::Audio { session, source })?;
        let line = |(line, text)| {
            parse(text).ok_or(RecordingError::Line {
                session,
                line: line + 1,
            })
        };
        let lines = transcript
            .lines()
            .enumerate()
            .map(line)
            .collect::<Result<_, _>>()?;
        Ok(Self {
            session,
            npc,
            audio,
            lines,
        })
    }

    /// Returns the players in the recording.
    pub(crate) fn participants(&self) -> BTreeSet<&str> {
        self.lines
            .iter()
            .map(|line| line.speaker.as_str())
            .collect()
    }
}

fn parse(line: &str) -> Option<Line> {
    let mut columns = line.split('\t');
    let start: f64 = columns.next()?.parse().ok()?;
    let end: f64 = columns.next()?.parse().ok()?;
    let (speaker, words) = (columns.next()?.to_owned(), columns.next()?.to_owned());
    let sound = start >= 0.0 && end > start && columns.next().is_none();
    sound.then_some(Line {
        start,
        end,
        speaker,
        words,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

    use super::*;
    use crate::audio::{SAMPLE_RATE, vad};

    #[test]
    fn every_transcribed_utterance_is_detected_at_its_time() {
        for recording in load().unwrap() {
            let heard = vad::utterances(&recording.audio);
            assert_eq!(heard.len(), recording.lines.len(), "{}", recording.session);
            for (line, utterance) in recording.lines.iter().zip(&heard) {
                let second = |samples: usize| {
                    f64::from(u32::try_from(samples).unwrap()) / f64::from(SAMPLE_RATE)
                };
                let start = second(utterance.start);
                let end = second(utterance.start + utterance.samples.len());
                assert!((start - line.start).abs() < 0.2, "{start} for {line:?}");
                assert!((end - line.end).abs() < 0.2, "{end} for {line:?}");
            }
        }
    }

    #[test]
    fn participants_are_counted_once() {
        let counts: Vec<_> = load()
            .unwrap()
            .iter()
            .map(|r| r.participants().len())
            .collect();
        assert_eq!(counts, [2, 1, 2]);
    }

    #[test]
    fn malformed_transcript_is_reported_with_its_line() {
        let wav = include_bytes!("recordings/gate.wav");
        for bad in [
            "0.1\t0.2\ttobin",
            "0.2\t0.1\ttobin\thi",
            "x\t0.1\ttobin\thi",
            "0\t1\ta\tb\tc",
        ] {
            let transcript = format!("0.0\t0.1\ttobin\thi\n{bad}\n");
            let error = Recording::read("gate", &npc::GUARD, wav, &transcript).unwrap_err();
            assert!(
                matches!(error, RecordingError::Line { line: 2, .. }),
                "{bad}: {error}"
            );
        }
    }
}
