//! Which combinations of values there are, up to their bounds.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use super::ReadScope;
use super::{Held, Scopes, entered::Entry, tenant::Tenant};
use crate::{
    catalog::{AnyCatalog, ScopeLabel},
    label::OVERFLOW,
};

/// What [`Scopes::new`](super::Scopes::new) is made of.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct ScopeParts {
    pub labels: &'static [ScopeLabel],
    /// The most combinations at a time.
    pub limit: usize,
    /// How long a combination stays that nobody uses.
    pub idle_seconds: u64,
    pub catalog: fn() -> &'static dyn AnyCatalog,
}

/// A moment, by the clock of the process or of a capture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now {
    pub(super) clock: u64,
    pub(super) nanoseconds: u64,
}

impl Now {
    /// The process's clock.
    pub(super) const PROCESS: u64 = 0;

    #[cfg(feature = "testing")]
    pub(super) fn current() -> Self {
        match crate::testing::clock() {
            Some((clock, nanoseconds)) => Self { clock, nanoseconds },
            None => Self::process(),
        }
    }

    #[cfg(not(feature = "testing"))]
    pub(super) fn current() -> Self {
        Self::process()
    }

    fn process() -> Self {
        Self {
            clock: Self::PROCESS,
            nanoseconds: crate::clock::nanoseconds(),
        }
    }

    #[cfg(feature = "testing")]
    pub(super) fn current_clock() -> u64 {
        crate::testing::clock().map_or(Self::PROCESS, |(clock, _)| clock)
    }

    #[cfg(not(feature = "testing"))]
    pub(super) const fn current_clock() -> u64 {
        Self::PROCESS
    }
}

/// The combinations that are there, in their order. The lock is taken to enter a scope and to read a page, never to
/// record.
#[derive(Debug)]
pub(crate) struct Directory {
    entries: RwLock<Entries>,
}

#[derive(Debug)]
struct Entries {
    /// By their values, between NULs, which no value has.
    tenants: BTreeMap<String, &'static Tenant>,
    /// Of each label, the values that have been given a place of their own, and how many combinations have them.
    values: Vec<BTreeMap<Box<str>, usize>>,
    /// Before this moment nobody is idle, provided that the time for it is this one.
    next_idle: u64,
    idle: u64,
    /// Whether there ever was any.
    was_used: bool,
}

/// Values as they can be entered, and a bit for each that is `other` for want of room.
struct Folded<'value> {
    values: Vec<&'value str>,
    overflowed: u32,
}

impl Directory {
    pub(crate) const fn new() -> Self {
        Self {
            entries: RwLock::new(Entries {
                tenants: BTreeMap::new(),
                values: Vec::new(),
                next_idle: 0,
                idle: 0,
                was_used: false,
            }),
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Entries> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Entries> {
        self.entries.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The tenant of these values, which are fit for a page. Those past their bounds are `other`.
    pub(super) fn resolve(&self, scopes: &'static Scopes, values: &[Cow<'_, str>]) -> Held {
        let now = Now::current();
        {
            let entries = self.read();
            let folded = entries.folded(scopes, values);
            let has_all = folded.overflowed == 0 || !entries.is_due(scopes, now);
            if let Some(tenant) = entries.tenants.get(&key(&folded.values))
                && has_all
            {
                return folded.held(tenant);
            }
        }
        let mut entries = self.write();
        entries.let_idle_go(scopes, now);
        let folded = entries.folded(scopes, values);
        let tenant = entries.enter(scopes, &folded.values, now);
        folded.held(tenant)
    }

    /// Everybody who is not idle, in order.
    pub(super) fn to_read(&self, scopes: &'static Scopes) -> Vec<ReadScope> {
        let now = Now::current();
        if self.read().is_due(scopes, now) {
            self.write().let_idle_go(scopes, now);
        }
        let entries = self.read();
        let tenants = entries.tenants.values();
        tenants.map(|tenant| ReadScope::new(tenant)).collect()
    }

    /// Whether anybody ever was in one of these scopes.
    pub(super) fn was_used(&self) -> bool {
        self.read().was_used
    }
}

impl Drop for Directory {
    /// That of a capture, which is over.
    fn drop(&mut self) {
        let now = Now::current();
        let entries = self
            .entries
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        for tenant in entries.tenants.values() {
            if tenant.idle(now).is_some() {
                tenant.scopes().give_back(tenant);
            }
        }
    }
}

impl Entries {
    /// The values as far as there is room for them.
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
        if self.tenants.len() < scopes.limit() {
            return folded;
        }
        // At the most combinations, whoever is new shares with others what it can.
        for index in (0..scopes.labels().len()).rev() {
            if !self.tenants.contains_key(&key(&folded.values)) {
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

    fn enter(&mut self, scopes: &'static Scopes, values: &[&str], now: Now) -> &'static Tenant {
        let key = key(values);
        if let Some(tenant) = self.tenants.get(&key) {
            return tenant;
        }
        let tenant = scopes.fresh();
        let owned: Box<[Box<str>]> = values.iter().map(|value| (*value).into()).collect();
        tenant.rename(owned, now);
        self.values.resize_with(values.len(), BTreeMap::new);
        for (known, value) in self.values.iter_mut().zip(values) {
            if !is_shared(value) {
                *known.entry((*value).into()).or_default() += 1;
            }
        }
        self.tenants.insert(key, tenant);
        self.next_idle = self
            .next_idle
            .min(now.nanoseconds.saturating_add(scopes.idle()));
        self.was_used = true;
        tenant
    }

    fn is_due(&self, scopes: &Scopes, now: Now) -> bool {
        now.nanoseconds >= self.next_idle || self.idle != scopes.idle()
    }

    /// Takes those away whom nobody has used for too long.
    fn let_idle_go(&mut self, scopes: &'static Scopes, now: Now) {
        if !self.is_due(scopes, now) {
            return;
        }
        let limit = scopes.idle();
        let metrics = scopes.metrics();
        (self.idle, self.next_idle) = (limit, now.nanoseconds.saturating_add(limit));
        let (values, next_idle) = (&mut self.values, &mut self.next_idle);
        self.tenants.retain(|_, tenant| {
            let Some(idle) = tenant.idle(now) else {
                return true;
            };
            if idle < limit {
                *next_idle = (*next_idle).min(now.nanoseconds.saturating_add(limit - idle));
                return true;
            }
            if tenant.is_live(&metrics) {
                return true;
            }
            forget(values, &tenant.values());
            scopes.give_back(tenant);
            false
        });
    }
}

/// Their places are free for others, once no combination has them.
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

/// Whether the value takes no place of its own.
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

    /// For a caller who has the lock.
    fn held(&self, tenant: &'static Tenant) -> Held {
        Held::again(Entry {
            tenant,
            overflowed: self.overflowed,
        })
    }
}
