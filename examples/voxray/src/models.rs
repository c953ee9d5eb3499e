//! The simulated models of a session: each returns its output piece by piece, with delays.

use std::time::Duration;

use futures_util::{Stream, StreamExt, stream};
use glyph_runtime::{instrument_stage, stage};
use thiserror::Error;
use tokio::time::{Instant, sleep};

use crate::session::Session;
use crate::telemetry::{Direction, Metrics, llm, stt, tts};

const PIECE: Duration = Duration::from_millis(3);

/// The connection to a model broke.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the model closed the connection")]
pub(crate) struct Disconnected;

/// Returns the words of an utterance as they are recognized. If the first model fails, the second
/// one continues.
#[instrument_stage(stt::stage::transcribe, stream, labels(session_id = session.label, model = stt::Model::Nova))]
pub(crate) fn transcribe<'a>(
    session: &'a Session,
    words: &'static [&'static str],
) -> impl Stream<Item = Result<&'static str, Disconnected>> + use<'a> {
    let heard = Instant::now();
    stream::iter(words.iter().enumerate()).then(move |(index, word)| async move {
        if index == 0 && session.stt_is_down() {
            Metrics::global().stt.errors.inc(stt::Failure {
                error_type: stt::ErrorType::Unavailable,
                session_id: session.label,
                stage: stt::Stage::Stt,
                model: stt::Model::Nova,
            });
            tracing::warn!(to = "whisper-large-v3", "speech to text fell back");
            stage::fallback();
        }
        sleep(PIECE).await;
        let lag = stt::Lag {
            direction: Direction::Inbound,
            session_id: session.label,
            model: stt::Model::Nova,
        };
        Metrics::global()
            .stt
            .streaming_lag
            .observe(lag, heard.elapsed());
        Ok(*word)
    })
}

/// Returns the words of the answer as the model generates them.
#[instrument_stage(llm::stage::generate, stream, labels(session_id = session.label, model = llm::Model::Llama), fields(prompt_words))]
pub(crate) fn generate(
    session: &Session,
    prompt_words: usize,
) -> impl Stream<Item = Result<String, Disconnected>> + use<'_> {
    let failed = |error_type| llm::Failure {
        error_type,
        session_id: session.label,
        stage: llm::Stage::Llm,
        model: llm::Model::Llama,
    };
    stream::iter(0..=prompt_words).then(move |token| async move {
        if token == 0 && session.llm_is_busy() {
            let limited = failed(llm::ErrorType::RateLimited);
            Metrics::global().llm.errors.inc(limited);
            tracing::info!("retrying the language model");
            stage::retry();
        }
        sleep(PIECE).await;
        if token == 2 && session.llm_hangs_up() {
            let lost = failed(llm::ErrorType::Disconnected);
            Metrics::global().llm.errors.inc(lost);
            return Err(Disconnected);
        }
        Ok(format!("word-{token}"))
    })
}

/// Returns the sound of the answer in pieces of 20 ms.
#[instrument_stage(tts::stage::synthesize, stream, labels(session_id = session.label, model = tts::Model::Sonic))]
pub(crate) fn synthesize(session: &Session, words: usize) -> impl Stream<Item = Vec<u8>> + use<'_> {
    let asked = Instant::now();
    stream::iter(0..words).then(move |_| async move {
        sleep(PIECE).await;
        let lag = tts::Lag {
            direction: Direction::Outbound,
            session_id: session.label,
            model: tts::Model::Sonic,
        };
        Metrics::global()
            .tts
            .streaming_lag
            .observe(lag, asked.elapsed());
        vec![0; 640]
    })
}
