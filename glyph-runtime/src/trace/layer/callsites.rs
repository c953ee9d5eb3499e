//! Callsites of spans and events: the crate that each is in, and which of its fields are integers.
//!
//! The table is the process's. It has at most as many entries as the program has callsites.

use std::{
    cell::Cell,
    collections::BTreeMap,
    ptr::from_ref,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use glyph_core::__runtime::{SourceCrate, lock_unless_lost, source_crate_of};
use tracing::Metadata;

use super::table::{MAX_ENTRIES, Table};
use crate::otlp::instrumentation;

/// The limit of tracked fields per callsite.
const MAX_FIELDS: usize = 64;
/// The callsites that a thread finds without a lock.
const RECENT: usize = 64;

static CALLSITES: Table<Callsite> = Table::new();
static INDICES: Mutex<Indices> = Mutex::new(Indices {
    callsites: BTreeMap::new(),
    crates: BTreeMap::new(),
});

thread_local! {
    /// The addresses and indices of callsites that this thread has used, by a hash of the address.
    static RECENTLY: [Cell<(usize, usize)>; RECENT] = const { [const { Cell::new((0, 0)) }; RECENT] };
}

/// A callsite of spans or events.
#[derive(Debug)]
pub(super) struct Callsite {
    pub(super) index: usize,
    metadata: &'static Metadata<'static>,
    pub(super) source: SourceCrate,
    /// The index of the crate.
    pub(super) crate_index: usize,
    /// One bit for each field that was recorded as an unsigned or 128-bit integer.
    integers: AtomicU64,
}

#[derive(Debug)]
struct Indices {
    /// By the address of the metadata.
    callsites: BTreeMap<usize, usize>,
    crates: BTreeMap<SourceCrate, usize>,
}

impl Callsite {
    /// Notes that a field is an integer.
    pub(super) fn note_integer(&self, name: &str) {
        let mut fields = self.metadata.fields().iter();
        let position = fields.position(|field| field.name() == name);
        if let Some(field) = position.filter(|field| *field < MAX_FIELDS)
            && self.integers.load(Relaxed) >> field & 1 == 0
        {
            self.integers.fetch_or(1 << field, Relaxed);
        }
    }

    /// Whether a field was recorded as an unsigned or 128-bit integer.
    pub(super) fn is_integer(&self, name: &str) -> bool {
        let integers = self.integers.load(Relaxed);
        if integers == 0 {
            return false;
        }
        let mut fields = self.metadata.fields().iter().take(MAX_FIELDS).enumerate();
        fields.any(|(field, known)| integers >> field & 1 == 1 && known.name() == name)
    }
}

/// Returns the callsite with this index.
pub(super) fn at(index: usize) -> Option<&'static Callsite> {
    CALLSITES.get(index)
}

/// Returns the callsite with this metadata. `None` if the table is full, or if a lock was lost in a
/// fork of the process.
pub(super) fn find(metadata: &'static Metadata<'static>) -> Option<&'static Callsite> {
    let address = from_ref(metadata).addr();
    let recent = recent(address);
    if let Some(callsite) = recent {
        return Some(callsite);
    }
    let callsite = find_or_create(metadata, address)?;
    let _ = RECENTLY.try_with(|recently| {
        if let Some(slot) = recently.get(slot_of(address)) {
            slot.set((address, callsite.index));
        }
    });
    Some(callsite)
}

fn recent(address: usize) -> Option<&'static Callsite> {
    let slot = RECENTLY.try_with(|recently| recently.get(slot_of(address)).map(Cell::get));
    let (known, index) = slot.ok().flatten()?;
    (known == address).then(|| at(index)).flatten()
}

/// Metadata is larger than 64 bytes, so the lowest bits differ little.
const fn slot_of(address: usize) -> usize {
    (address >> 4 ^ address >> 10) % RECENT
}

#[cold]
fn find_or_create(
    metadata: &'static Metadata<'static>,
    address: usize,
) -> Option<&'static Callsite> {
    let mut indices = lock_unless_lost(&INDICES)?;
    let next = indices.callsites.len();
    if next >= MAX_ENTRIES {
        let known = indices.callsites.get(&address).copied();
        return known.and_then(at);
    }
    let index = *indices.callsites.entry(address).or_insert(next);
    let source = source_of(metadata);
    let next = indices.crates.len();
    let crate_index = *indices.crates.entry(source).or_insert(next);
    CALLSITES.get_or_create(index, || Callsite {
        index,
        metadata,
        source,
        crate_index,
        integers: AtomicU64::new(0),
    })
}

fn source_of(metadata: &'static Metadata<'static>) -> SourceCrate {
    let source = source_crate_of(metadata);
    let own = instrumentation::OWN;
    if source.name == own.name { own } else { source }
}
