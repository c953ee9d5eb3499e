//! Log lines inside a stage.

use glyph_runtime::{
    Histogram, instrument_stage,
    log::{LogSettings, Secret},
    metric_catalog,
};
use tracing::info;

use crate::capture::{line_of, lines_of};

#[metric_catalog(namespace = "logs", stages = stage)]
pub(crate) struct Metrics {
    /// Latency of transcription.
    #[metric(unit = seconds, buckets = [1s])]
    #[stage(stt)]
    pub(crate) stt: Histogram,
}

#[instrument_stage(stage::stt, fields(session = %session, key = %Secret::new(key), api_key = key))]
fn transcribe(session: u32, key: &str) {
    info!("in the stage, with a key of {} letters", key.len());
}

#[instrument_stage(stage::stt, fields(session))]
async fn transcribe_later(session: u32) {
    info!("{session}");
    tokio::task::yield_now().await;
    info!("{session}");
}

#[test]
fn line_has_stage_fields_without_secrets() {
    let before = Metrics::global().stt.snapshot().count();
    let line = line_of(|| transcribe(7, "hunter2"));
    assert!(Metrics::global().stt.snapshot().count() > before);
    assert_eq!(line["session"], "7");
    assert_eq!(line["key"], "[redacted]");
    assert_eq!(line["api_key"], "[redacted]");
    assert_eq!(line["message"], "in the stage, with a key of 7 letters");
}

#[test]
fn interleaved_tasks_keep_their_own_fields() {
    let lines = lines_of(LogSettings::default(), || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async { tokio::join!(transcribe_later(1), transcribe_later(2)) });
    });
    assert_eq!(lines.len(), 4);
    for line in lines {
        assert_eq!(line["message"], line["session"].to_string());
    }
}
