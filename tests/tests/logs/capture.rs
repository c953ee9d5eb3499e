//! A log whose lines a test can read.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
    time::Duration,
};

use glyph_runtime::log::{LogSettings, Output, Pipeline};
use serde_json::Value;
use tracing_subscriber::layer::SubscriberExt;

/// Longer than anything takes.
pub(crate) const AMPLE: Duration = Duration::from_secs(30);

/// Keeps what is written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    pub(crate) fn output(&self) -> Output {
        Output::Writer(Box::new(self.clone()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// Every line, each of which has to be one JSON object.
    pub(crate) fn lines(&self) -> Vec<Value> {
        parsed(&self.text())
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(crate) fn parsed(text: &str) -> Vec<Value> {
    let parse = |line: &str| match serde_json::from_str(line) {
        Ok(value @ Value::Object(_)) => value,
        other => panic!("{line:?} is {other:?}"),
    };
    text.lines().map(parse).collect()
}

/// The text that `work` leaves in the log.
pub(crate) fn text_of(settings: LogSettings, work: impl FnOnce()) -> String {
    let kept = Kept::default();
    let settings = LogSettings {
        output: kept.output(),
        ..settings
    };
    let (layer, log) = Pipeline::start(settings).unwrap();
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), work);
    log.shutdown(AMPLE).unwrap();
    kept.text()
}

/// The lines that `work` leaves in the log.
pub(crate) fn lines_of(settings: LogSettings, work: impl FnOnce()) -> Vec<Value> {
    parsed(&text_of(settings, work))
}

/// The one line that `work` leaves in a log with default settings.
pub(crate) fn line_of(work: impl FnOnce()) -> Value {
    let mut lines = lines_of(LogSettings::default(), work);
    assert_eq!(lines.len(), 1, "{lines:?}");
    lines.remove(0)
}
