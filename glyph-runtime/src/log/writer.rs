//! The thread that writes lines, and what it does about an output that refuses them.

use std::{
    io::{self, ErrorKind, Write},
    panic::{self, AssertUnwindSafe},
    sync::Arc,
    thread,
    time::Duration,
};

use super::{counters::Counters, queue::Queue};

/// How long an output that would block is left alone.
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
    /// The output ends in the middle of a line.
    torn: bool,
}

impl Writer {
    /// Writes what it can and tells how many whole lines that was.
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

/// Tells how many bytes the output took before it failed.
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

/// A panic of an output that the program brought is an error like any other.
pub(super) fn caught<T>(work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    panic::catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(io::Error::other("it panicked")))
}
