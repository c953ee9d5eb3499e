//! The history of one metric: its series, and the frames of its changes.

use std::{
    collections::{HashMap, VecDeque},
    mem,
    sync::Arc,
};

use foldhash::fast::RandomState;
use glyph_core::{
    __runtime::{Scale, Series},
    catalog::MetricDescriptor,
};

use super::{frame, key};

/// The bytes of an entry and of its place in the table of keys, each with room to grow. They stay when
/// a series goes, for the next one.
const ENTRY: usize = 160;

/// The bytes that the memory of a series takes in addition to its key and its cells.
const HEADS: usize = 48;

/// The bytes that a frame takes in addition to its contents.
const FRAME: usize = 16;

/// The series of one metric, and their changes since the oldest snapshot.
#[derive(Debug)]
pub(super) struct MetricHistory {
    pub(super) descriptor: &'static MetricDescriptor,
    pub(super) scale: Scale,
    entries: Vec<Option<Entry>>,
    by_key: HashMap<Arc<str>, u32, RandomState>,
    free: Vec<u32>,
    /// One for each snapshot, the oldest first.
    frames: VecDeque<Box<[u8]>>,
    bytes_of_frames: usize,
    bytes_of_series: usize,
    /// Series for which there was no room at the last snapshot.
    pub(super) left_out: usize,
    has_begun: bool,
}

/// One series.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: Arc<str>,
    /// The cells at the last snapshot.
    pub(super) cells: Box<[u64]>,
    /// The number of the snapshot in which it appeared.
    pub(super) first: u64,
    /// The number of the last snapshot that had it.
    last: u64,
}

/// Memory that a snapshot uses for one series after another.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    cells: Vec<u64>,
    key: String,
    frame: Vec<u8>,
}

impl MetricHistory {
    /// Creates a history that has missed `snapshots` snapshots.
    pub(super) fn new(
        descriptor: &'static MetricDescriptor,
        scale: Scale,
        snapshots: usize,
    ) -> Self {
        Self {
            descriptor,
            scale,
            entries: Vec::new(),
            by_key: HashMap::default(),
            free: Vec::new(),
            frames: std::iter::repeat_with(Box::default)
                .take(snapshots)
                .collect(),
            bytes_of_frames: snapshots * FRAME,
            bytes_of_series: 0,
            left_out: 0,
            has_begun: false,
        }
    }

    pub(super) const fn bytes(&self) -> usize {
        self.bytes_of_frames + self.bytes_of_series
    }

    pub(super) const fn bytes_of_series(&self) -> usize {
        self.bytes_of_series
    }

    /// Adds a snapshot. New series take bytes from `room`.
    pub(super) fn record<S: Series>(
        &mut self,
        number: u64,
        series: impl Iterator<Item = S>,
        room: &mut usize,
    ) {
        let mut scratch = Scratch::default();
        // A series that had no room before may have counted long ago.
        let was_full = mem::take(&mut self.left_out) > 0;
        let begins = self.has_begun && !was_full;
        for series in series {
            series.read(&mut scratch.cells);
            scratch.key.clear();
            key::push(&mut scratch.key, &series);
            match self.by_key.get(scratch.key.as_str()).copied() {
                Some(index) => self.change(index, number, &mut scratch),
                None => self.add(number, begins, room, &mut scratch),
            }
        }
        self.bytes_of_frames += FRAME + scratch.frame.len();
        self.frames.push_back(scratch.frame.into());
        self.has_begun = true;
    }

    /// Notes the changes of a known series.
    fn change(&mut self, index: u32, number: u64, scratch: &mut Scratch) {
        let entry = self.entries.get_mut(index as usize);
        let Some(entry) = entry.and_then(Option::as_mut) else {
            return;
        };
        entry.last = number;
        if *entry.cells != *scratch.cells && entry.cells.len() == scratch.cells.len() {
            frame::push(&mut scratch.frame, index, &entry.cells, &scratch.cells);
            entry.cells.copy_from_slice(&scratch.cells);
        }
    }

    /// Adds a series. One that `begins` was not there before, and has counted from zero.
    fn add(&mut self, number: u64, begins: bool, room: &mut usize, scratch: &mut Scratch) {
        let entry = if self.free.is_empty() { ENTRY } else { 0 };
        let size = entry + size(scratch.key.len(), scratch.cells.len());
        let (Some(left), Some(index)) = (room.checked_sub(size), self.next_index()) else {
            self.left_out += 1;
            return;
        };
        *room = left;
        self.bytes_of_series += size;
        if self.free.pop().is_none() {
            self.entries.push(None);
        }
        if begins {
            let zero = vec![0; scratch.cells.len()];
            frame::push(&mut scratch.frame, index, &zero, &scratch.cells);
        }
        let key: Arc<str> = scratch.key.as_str().into();
        self.by_key.insert(Arc::clone(&key), index);
        if let Some(entry) = self.entries.get_mut(index as usize) {
            *entry = Some(Entry {
                key,
                cells: scratch.cells.as_slice().into(),
                first: number,
                last: number,
            });
        }
    }

    /// Returns an index that no series of a kept frame has.
    fn next_index(&self) -> Option<u32> {
        let new = || u32::try_from(self.entries.len()).ok();
        self.free.last().copied().or_else(new)
    }

    /// Adds a snapshot without any series.
    pub(super) fn skip(&mut self) {
        self.frames.push_back(Box::default());
        self.bytes_of_frames += FRAME;
    }

    /// Removes the oldest snapshot, and the series that no snapshot from `oldest` on has.
    pub(super) fn drop_oldest(&mut self, oldest: u64) {
        if let Some(frame) = self.frames.pop_front() {
            self.bytes_of_frames = self.bytes_of_frames.saturating_sub(FRAME + frame.len());
        }
        for (index, slot) in (0..).zip(&mut self.entries) {
            if let Some(entry) = slot.take_if(|entry| entry.last < oldest) {
                let size = size(entry.key.len(), entry.cells.len());
                self.bytes_of_series = self.bytes_of_series.saturating_sub(size);
                self.by_key.remove(&entry.key);
                self.free.push(index);
            }
        }
    }

    /// Returns the series with their indices.
    pub(super) fn series(&self) -> impl Iterator<Item = (usize, &Entry)> {
        let entries = self.entries.iter().enumerate();
        entries.filter_map(|(index, entry)| Some((index, entry.as_ref()?)))
    }

    /// Returns the frames, the latest first.
    pub(super) fn frames(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.frames.iter().rev().map(|frame| &**frame)
    }
}

/// The bytes that a series takes outside of its entry.
const fn size(key: usize, cells: usize) -> usize {
    HEADS + key + cells * size_of::<u64>()
}
