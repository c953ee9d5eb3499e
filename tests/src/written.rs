//! Outputs whose bytes a test can read.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use glyph_runtime::log::Output;
use serde_json::Value;

/// A shared buffer of everything written; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    /// Returns a log output that writes to this buffer.
    #[must_use]
    pub fn output(&self) -> Output {
        Output::Writer(Box::new(self.clone()))
    }

    /// Returns the text written so far.
    ///
    /// # Panics
    ///
    /// Panics if it is not UTF-8.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// Returns each line, parsed as a JSON object.
    #[must_use]
    pub fn lines(&self) -> Vec<Value> {
        parsed(&self.text())
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Parses JSON Lines.
///
/// # Panics
///
/// Panics with the first line that is not a JSON object.
#[must_use]
pub fn parsed(text: &str) -> Vec<Value> {
    let parse = |line: &str| match serde_json::from_str(line) {
        Ok(value @ Value::Object(_)) => value,
        other => panic!("{line:?} is {other:?}"),
    };
    text.lines().map(parse).collect()
}
