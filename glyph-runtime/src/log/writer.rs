//! The thread that writes lines, and its handling of failed writes.

use std::{
    io::{self, ErrorKind, Write},
    panic::{self, AssertUnwindSafe},
    sync::Arc,
    thread,
    time::Duration,
};

use super::{counters::Counters, queue::Queue};

/// The pause before the next write to an output that would block.
const PAUSE: Duration = Duration::from_millis(5);

pub(super) fn start(
    queue: Arc<Queue>,
    output: Box<dyn Write + Send>,
    counters: Counters,
) -> io::Result<()> {
    let mut writer = Writer {
        output,
        torn: false,
    };
    let work = move || {
        let mut batch = Vec::new();
        while let Some(lines) = queue.take(&mut batch) {
            let written = writer.write(&batch).min(lines);
            counters.written(written);
            counters.write_failed(lines - written);
        }
    };
    thread::Builder::new()
        .name("glyph-log".to_owned())
        .spawn(work)
        .map(drop)
}

struct Writer {
    output: Box<dyn Write + Send>,
    /// Whether a failed write left an incomplete line at the end of the output.
    torn: bool,
}

impl Writer {
    /// Writes as much as the output accepts, and returns the number of complete lines.
    fn write(&mut self, batch: &[u8]) -> u64 {
        if self.torn && write_some(&mut *self.output, b"\n") == 0 {
            return 0;
        }
        let length = write_some(&mut *self.output, batch);
        let written = batch.get(..length).unwrap_or_default();
        self.torn = written.last().map_or(self.torn, |last| *last != b'\n');
        if caught(|| self.output.flush()).is_err() {
            return 0;
        }
        written
            .iter()
            .filter(|byte| **byte == b'\n')
            .map(|_| 1)
            .sum()
    }
}

/// Returns the number of bytes that the output accepted before it failed.
fn write_some(output: &mut dyn Write, bytes: &[u8]) -> usize {
    let mut taken = 0;
    while let Some(rest) = bytes.get(taken..)
        && !rest.is_empty()
    {
        match caught(|| output.write(rest)) {
            Ok(0) => break,
            Ok(count) => taken += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(PAUSE),
            Err(_) => break,
        }
    }
    taken
}

/// Turns a panic into an error: the output can be code of the program, and must not end the thread.
pub(super) fn caught<T>(work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    panic::catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(io::Error::other("the output panicked")))
}
