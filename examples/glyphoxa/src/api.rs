//! The HTTP API: a player speaks, a character answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};
use thiserror::Error;

use crate::audio::vad::{self, Utterance};
use crate::audio::{seconds, wav};
use crate::recordings::Recording;
use crate::session::{Answer, Pipeline, TurnError, turn};
use crate::stages::stt::SttError;

/// Maximum size of a recording: half a minute.
const LONGEST_BODY: usize = 1 << 20;

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
    pipeline: Arc<Pipeline>,
    listeners: Vec<Listener>,
}

/// A character and the players' utterances so far.
struct Listener {
    recording: Arc<Recording>,
    utterances: Vec<Utterance>,
    next: AtomicUsize,
}

/// Returns the routes of the API.
///
/// `POST /api/v1/npcs/{npc_id}/speak` runs one turn with the first utterance of the WAV file in the
/// body. An empty body plays the next recorded utterance.
pub(crate) fn router(pipeline: Arc<Pipeline>, recordings: &[Arc<Recording>]) -> Router {
    let listeners = recordings.iter().map(|recording| Listener {
        recording: Arc::clone(recording),
        utterances: vad::utterances(&recording.audio),
        next: AtomicUsize::new(0),
    });
    let cast = Cast {
        pipeline,
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
    body: Bytes,
) -> Result<Response, SpeakError> {
    let mut listeners = cast.listeners.iter();
    let listener = listeners.find(|listener| listener.recording.npc.id == npc_id);
    let listener = listener.ok_or(SpeakError::UnknownNpc)?;
    let utterance = if body.is_empty() {
        listener.recorded()
    } else {
        vad::utterances(&wav::decode(&body)?).into_iter().next()
    };
    let utterance = utterance.ok_or(SpeakError::NoSpeech)?;
    let Recording { session, npc, .. } = *listener.recording;
    let answer = turn(&cast.pipeline, session, npc, utterance).await?;
    Ok(respond(StatusCode::OK, &turn_json(npc.id, &answer)))
}

impl Listener {
    /// Returns the next recorded utterance, starting over at the end.
    fn recorded(&self) -> Option<Utterance> {
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
            Self::NoSpeech | Self::Turn(TurnError::Stt(SttError::Unintelligible)) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
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
    use crate::game::spellbook::Spellbook;
    use crate::network::Network;
    use crate::recordings;
    use crate::stages::stt::Recognizer;

    async fn post(fail_rate: f64, path: &str, body: Vec<u8>) -> (StatusCode, Value) {
        let recordings = recordings::load().unwrap();
        let pipeline = Pipeline {
            network: Network::new(fail_rate),
            recognizer: Recognizer::new(&recordings),
            spellbook: Spellbook::open().unwrap(),
        };
        let recordings: Vec<_> = recordings.into_iter().map(Arc::new).collect();
        let router = router(Arc::new(pipeline), &recordings);
        let request = Request::post(path).body(Body::from(body)).unwrap();
        let response = router.oneshot(request).await.unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), LONGEST_BODY).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    #[tokio::test(start_paused = true)]
    async fn recording_gets_an_answer() {
        let study = include_bytes!("recordings/study.wav").to_vec();
        let (status, answer) = post(0.0, "/api/v1/npcs/sage_03/speak", study).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let (_, recorded) = post(0.0, "/api/v1/npcs/sage_03/speak", Vec::new()).await;
        assert_eq!(answer, recorded, "the first utterance either way");
    }

    #[tokio::test(start_paused = true)]
    async fn unanswerable_request_is_rejected_with_a_reason() {
        let guard = "/api/v1/npcs/guard_02/speak";
        for (path, body, fail_rate, expected) in [
            ("/api/v1/npcs/nobody/speak", Vec::new(), 0.0, 404),
            (guard, b"RIFF".to_vec(), 0.0, 400),
            (guard, Vec::new(), 1.0, 502),
        ] {
            let (status, json) = post(fail_rate, path, body).await;
            assert_eq!(status.as_u16(), expected, "{path}");
            assert!(!json.to_string().is_empty(), "{json}");
        }
        let (status, _) = post(0.0, guard, vec![0; LONGEST_BODY + 1]).await;
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    }
}
