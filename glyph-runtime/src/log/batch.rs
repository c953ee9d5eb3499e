//! Lines in one buffer.

/// The most bytes of an empty buffer that are kept. A buffer that has grown beyond it is shrunk.
const KEPT_BYTES: usize = 1 << 20;
/// The same for the ends of its lines.
const KEPT_LINES: usize = KEPT_BYTES / 64;

/// Lines in one buffer, and how far they were written. A line may contain line breaks.
#[derive(Debug, Default)]
pub(super) struct Batch {
    bytes: Vec<u8>,
    /// The end of each line in `bytes`.
    ends: Vec<usize>,
    /// The number of bytes that were written.
    taken: usize,
    /// The number of lines that were written.
    done: usize,
}

impl Batch {
    pub(super) fn push(&mut self, line: &[u8]) {
        self.bytes.extend_from_slice(line);
        self.ends.push(self.bytes.len());
    }

    /// Returns the size of all lines.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Returns the number of lines that were not written to their end.
    pub(super) fn lines(&self) -> u64 {
        (self.ends.len() - self.done) as u64
    }

    /// Returns the bytes that were not written.
    pub(super) fn rest(&self) -> &[u8] {
        self.bytes.get(self.taken..).unwrap_or_default()
    }

    /// Returns whole lines that were not written, as many as fit into `room` bytes but at least
    /// one.
    pub(super) fn lines_of(&self, room: usize) -> &[u8] {
        let first = self.ends.get(self.done).copied().unwrap_or_default();
        let most = self.taken.saturating_add(room);
        let fitting = self.ends.partition_point(|end| *end <= most);
        let last = fitting.checked_sub(1).and_then(|at| self.ends.get(at));
        let end = last.copied().unwrap_or_default().max(first);
        self.bytes.get(self.taken..end).unwrap_or_default()
    }

    /// Notes that this many more bytes were written, and returns the number of lines that they
    /// completed.
    pub(super) fn advance(&mut self, bytes: usize) -> u64 {
        self.taken += bytes;
        let before = self.done;
        self.done = self.ends.partition_point(|end| *end <= self.taken);
        (self.done - before) as u64
    }

    /// Whether the last write ended inside of a line.
    pub(super) fn is_torn(&self) -> bool {
        let before = self.done.checked_sub(1).and_then(|at| self.ends.get(at));
        self.taken > before.copied().unwrap_or_default()
    }

    /// Drops all lines, and returns the number of those that were not written to their end.
    pub(super) fn clear(&mut self) -> u64 {
        let lines = self.lines();
        self.bytes.clear();
        self.bytes.shrink_to(KEPT_BYTES);
        self.ends.clear();
        self.ends.shrink_to(KEPT_LINES);
        (self.taken, self.done) = (0, 0);
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::Batch;

    #[test]
    fn lines_with_breaks_are_counted_at_their_end() {
        let mut batch = Batch::default();
        batch.push(b"one\n  more\n");
        batch.push(b"two\n");
        assert_eq!((batch.lines(), batch.bytes()), (2, 15));
        assert_eq!(batch.lines_of(1), b"one\n  more\n");
        assert_eq!(batch.lines_of(14), b"one\n  more\n");
        assert_eq!(batch.lines_of(15), b"one\n  more\ntwo\n");
        assert_eq!(batch.advance(4), 0);
        assert!(batch.is_torn());
        assert_eq!(batch.lines_of(11), b"  more\ntwo\n");
        assert_eq!(batch.advance(7), 1);
        assert!(!batch.is_torn());
        assert_eq!(batch.rest(), b"two\n");
        assert_eq!(batch.clear(), 1);
        assert_eq!((batch.lines(), batch.rest()), (0, &b""[..]));
    }
}
