//! The sessions of the example: scripts, which the synthesizer reads aloud once.

use std::collections::BTreeSet;

use thiserror::Error;

use crate::audio::SAMPLE_RATE;
use crate::audio::synth::Voice;
use crate::audio::vad;
use crate::conversation::Spoken;
use crate::npc::{self, Npc};
use crate::speech::{Speech, SpeechError};

/// Samples before the first line, and between two: 0.7 s and 0.9 s.
const LEAD: usize = SAMPLE_RATE as usize * 7 / 10;
const PAUSE: usize = SAMPLE_RATE as usize * 9 / 10;
/// The loudest sample of the noise of a room.
const ROOM: i16 = 12;

const SCRIPTS: [(&str, &Npc, &str); 3] = [
    (
        "tavern",
        &npc::BARTENDER,
        include_str!("recordings/tavern.tsv"),
    ),
    ("gate", &npc::GUARD, include_str!("recordings/gate.tsv")),
    ("study", &npc::SAGE, include_str!("recordings/study.tsv")),
];

/// A session of players with one character.
#[derive(Debug)]
pub(crate) struct Recording {
    pub(crate) session: &'static str,
    pub(crate) npc: &'static Npc,
    /// The microphone of each player.
    pub(crate) tracks: Vec<Track>,
}

/// The audio of the microphone of a player.
#[derive(Debug)]
pub(crate) struct Track {
    pub(crate) speaker: String,
    pub(crate) audio: Vec<i16>,
}

/// Errors of reading a script aloud.
#[derive(Debug, Error)]
pub(crate) enum RecordingError {
    #[error("line {line} of {session} is not `speaker <tab> words`")]
    Line { session: &'static str, line: usize },
    #[error(transparent)]
    Speech(#[from] SpeechError),
}

/// Reads all sessions aloud.
pub(crate) async fn record(speech: &Speech) -> Result<Vec<Recording>, RecordingError> {
    let mut recordings = Vec::new();
    for (session, npc, script) in SCRIPTS {
        let tracks = read(speech, session, script).await?;
        recordings.push(Recording {
            session,
            npc,
            tracks,
        });
    }
    Ok(recordings)
}

async fn read(
    speech: &Speech,
    session: &'static str,
    script: &str,
) -> Result<Vec<Track>, RecordingError> {
    let mut spoken = Vec::new();
    for (line, text) in (1..).zip(script.lines()) {
        let (speaker, words) = text
            .split_once('\t')
            .ok_or(RecordingError::Line { session, line })?;
        spoken.push((speaker, speech.speak(words, Voice::PLAYER).await?));
    }
    let speakers: BTreeSet<_> = spoken.iter().map(|(speaker, _)| *speaker).collect();
    let track = |(seed, speaker): (u64, &str)| Track {
        speaker: speaker.to_owned(),
        audio: track(speaker, &spoken, seed),
    };
    Ok((0..).zip(speakers).map(track).collect())
}

/// Returns the lines of one speaker, with the noise of a room while others speak.
fn track(speaker: &str, spoken: &[(&str, Vec<i16>)], seed: u64) -> Vec<i16> {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut audio = vec![0; LEAD];
    for (of, speech) in spoken {
        if *of == speaker {
            audio.extend(speech);
        } else {
            audio.extend(std::iter::repeat_n(0, speech.len()));
        }
        audio.extend(std::iter::repeat_n(0, PAUSE));
    }
    for sample in &mut audio {
        *sample = sample.saturating_add(rng.i16(-ROOM..=ROOM));
    }
    audio
}

impl Recording {
    /// Returns the utterances of all players, in their order.
    pub(crate) fn utterances(&self) -> Vec<Spoken> {
        let of_track = |track: &Track| {
            let speaker = track.speaker.clone();
            let found = vad::utterances(&track.audio).into_iter();
            found.map(move |utterance| (utterance.start, Spoken::new(&speaker, utterance)))
        };
        let mut found: Vec<_> = self.tracks.iter().flat_map(of_track).collect();
        found.sort_by_key(|(start, _)| *start);
        found.into_iter().map(|(_, spoken)| spoken).collect()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

    use super::*;
    use crate::audio;

    #[tokio::test]
    async fn every_line_is_detected_and_recognized_in_its_order() {
        for (recording, (.., script)) in
            record(&Speech::Embedded).await.unwrap().iter().zip(SCRIPTS)
        {
            let heard = recording.utterances();
            let heard = heard.iter().map(|spoken| {
                let words = audio::recognize(&spoken.audio).unwrap();
                format!("{}\t{words}\n", spoken.speaker)
            });
            assert_eq!(heard.collect::<String>(), script);
        }
    }

    #[tokio::test]
    async fn players_have_one_track_each() {
        let recordings = record(&Speech::Embedded).await.unwrap();
        let counts: Vec<_> = recordings.iter().map(|it| it.tracks.len()).collect();
        assert_eq!(counts, [2, 1, 2]);
    }

    #[tokio::test]
    async fn malformed_script_is_reported_with_its_line() {
        let error = read(&Speech::Embedded, "gate", "tobin\tHi.\nHo.\n")
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "line 2 of gate is not `speaker <tab> words`"
        );
    }
}
