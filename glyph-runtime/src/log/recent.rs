//! The latest log lines, kept for a reader in the process.
//!
//! The thread that writes a batch of lines of JSON to the output copies the batch here. A thread that logs
//! has no further work.
//!
//! Pretty lines have no fields that a program can read. So the thread that logs renders their event as JSON
//! too: the event is borrowed, and gone before another thread runs. Lines are pretty on a terminal, or if
//! the program asks for it.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use glyph_core::__runtime::lock_unless_lost;
use serde_json::{Map, Value};

use super::names::{LineField, Names};

/// The most bytes of lines in one chunk, unless a single line has more.
const CHUNK: usize = 64 << 10;

/// The least number of chunks for which there is room.
const LEAST_CHUNKS: usize = 4;

/// The latest log lines. Clones are the same lines.
#[derive(Clone, Debug)]
pub(crate) struct RecentLines(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    names: Arc<Names>,
    is_on: AtomicBool,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// The limit of bytes.
    budget: usize,
    chunks: VecDeque<Arc<Chunk>>,
    /// The bytes of all chunks but the last.
    full: usize,
    /// The number of the next line.
    next: u64,
    /// Lines that were longer than the room for them.
    left_out: u64,
}

/// Lines that follow each other.
#[derive(Debug)]
struct Chunk {
    /// The number of the first line.
    first: u64,
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

/// A log line that is kept.
#[derive(Debug)]
pub(crate) struct RecentLine {
    pub(crate) number: u64,
    pub(crate) timestamp: String,
    /// In upper case.
    pub(crate) level: String,
    pub(crate) target: String,
    pub(crate) message: String,
    pub(crate) trace_id: Option<String>,
    pub(crate) span_id: Option<String>,
    pub(crate) fields: Map<String, Value>,
}

/// The lines that are kept at one moment.
#[derive(Debug)]
pub(crate) struct LinesNow {
    names: Arc<Names>,
    chunks: Vec<Arc<Chunk>>,
    /// The number that the next line gets.
    pub(crate) next: u64,
    /// The number of lines that were too long to be kept.
    pub(crate) left_out: u64,
    /// The bytes that the lines take.
    pub(crate) bytes: usize,
}

impl RecentLines {
    /// Keeps nothing until [`keep`](Self::keep).
    pub(super) fn new(names: Arc<Names>) -> Self {
        Self(Arc::new(Shared {
            names,
            is_on: AtomicBool::new(false),
            kept: Mutex::default(),
        }))
    }

    /// Returns lines that no log writes.
    #[cfg(test)]
    pub(crate) fn without_log() -> Self {
        Self::new(Arc::new(Names::new(&super::LineShape::default())))
    }

    /// Keeps the lines from now on, in at most this many bytes.
    pub(crate) fn keep(&self, bytes: usize) {
        if let Some(mut kept) = lock_unless_lost(&self.0.kept) {
            kept.budget = bytes;
            self.0.is_on.store(true, Relaxed);
        }
    }

    /// Whether lines are kept.
    pub(super) fn is_on(&self) -> bool {
        self.0.is_on.load(Relaxed)
    }

    /// Adds lines of JSON.
    pub(crate) fn add<'l>(&self, lines: impl Iterator<Item = &'l [u8]>) {
        if !self.is_on() {
            return;
        }
        if let Some(mut kept) = lock_unless_lost(&self.0.kept) {
            lines.for_each(|line| kept.push(line));
        }
    }

    /// Returns the lines that are kept now.
    pub(crate) fn now(&self) -> LinesNow {
        let kept = lock_unless_lost(&self.0.kept);
        let kept = kept.as_deref();
        LinesNow {
            names: Arc::clone(&self.0.names),
            chunks: kept.map_or_else(Vec::new, |kept| kept.chunks.iter().cloned().collect()),
            next: kept.map_or(0, |kept| kept.next),
            left_out: kept.map_or(0, |kept| kept.left_out),
            bytes: kept.map_or(0, Kept::bytes),
        }
    }
}

impl Kept {
    fn push(&mut self, line: &[u8]) {
        let number = self.next;
        self.next += 1;
        let usual = CHUNK.min(self.budget / LEAST_CHUNKS);
        if line.len() > self.budget / 2 {
            self.left_out += 1;
            return;
        }
        if !self.last().is_some_and(|last| last.has_room(number, line)) {
            self.full = self.bytes();
            self.chunks
                .push_back(Arc::new(Chunk::new(number, usual.max(line.len()))));
        }
        if let Some(last) = self.last() {
            last.push(line);
        }
        while self.bytes() > self.budget && self.chunks.len() > 1 {
            let oldest = self.chunks.pop_front();
            self.full -= oldest.map_or(0, |chunk| chunk.size());
        }
    }

    /// Returns the last chunk, unless a reader has it.
    fn last(&mut self) -> Option<&mut Chunk> {
        Arc::get_mut(self.chunks.back_mut()?)
    }

    fn bytes(&self) -> usize {
        self.full + self.chunks.back().map_or(0, |chunk| chunk.size())
    }
}

impl Chunk {
    fn new(first: u64, bytes: usize) -> Self {
        Self {
            first,
            bytes: Vec::with_capacity(bytes),
            ends: Vec::new(),
        }
    }

    /// Whether the line with this number follows the last one, and fits.
    fn has_room(&self, number: u64, line: &[u8]) -> bool {
        self.first + self.ends.len() as u64 == number
            && self.bytes.len() + line.len() <= self.bytes.capacity()
    }

    fn push(&mut self, line: &[u8]) {
        self.bytes.extend_from_slice(line);
        self.ends
            .push(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.bytes.capacity() + self.ends.capacity() * size_of::<u32>()
    }

    /// Returns the lines with their numbers.
    fn lines(&self) -> impl DoubleEndedIterator<Item = (u64, &[u8])> {
        self.ends.iter().enumerate().map(|(index, end)| {
            let before = index.checked_sub(1).and_then(|index| self.ends.get(index));
            let start = before.copied().unwrap_or_default() as usize;
            let line = self.bytes.get(start..*end as usize);
            (self.first + index as u64, line.unwrap_or_default())
        })
    }
}

impl LinesNow {
    /// Returns the lines from the number `from` on that have this trace id if there is one, the oldest
    /// first.
    pub(crate) fn lines<'l>(
        &'l self,
        from: u64,
        trace_id: Option<&'l str>,
    ) -> impl DoubleEndedIterator<Item = RecentLine> + 'l {
        let lines = self.chunks.iter().flat_map(|chunk| chunk.lines());
        lines.filter_map(move |(number, line)| {
            // Only lines with the id are parsed.
            let can_have = |id: &str| line.windows(id.len().max(1)).any(|it| it == id.as_bytes());
            if number < from || !trace_id.is_none_or(can_have) {
                return None;
            }
            let line = self.parsed(number, line)?;
            let has = |id| line.trace_id.as_deref() == Some(id);
            trace_id.is_none_or(has).then_some(line)
        })
    }

    fn parsed(&self, number: u64, line: &[u8]) -> Option<RecentLine> {
        let mut fields: Map<String, Value> = serde_json::from_slice(line).ok()?;
        let mut take = |field| match fields.remove(self.names.of(field))? {
            Value::String(text) => Some(text),
            other => Some(other.to_string()),
        };
        Some(RecentLine {
            number,
            timestamp: take(LineField::Timestamp).unwrap_or_default(),
            level: take(LineField::Level)
                .unwrap_or_default()
                .to_ascii_uppercase(),
            target: take(LineField::Target).unwrap_or_default(),
            message: take(LineField::Message).unwrap_or_default(),
            trace_id: take(LineField::TraceId),
            span_id: take(LineField::SpanId),
            fields,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{CHUNK, RecentLines};

    fn recent(bytes: usize) -> RecentLines {
        let recent = RecentLines::without_log();
        recent.keep(bytes);
        recent
    }

    fn line(message: &str) -> Vec<u8> {
        format!("{{\"timestamp\":\"t\",\"level\":\"INFO\",\"message\":\"{message}\",\"target\":\"x\",\"order\":7}}\n")
            .into_bytes()
    }

    fn add(recent: &RecentLines, message: &str) {
        recent.add([line(message).as_slice()].into_iter());
    }

    #[test]
    fn lines_are_read_back_with_their_numbers() {
        let recent = recent(1 << 20);
        add(&recent, "one");
        let before = recent.now();
        add(&recent, "two");
        let all = recent.now();
        let messages: Vec<_> = { all.lines(0, None) }
            .map(|line| (line.number, line.message))
            .collect();
        assert_eq!(messages, [(0, "one".to_owned()), (1, "two".to_owned())]);
        assert_eq!((all.next, before.next), (2, 1));
        assert_eq!(before.lines(0, None).count(), 1);
        let last = all.lines(1, None).next_back();
        let order = last.and_then(|line| line.fields.get("order").cloned());
        assert_eq!(order, Some(7.into()));
    }

    #[test]
    fn nothing_is_kept_before_it_is_asked_for() {
        let recent = RecentLines::without_log();
        add(&recent, "one");
        let now = recent.now();
        assert_eq!((now.next, now.bytes), (0, 0));
    }

    #[test]
    fn bytes_stay_below_the_limit_and_the_latest_lines_stay() {
        let budget = 6 * CHUNK;
        let recent = recent(budget);
        for number in 0..20_000 {
            add(&recent, &format!("line {number}"));
            if number % 1000 == 0 {
                assert!(recent.now().bytes <= budget, "{}", recent.now().bytes);
            }
        }
        let now = recent.now();
        assert!(
            now.bytes <= budget && now.bytes > budget / 2,
            "{}",
            now.bytes
        );
        let last = now.lines(0, None).next_back();
        assert_eq!(last.map(|line| line.message), Some("line 19999".to_owned()));
        let first = now.lines(0, None).next().map(|line| line.number);
        assert!(first.is_some_and(|first| first > 10_000), "{first:?}");
    }

    #[test]
    fn line_without_room_is_counted_and_the_next_one_has_its_own_number() {
        let recent = recent(4096);
        add(&recent, "one");
        add(&recent, &"x".repeat(4096));
        add(&recent, "three");
        let now = recent.now();
        let numbers: Vec<_> = now.lines(0, None).map(|line| line.number).collect();
        assert_eq!((numbers, now.left_out), (vec![0, 2], 1));
    }

    #[test]
    fn only_lines_of_the_trace_are_returned() {
        let recent = recent(1 << 20);
        let id = "0af7651916cd43dd8448eb211c80319c";
        add(&recent, &format!("about {id}"));
        let of_trace = format!("{{\"message\":\"in it\",\"trace_id\":\"{id}\"}}\n");
        recent.add([of_trace.as_bytes()].into_iter());
        let now = recent.now();
        let found: Vec<_> = now.lines(0, Some(id)).map(|line| line.message).collect();
        assert_eq!(found, ["in it"]);
        assert_eq!(now.lines(0, Some("")).count(), 0);
    }
}
