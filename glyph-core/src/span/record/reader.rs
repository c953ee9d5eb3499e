//! Readers of records, and readers that need spans of `tracing`'s in their place.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

/// More than an escaped text of the limit can show, so that a text that is cut there is known to
/// have been longer.
const BEYOND: usize = 8;

static RECORD_READERS: AtomicUsize = AtomicUsize::new(0);
static SPAN_READERS: AtomicUsize = AtomicUsize::new(0);
static UNSAMPLED_READERS: AtomicUsize = AtomicUsize::new(0);
static VALUE_BYTES: AtomicUsize = AtomicUsize::new(0);
static RECORD_BYTES: AtomicUsize = AtomicUsize::new(0);
static ARE_EXPORTED: AtomicBool = AtomicBool::new(false);

/// Reads the fields of records, as a log does. Records are kept while one exists.
#[derive(Debug)]
#[must_use = "records are kept while it exists"]
pub struct RecordReader(());

/// Needs spans of `tracing`'s also below spans that are not sampled. They are built while one
/// exists.
#[derive(Debug)]
#[must_use = "spans are built while it exists"]
pub struct SpanReader(());

/// Needs what stages are below spans that are not sampled, a span of `tracing`'s or a record that is
/// exported. One of the two is there while it exists.
#[derive(Debug)]
#[must_use = "spans are there while it exists"]
pub struct UnsampledReader(());

/// The most bytes of text.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextLimits {
    /// Of one value.
    pub(super) value: usize,
    /// Of a record, except for its last value.
    pub(super) record: usize,
}

impl TextLimits {
    /// No limits.
    pub(super) const NONE: Self = Self {
        value: usize::MAX,
        record: usize::MAX,
    };
}

impl RecordReader {
    /// A reader that shows at most so many bytes of a value, and of all fields together.
    ///
    /// Records keep as much as the greediest reader of the process has asked for.
    pub fn new(value_bytes: usize, record_bytes: usize) -> Self {
        VALUE_BYTES.fetch_max(value_bytes.saturating_add(BEYOND), Relaxed);
        RECORD_BYTES.fetch_max(record_bytes, Relaxed);
        RECORD_READERS.fetch_add(1, Relaxed);
        Self(())
    }
}

impl Drop for RecordReader {
    fn drop(&mut self) {
        RECORD_READERS.fetch_sub(1, Relaxed);
    }
}

/// Notes that the process exports records: those have no other limit than spans of `tracing`'s.
pub fn export_records() {
    ARE_EXPORTED.store(true, Relaxed);
}

/// Whether the process exports records.
#[inline]
pub(in crate::span) fn records_are_exported() -> bool {
    ARE_EXPORTED.load(Relaxed)
}

impl SpanReader {
    /// A reader of spans.
    #[expect(clippy::new_without_default, reason = "it changes what is built")]
    pub fn new() -> Self {
        SPAN_READERS.fetch_add(1, Relaxed);
        Self(())
    }
}

impl Drop for SpanReader {
    fn drop(&mut self) {
        SPAN_READERS.fetch_sub(1, Relaxed);
    }
}

impl UnsampledReader {
    /// A reader of spans of either kind.
    #[expect(clippy::new_without_default, reason = "it changes what is built")]
    pub fn new() -> Self {
        UNSAMPLED_READERS.fetch_add(1, Relaxed);
        Self(())
    }
}

impl Drop for UnsampledReader {
    fn drop(&mut self) {
        UNSAMPLED_READERS.fetch_sub(1, Relaxed);
    }
}

/// Whether the fields of records are read.
#[inline]
pub(in crate::span) fn records_are_read() -> bool {
    RECORD_READERS.load(Relaxed) > 0
}

/// Whether spans of either kind below spans that are not sampled are read.
#[inline]
pub(in crate::span) fn unsampled_are_read() -> bool {
    UNSAMPLED_READERS.load(Relaxed) > 0
}

/// Whether spans of `tracing`'s below spans that are not sampled are read.
#[inline]
pub(in crate::span) fn spans_are_read() -> bool {
    SPAN_READERS.load(Relaxed) > 0
}

pub(super) fn text_limits() -> TextLimits {
    TextLimits {
        value: VALUE_BYTES.load(Relaxed),
        record: RECORD_BYTES.load(Relaxed),
    }
}
