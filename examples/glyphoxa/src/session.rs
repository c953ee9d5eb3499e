//! A voice session: players speak, a character answers.

use std::pin::pin;

use tokio::sync::mpsc;
use tokio::time::interval;
use tracing::Instrument;

use crate::audio::vad::Detector;
use crate::audio::{FRAME, FRAME_SAMPLES};
use crate::conversation::{Answer, Conversation, Place, Spoken, TurnError};
use crate::recordings::{Recording, Track};
use crate::stop::Stop;

/// Capacity of the queue of utterances. If it is full, the microphone waits.
const WAITING_UTTERANCES: usize = 4;

/// The turns of a session.
pub(crate) type Turns = Vec<Result<Answer, TurnError>>;

/// Plays `recording` at `speed`, as one trace, until its end or the stop. A failed turn does not end the
/// session, the end of the worker does, and what was said before the stop is answered.
pub(crate) async fn play(place: &Place, recording: &Recording, speed: f64, stop: &Stop) -> Turns {
    let (session, npc) = (recording.session, recording.npc.id);
    let span = tracing::info_span!("session", session, npc);
    let played = async {
        let participants = recording.tracks.len();
        tracing::info!(participants, "session begins");
        let turns = match place.open(session, recording.npc, participants).await {
            Ok(conversation) => Box::pin(hold(conversation, recording, speed, stop)).await,
            Err(error) => vec![Err(error)],
        };
        let unanswered = turns.iter().filter(|turn| turn.is_err()).count();
        tracing::info!(turns = turns.len(), unanswered, "session ends");
        turns
    };
    played.instrument(span).await
}

async fn hold(
    mut conversation: Conversation,
    recording: &Recording,
    speed: f64,
    stop: &Stop,
) -> Turns {
    let (heard, mut utterances) = mpsc::channel(WAITING_UTTERANCES);
    let converse = async {
        let mut turns = Vec::new();
        while let Some(spoken) = utterances.recv().await {
            let answer = conversation.say(spoken).await;
            if let Err(error) = &answer {
                tracing::warn!(%error, "utterance not answered");
            }
            let is_over = matches!(answer, Err(TurnError::Worker(_)));
            turns.push(answer);
            if is_over {
                break;
            }
        }
        // The microphones stop with the conversation.
        drop(utterances);
        turns
    };
    let listen = listen(&recording.tracks, speed, heard, stop.clone());
    let ((), turns) = tokio::join!(listen, converse);
    turns
}

/// Plays the microphones of all players at one clock: sends audio frame by frame, and forwards each
/// utterance after its end.
async fn listen(tracks: &[Track], speed: f64, heard: mpsc::Sender<Spoken>, stop: Stop) {
    let mut detectors: Vec<_> = tracks.iter().map(|_| Detector::default()).collect();
    let mut clock = interval(FRAME.div_f64(speed));
    let mut stopped = pin!(stop.wait());
    let samples = tracks.iter().map(|track| track.audio.len()).max();
    for start in (0..samples.unwrap_or_default()).step_by(FRAME_SAMPLES) {
        tokio::select! {
            _ = clock.tick() => {}
            () = &mut stopped => break,
        }
        for (track, detector) in tracks.iter().zip(&mut detectors) {
            let rest = track.audio.get(start..).unwrap_or_default();
            let frame = rest.chunks(FRAME_SAMPLES).next().unwrap_or_default();
            if let Some(utterance) = detector.push(frame)
                && heard
                    .send(Spoken::new(&track.speaker, utterance))
                    .await
                    .is_err()
            {
                return;
            }
        }
    }
    for (track, mut detector) in tracks.iter().zip(detectors) {
        if let Some(utterance) = detector.finish() {
            // The receiver is gone, so the utterance is not needed.
            let _ = heard.send(Spoken::new(&track.speaker, utterance)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

    use super::*;
    use crate::fault::{Fault, Faults};
    use crate::process;
    use crate::recordings;
    use crate::speech::Speech;
    use crate::stages::stt::SttError;

    async fn play_all(faults: Faults) -> Vec<(Recording, Turns)> {
        let recordings = recordings::record(&Speech::Embedded).await.unwrap();
        let place = process::tests::place(faults).await;
        let (_running, stop) = Stop::pair();
        let mut played = Vec::new();
        for recording in recordings {
            let turns = play(&place, &recording, 100.0, &stop).await;
            played.push((recording, turns));
        }
        played
    }

    #[tokio::test]
    async fn every_utterance_gets_an_audio_answer() {
        for (recording, turns) in play_all(Faults::default()).await {
            let said = recording.utterances();
            assert_eq!(turns.len(), said.len());
            for (spoken, turn) in said.iter().zip(turns) {
                let answer = turn.unwrap();
                assert_eq!(answer.speaker, spoken.speaker);
                assert_eq!(crate::audio::recognize(&answer.audio), Some(answer.reply));
            }
        }
    }

    #[tokio::test]
    async fn failed_provider_loses_the_turn_and_not_the_session() {
        for (recording, turns) in play_all(Faults::new(Some(Fault::Stt), 0.0)).await {
            assert_eq!(turns.len(), recording.utterances().len());
            let is_lost =
                |turn: &Result<_, _>| matches!(turn, Err(TurnError::Stt(SttError::Silence)));
            assert!(turns.iter().all(is_lost));
        }
    }

    #[tokio::test]
    async fn stopped_session_answers_what_it_heard() {
        let recordings = recordings::record(&Speech::Embedded).await.unwrap();
        let place = process::tests::place(Faults::default()).await;
        let (running, stop) = Stop::pair();
        drop(running);
        for recording in recordings {
            let turns = play(&place, &recording, 1.0, &stop).await;
            assert!(turns.iter().all(Result::is_ok));
        }
    }
}
