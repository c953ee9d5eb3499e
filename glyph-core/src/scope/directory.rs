//! The combinations of label values that are in use, up to their limits.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    sync::{RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use super::{ReadScope, ScopeLease, Scopes, current::ActiveScope, scope_entry::ScopeEntry};
use crate::{
    catalog::{AnyCatalog, ScopeLabel},
    clock::Now,
    label::OVERFLOW,
    metric::RecordingTarget,
    sync::{self, ignore_poison},
};

/// The arguments of [`Scopes::new`](super::Scopes::new).
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct ScopeParts {
    pub labels: &'static [ScopeLabel],
    /// The limit of combinations at a time.
    pub limit: usize,
    /// The time after which an unused combination is removed.
    pub idle_seconds: u64,
    pub catalog: fn() -> &'static dyn AnyCatalog,
}

/// The combinations in order. Lookups of scopes and scrapes take the lock, recording never does.
#[derive(Debug)]
pub(crate) struct Directory {
    entries: RwLock<Entries>,
}

#[derive(Debug)]
struct Entries {
    /// The key joins the values with NUL, which no value contains.
    by_values: BTreeMap<String, &'static ScopeEntry>,
    /// For each label, the values that count against its limit, and the number of combinations that
    /// have them.
    values: Vec<BTreeMap<Box<str>, usize>>,
    /// No combination can be removed before this moment, if the time limit is still `idle`. It
    /// spares most lookups the search.
    next_idle: u64,
    idle: u64,
    /// Whether a combination was ever added.
    was_used: bool,
}

/// Values within their limits, and a bit for each that became `other`.
struct Folded<'value> {
    values: Vec<&'value str>,
    overflowed: u32,
}

impl Directory {
    pub(crate) const fn new() -> Self {
        Self {
            entries: RwLock::new(Entries {
                by_values: BTreeMap::new(),
                values: Vec::new(),
                next_idle: 0,
                idle: 0,
                was_used: false,
            }),
        }
    }

    fn read(&self) -> Option<RwLockReadGuard<'_, Entries>> {
        sync::read_unless_lost(&self.entries)
    }

    fn write(&self) -> Option<RwLockWriteGuard<'_, Entries>> {
        sync::write_unless_lost(&self.entries)
    }

    /// Returns the entry of these values, which are sanitized. Values beyond their limits become
    /// `other`. `None` in a forked process that has lost the lock.
    pub(super) fn resolve(
        &self,
        scopes: &'static Scopes,
        values: &[Cow<'_, str>],
    ) -> Option<ScopeLease> {
        let now = Now::current();
        // Most combinations exist: threads share the read lock. The lease is taken under it, so
        // that the entry cannot be removed between.
        {
            let entries = self.read()?;
            let folded = entries.folded(scopes, values);
            // A value may be `other` only because idle combinations were not removed yet.
            let has_all = folded.overflowed == 0 || !entries.is_due(scopes, now);
            if let Some(entry) = entries.by_values.get(&key(&folded.values))
                && has_all
            {
                return Some(folded.lease(entry));
            }
        }
        let mut entries = self.write()?;
        entries.remove_idle(scopes, now);
        let folded = entries.folded(scopes, values);
        let entry = entries.enter(scopes, &folded.values, now);
        Some(folded.lease(entry))
    }

    /// Returns all combinations in order, after removing idle ones.
    pub(super) fn to_read(&self, scopes: &'static Scopes) -> Vec<ReadScope> {
        let now = Now::current();
        let is_due = self
            .read()
            .is_some_and(|entries| entries.is_due(scopes, now));
        if is_due && let Some(mut entries) = self.write() {
            entries.remove_idle(scopes, now);
        }
        let Some(entries) = self.read() else {
            return Vec::new();
        };
        let entries = entries.by_values.values();
        entries.map(|entry| ReadScope::new(entry)).collect()
    }

    /// Whether a combination was ever added.
    pub(super) fn was_used(&self) -> bool {
        self.read().is_none_or(|entries| entries.was_used)
    }
}

#[cfg(feature = "testing")]
impl crate::isolation::Isolated for Directory {
    type Captured = Self;

    fn fresh(&self) -> Self {
        Self::new()
    }
}

impl Drop for Directory {
    /// Returns the entries of a capture that has ended. The directory of the process is never
    /// dropped.
    fn drop(&mut self) {
        let now = Now::current();
        let entries = ignore_poison(self.entries.get_mut());
        for entry in entries.by_values.values() {
            if entry.idle(now).is_some() {
                entry.scopes().give_back(entry);
            }
        }
    }
}

impl Entries {
    /// Replaces values beyond their limits by `other`.
    fn folded<'value>(&self, scopes: &Scopes, values: &'value [Cow<'_, str>]) -> Folded<'value> {
        let mut folded = Folded {
            values: values.iter().map(AsRef::as_ref).collect(),
            overflowed: 0,
        };
        for (index, label) in scopes.labels().iter().enumerate() {
            if !self.has_room(index, label.max, folded.values.get(index)) {
                folded.fold(index);
            }
        }
        if self.by_values.len() < scopes.limit() {
            return folded;
        }
        // At the limit, replace values by `other`, from the last label on, until the combination
        // exists.
        for index in (0..scopes.labels().len()).rev() {
            if !self.by_values.contains_key(&key(&folded.values)) {
                folded.fold(index);
            }
        }
        folded
    }

    fn has_room(&self, label: usize, max: usize, value: Option<&&str>) -> bool {
        let (Some(value), Some(known)) = (value, self.values.get(label)) else {
            return true;
        };
        is_shared(value) || known.len() < max || known.contains_key(*value)
    }

    fn enter(&mut self, scopes: &'static Scopes, values: &[&str], now: Now) -> &'static ScopeEntry {
        let key = key(values);
        if let Some(entry) = self.by_values.get(&key) {
            return entry;
        }
        let entry = scopes.fresh();
        let owned: Box<[Box<str>]> = values.iter().map(|value| (*value).into()).collect();
        entry.rename(owned, now);
        self.values.resize_with(values.len(), BTreeMap::new);
        for (known, value) in self.values.iter_mut().zip(values) {
            if !is_shared(value) {
                *known.entry((*value).into()).or_default() += 1;
            }
        }
        self.by_values.insert(key, entry);
        self.next_idle = self
            .next_idle
            .min(now.nanoseconds.saturating_add(scopes.idle()));
        self.was_used = true;
        entry
    }

    fn is_due(&self, scopes: &Scopes, now: Now) -> bool {
        now.nanoseconds >= self.next_idle || self.idle != scopes.idle()
    }

    /// Removes the combinations that have been idle for too long.
    fn remove_idle(&mut self, scopes: &'static Scopes, now: Now) {
        if !self.is_due(scopes, now) {
            return;
        }
        let limit = scopes.idle();
        let metrics = scopes.metrics();
        (self.idle, self.next_idle) = (limit, now.nanoseconds.saturating_add(limit));
        let (values, next_idle) = (&mut self.values, &mut self.next_idle);
        self.by_values.retain(|_, entry| {
            let Some(idle) = entry.idle(now) else {
                return true;
            };
            if idle < limit {
                *next_idle = (*next_idle).min(now.nanoseconds.saturating_add(limit - idle));
                return true;
            }
            if entry.is_live(&metrics) {
                return true;
            }
            forget(values, &entry.values());
            scopes.give_back(entry);
            false
        });
    }
}

/// Removes the values of a removed combination, unless another combination has them.
fn forget(known: &mut [BTreeMap<Box<str>, usize>], values: &[Box<str>]) {
    for (known, value) in known.iter_mut().zip(values) {
        if let Some(count) = known.get_mut(value) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                known.remove(value);
            }
        }
    }
}

/// Whether the value does not count against a limit.
fn is_shared(value: &str) -> bool {
    value.is_empty() || value == OVERFLOW
}

fn key(values: &[&str]) -> String {
    values.join("\0")
}

impl Folded<'_> {
    fn fold(&mut self, label: usize) {
        if let Some(value) = self.values.get_mut(label)
            && !is_shared(value)
        {
            *value = OVERFLOW;
            self.overflowed |= 1 << label;
        }
    }

    /// The caller holds the lock, so the entry cannot be removed meanwhile.
    fn lease(&self, entry: &'static ScopeEntry) -> ScopeLease {
        ScopeLease::take(ActiveScope {
            entry,
            overflowed: self.overflowed,
        })
    }
}
