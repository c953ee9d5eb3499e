//! A log that a test can read.

use std::time::Duration;

use glyph_runtime::log::{LogSettings, Pipeline};
pub(crate) use glyph_tests::written::{Written, parsed};
use serde_json::Value;
use tracing_subscriber::layer::SubscriberExt;

/// Longer than any operation takes.
pub(crate) const AMPLE: Duration = Duration::from_secs(30);

/// Returns the text that `work` logs.
pub(crate) fn text_of(settings: LogSettings, work: impl FnOnce()) -> String {
    let kept = Written::default();
    let settings = LogSettings {
        output: kept.output(),
        ..settings
    };
    let (layer, log) = Pipeline::start(settings).unwrap();
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), work);
    log.shutdown(AMPLE).unwrap();
    kept.text()
}

/// Returns the lines that `work` logs.
pub(crate) fn lines_of(settings: LogSettings, work: impl FnOnce()) -> Vec<Value> {
    parsed(&text_of(settings, work))
}

/// Returns the only line that `work` logs with default settings.
pub(crate) fn line_of(work: impl FnOnce()) -> Value {
    let mut lines = lines_of(LogSettings::default(), work);
    assert_eq!(lines.len(), 1, "{lines:?}");
    lines.remove(0)
}
