//! The HTTP API: a player speaks, a character answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};
use thiserror::Error;

use crate::audio::vad;
use crate::audio::{seconds, wav};
use crate::conversation::{Answer, Place, Spoken, TurnError};
use crate::recordings::Recording;

/// Maximum size of a recording: half a minute.
const LONGEST_BODY: usize = 1 << 20;
const WAV: &str = "audio/wav";

/// Errors of the `speak` endpoint.
#[derive(Debug, Error)]
enum SpeakError {
    #[error("unknown character")]
    UnknownNpc,
    #[error(transparent)]
    Audio(#[from] wav::WavError),
    #[error("no speech in the recording")]
    NoSpeech,
    #[error(transparent)]
    Turn(#[from] TurnError),
}

/// The characters of the game.
struct Cast {
    place: Place,
    listeners: Vec<Listener>,
}

/// A character and the players' utterances so far.
struct Listener {
    recording: Arc<Recording>,
    utterances: Vec<Spoken>,
    next: AtomicUsize,
}

/// Returns the routes of the API.
///
/// `POST /api/v1/npcs/{npc_id}/speak` runs one turn with the first utterance of the WAV file in the
/// body. An empty body plays the next recorded utterance. The answer is a JSON document, or a WAV file if
/// that is what the request accepts.
pub(crate) fn router(place: Place, recordings: &[Arc<Recording>]) -> Router {
    let listeners = recordings.iter().map(|recording| Listener {
        recording: Arc::clone(recording),
        utterances: recording.utterances(),
        next: AtomicUsize::new(0),
    });
    let cast = Cast {
        place,
        listeners: listeners.collect(),
    };
    Router::new()
        .route("/api/v1/npcs/{npc_id}/speak", post(speak))
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .with_state(Arc::new(cast))
}

async fn speak(
    State(cast): State<Arc<Cast>>,
    Path(npc_id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, SpeakError> {
    let mut listeners = cast.listeners.iter();
    let listener = listeners.find(|listener| listener.recording.npc.id == npc_id);
    let listener = listener.ok_or(SpeakError::UnknownNpc)?;
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let spoken = if body.is_empty() {
        listener.recorded()
    } else {
        let mut found = vad::utterances(&wav::decode(&body)?).into_iter();
        let speaker = text(header::HeaderName::from_static("x-speaker"));
        found
            .next()
            .map(|utterance| Spoken::new(speaker.unwrap_or("player"), utterance))
    };
    let spoken = spoken.ok_or(SpeakError::NoSpeech)?;
    let Recording { session, npc, .. } = *listener.recording;
    let mut conversation = cast.place.open(session, npc, 1).await?;
    let answer = conversation.say(spoken).await?;
    if text(header::ACCEPT) == Some(WAV) {
        let file = wav::encode(&answer.audio)?;
        return Ok(([(header::CONTENT_TYPE, WAV)], file).into_response());
    }
    Ok(respond(StatusCode::OK, &turn_json(npc.id, &answer)))
}

impl Listener {
    /// Returns the next recorded utterance, starting over at the end.
    fn recorded(&self) -> Option<Spoken> {
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        let index = next.checked_rem(self.utterances.len())?;
        self.utterances.get(index).cloned()
    }
}

fn turn_json(npc: &str, answer: &Answer) -> Value {
    json!({
        "speaker": answer.speaker,
        "words": answer.words,
        "npc": npc,
        "reply": answer.reply,
        "audio_seconds": seconds(&answer.audio),
    })
}

fn respond(status: StatusCode, body: &Value) -> Response {
    let json = [(header::CONTENT_TYPE, "application/json")];
    (status, json, format!("{body}\n")).into_response()
}

impl IntoResponse for SpeakError {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::UnknownNpc => StatusCode::NOT_FOUND,
            Self::Audio(_) => StatusCode::BAD_REQUEST,
            Self::NoSpeech => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Turn(error) if error.is_unclear() => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Turn(TurnError::Worker(_)) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Turn(_) => StatusCode::BAD_GATEWAY,
        };
        respond(status, &json!({ "error": self.to_string() }))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use tower::ServiceExt;

    use super::*;
    use crate::audio::synth::{self, Voice};
    use crate::fault::{Fault, Faults};
    use crate::process;
    use crate::recordings;
    use crate::speech::Speech;

    async fn ask(
        fault: Option<Fault>,
        npc: &str,
        accept: &str,
        body: Vec<u8>,
    ) -> (StatusCode, Vec<u8>) {
        let recordings = recordings::record(&Speech::Embedded).await.unwrap();
        let place = process::tests::place(Faults::new(fault, 0.0)).await;
        let recordings: Vec<_> = recordings.into_iter().map(Arc::new).collect();
        let router = router(place, &recordings);
        let request = Request::post(format!("/api/v1/npcs/{npc}/speak"))
            .header(header::ACCEPT, accept)
            .header("x-speaker", "ansel")
            .body(Body::from(body));
        let response = router.oneshot(request.unwrap()).await.unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), 16 * LONGEST_BODY)
            .await
            .unwrap();
        (status, body.to_vec())
    }

    fn said(words: &str) -> Vec<u8> {
        let quiet = vec![0; 8000];
        let speech = synth::speak(words, Voice::PLAYER);
        wav::encode(&[quiet.clone(), speech, quiet].concat()).unwrap()
    }

    fn json(body: &[u8]) -> Value {
        serde_json::from_slice(body).unwrap()
    }

    #[tokio::test]
    async fn speech_gets_an_answer_about_its_words() {
        let file = said("What is 6 * 7?");
        let (status, answer) = ask(None, "sage_03", "*/*", file.clone()).await;
        let answer = json(&answer);
        assert_eq!(status, StatusCode::OK, "{answer}");
        assert_eq!(answer.get("reply").unwrap(), "6 * 7 is 42.");
        assert_eq!(answer.get("speaker").unwrap(), "ansel");
        let (_, sound) = ask(None, "sage_03", WAV, file).await;
        let heard = crate::audio::recognize(&wav::decode(&sound).unwrap());
        assert_eq!(heard.as_deref(), Some("6 * 7 is 42."));
    }

    #[tokio::test]
    async fn empty_body_is_the_next_recorded_utterance() {
        let (_, answer) = ask(None, "sage_03", "*/*", Vec::new()).await;
        let words = "Wise one, what does the fireball spell do?";
        assert_eq!(json(&answer).get("words").unwrap(), words);
    }

    #[tokio::test]
    async fn unanswerable_request_is_rejected_with_a_reason() {
        let quiet = wav::encode(&vec![0; 16_000]).unwrap();
        for (npc, body, fault, expected) in [
            ("nobody", Vec::new(), None, 404),
            ("guard_02", b"RIFF".to_vec(), None, 400),
            ("guard_02", quiet, None, 422),
            ("guard_02", Vec::new(), Some(Fault::Llm), 502),
        ] {
            let (status, body) = ask(fault, npc, "*/*", body).await;
            assert_eq!(status.as_u16(), expected, "{npc}");
            assert!(json(&body).get("error").is_some());
        }
        let (status, _) = ask(None, "guard_02", "*/*", vec![0; LONGEST_BODY + 1]).await;
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    }
}
