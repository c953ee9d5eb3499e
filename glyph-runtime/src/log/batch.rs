//! Lines in one buffer.

use std::ops::{Add, AddAssign, Sub};

/// The most bytes of an empty buffer that are kept. A buffer that has grown beyond it is shrunk.
const KEPT_BYTES: usize = 1 << 20;
/// The same for the ends of its lines.
const KEPT_LINES: usize = KEPT_BYTES / 64;

/// Lines in one buffer, and how far they were written. A line may contain line breaks.
#[derive(Debug, Default)]
pub(super) struct Batch {
    bytes: Vec<u8>,
    ends: Vec<LineEnd>,
    /// The number of bytes that were written.
    taken: usize,
    /// The number of lines that were written.
    done: usize,
    /// The lines that were not written to their end.
    left: LineCount,
}

/// The end of a line in the buffer.
#[derive(Clone, Copy, Debug)]
struct LineEnd {
    at: usize,
    is_urgent: bool,
}

/// A number of lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct LineCount {
    pub(super) lines: u64,
    /// The part of them for which a thread may wait.
    pub(super) urgent: u64,
}

impl LineCount {
    fn one(is_urgent: bool) -> Self {
        Self {
            lines: 1,
            urgent: is_urgent.into(),
        }
    }
}

impl Add for LineCount {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            lines: self.lines + other.lines,
            urgent: self.urgent + other.urgent,
        }
    }
}

impl AddAssign for LineCount {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for LineCount {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            lines: self.lines - other.lines,
            urgent: self.urgent - other.urgent,
        }
    }
}

impl Batch {
    pub(super) fn push(&mut self, line: &[u8], is_urgent: bool) {
        self.bytes.extend_from_slice(line);
        let at = self.bytes.len();
        self.ends.push(LineEnd { at, is_urgent });
        self.left += LineCount::one(is_urgent);
    }

    /// Returns the size of all lines.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Returns the number of lines that were not written to their end.
    pub(super) fn left(&self) -> LineCount {
        self.left
    }

    /// Returns the bytes that were not written.
    pub(super) fn rest(&self) -> &[u8] {
        self.bytes.get(self.taken..).unwrap_or_default()
    }

    /// Returns whole lines that were not written, as many as fit into `room` bytes but at least
    /// one.
    pub(super) fn lines_of(&self, room: usize) -> &[u8] {
        let first = self.end_of(Some(self.done));
        let most = self.taken.saturating_add(room);
        let fitting = self.ends.partition_point(|end| end.at <= most);
        let end = self.end_of(fitting.checked_sub(1)).max(first);
        self.bytes.get(self.taken..end).unwrap_or_default()
    }

    /// Notes that this many more bytes were written, and returns the lines that they completed.
    pub(super) fn advance(&mut self, bytes: usize) -> LineCount {
        self.taken += bytes;
        let mut completed = LineCount::default();
        while let Some(end) = self.ends.get(self.done).filter(|end| end.at <= self.taken) {
            completed += LineCount::one(end.is_urgent);
            self.done += 1;
        }
        self.left = self.left - completed;
        completed
    }

    /// Whether the last write ended inside of a line.
    pub(super) fn is_torn(&self) -> bool {
        self.taken > self.end_of(self.done.checked_sub(1))
    }

    /// Drops all lines, and returns those that were not written to their end.
    pub(super) fn clear(&mut self) -> LineCount {
        self.bytes.clear();
        self.bytes.shrink_to(KEPT_BYTES);
        self.ends.clear();
        self.ends.shrink_to(KEPT_LINES);
        (self.taken, self.done) = (0, 0);
        std::mem::take(&mut self.left)
    }

    /// Moves urgent lines to the front, also those of `waiting`, behind a line that was begun.
    pub(super) fn urgent_first(&mut self, waiting: &mut Self) {
        let mut reordered = Self::default();
        let begun = usize::from(self.is_torn());
        reordered.taken = self.taken - self.end_of(self.done.checked_sub(1));
        reordered.extend(self.lines().take(begun));
        reordered.extend(self.lines().skip(begun).filter(|line| line.1));
        reordered.extend(waiting.lines().filter(|line| line.1));
        reordered.extend(self.lines().skip(begun).filter(|line| !line.1));
        let mut others = Self::default();
        others.extend(waiting.lines().filter(|line| !line.1));
        (*self, *waiting) = (reordered, others);
    }

    fn extend<'l>(&mut self, lines: impl Iterator<Item = (&'l [u8], bool)>) {
        lines.for_each(|(line, is_urgent)| self.push(line, is_urgent));
    }

    /// Returns the lines that were not written to their end, and whether they are urgent.
    pub(super) fn lines(&self) -> impl Iterator<Item = (&[u8], bool)> {
        let mut start = self.end_of(self.done.checked_sub(1));
        self.ends.iter().skip(self.done).map(move |end| {
            let line = self.bytes.get(start..end.at).unwrap_or_default();
            start = end.at;
            (line, end.is_urgent)
        })
    }

    fn end_of(&self, line: Option<usize>) -> usize {
        let end = line.and_then(|line| self.ends.get(line));
        end.map_or(0, |end| end.at)
    }
}

#[cfg(test)]
mod tests {
    use super::{Batch, LineCount};

    const OTHER: LineCount = LineCount {
        lines: 1,
        urgent: 0,
    };

    fn batch(lines: &[(&str, bool)]) -> Batch {
        let mut batch = Batch::default();
        for (line, is_urgent) in lines {
            batch.push(line.as_bytes(), *is_urgent);
        }
        batch
    }

    #[test]
    fn lines_with_breaks_are_counted_at_their_end() {
        let mut batch = batch(&[("one\n  more\n", false), ("two\n", false)]);
        assert_eq!((batch.left(), batch.bytes()), (OTHER + OTHER, 15));
        assert_eq!(batch.lines_of(1), b"one\n  more\n");
        assert_eq!(batch.lines_of(14), b"one\n  more\n");
        assert_eq!(batch.lines_of(15), b"one\n  more\ntwo\n");
        assert_eq!(batch.advance(4), LineCount::default());
        assert!(batch.is_torn());
        assert_eq!(batch.lines_of(11), b"  more\ntwo\n");
        assert_eq!(batch.advance(7), OTHER);
        assert!(!batch.is_torn());
        assert_eq!(batch.rest(), b"two\n");
        assert_eq!(batch.clear(), OTHER);
        assert_eq!(
            (batch.left(), batch.rest()),
            (LineCount::default(), &b""[..])
        );
    }

    #[test]
    fn urgent_lines_go_before_all_others_but_the_one_being_written() {
        let mut begun = batch(&[
            ("a\n", false),
            ("b\n", false),
            ("c\n", false),
            ("D\n", true),
        ]);
        let mut waiting = batch(&[("e\n", false), ("F\n", true), ("g\n", false)]);
        assert_eq!(begun.advance(3), OTHER);
        begun.urgent_first(&mut waiting);
        assert_eq!(begun.rest(), b"\nD\nF\nc\n");
        assert_eq!(waiting.rest(), b"e\ng\n");
        assert_eq!((begun.left().lines, begun.left().urgent), (4, 2));
        assert_eq!(begun.advance(3).urgent, 1);
        begun.urgent_first(&mut waiting);
        assert_eq!(begun.rest(), b"F\nc\n");
    }
}
