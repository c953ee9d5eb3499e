//! The current scopes of a thread.

use std::{cell::Cell, marker::PhantomData, ptr};

use super::{MOST_SCOPES, ScopeLease, Scopes, scope_entry::ScopeEntry};
use crate::metric::{CatalogCells, RecordingTarget};

/// A scope that code is in, or was in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ActiveScope {
    pub(crate) entry: &'static ScopeEntry,
    /// A bit for each label whose value is beyond its limit.
    pub(crate) overflowed: u32,
}

/// The scopes that code is in: at most one of each catalog, without gaps.
pub(super) type Stack = [Option<ActiveScope>; MOST_SCOPES];

thread_local! {
    /// The scopes of this thread. It has no destructor, so that a lookup is a plain load.
    static CURRENT: [Cell<Option<ActiveScope>>; MOST_SCOPES] = const { [const { Cell::new(None) }; MOST_SCOPES] };
}

pub(super) fn stack() -> Stack {
    CURRENT
        .try_with(|current| current.each_ref().map(Cell::get))
        .unwrap_or_default()
}

/// Whether the running code is in any scope.
pub(super) fn any() -> bool {
    CURRENT.try_with(|[first, ..]| first.get().is_some()) == Ok(true)
}

/// Returns the scope of `of` that the running code is in. Only the address of `of` is used.
pub(super) fn active_in(of: &dyn RecordingTarget) -> Option<ActiveScope> {
    let find = |current: &[Cell<Option<ActiveScope>>; MOST_SCOPES]| {
        let mut entries = current.iter().map_while(Cell::get);
        entries.find(|active| ptr::addr_eq(active.entry.scopes(), of) && active.entry.is_current())
    };
    CURRENT.try_with(find).ok().flatten()
}

/// Returns the scope that the running code is in, for a caller that records in it later.
#[inline]
pub(crate) fn current_lease(catalog: &CatalogCells) -> Option<ScopeLease> {
    lease_in(catalog.target()?)
}

#[inline(never)]
fn lease_in(of: &dyn RecordingTarget) -> Option<ScopeLease> {
    active_in(of).map(ScopeLease::take)
}

/// Passes the names and values of all scope labels of the running code to `read`.
#[doc(hidden)]
pub fn current_values(read: &mut dyn FnMut(&'static str, &str)) {
    for active in stack().into_iter().map_while(|active| active) {
        if active.entry.is_current() {
            active.entry.for_each(read);
        }
    }
}

/// Keeps its thread in scopes. Guards are dropped in the reverse order of their creation.
#[doc(hidden)]
#[derive(Debug)]
#[must_use]
pub struct ScopeGuard<'scope> {
    before: Stack,
    /// Makes the guard borrow the leases of its scopes, and keeps it on its thread.
    borrows: PhantomData<(&'scope (), *const ())>,
}

impl ScopeGuard<'_> {
    /// Enters these scopes, each in place of the current one of its catalog.
    pub(super) fn over(entries: Stack) -> Self {
        let mut stack = stack();
        for active in entries.into_iter().flatten() {
            put(&mut stack, active);
        }
        Self::alone(stack)
    }

    /// Enters these scopes and leaves all others.
    pub(super) fn alone(entries: Stack) -> Self {
        let before = stack();
        change(before, entries);
        Self {
            before,
            borrows: PhantomData,
        }
    }
}

impl Drop for ScopeGuard<'_> {
    #[inline(never)]
    fn drop(&mut self) {
        change(stack(), self.before);
    }
}

/// Enters a scope of one catalog, or leaves its scope if `wanted` is `None`. Returns `None` if
/// nothing changes.
#[inline]
pub(crate) fn entering<'lease>(
    catalog: &CatalogCells,
    wanted: Option<&'lease ScopeLease>,
) -> Option<ScopeGuard<'lease>> {
    enter_other(catalog.target()?, wanted)
}

#[inline(never)]
fn enter_other<'lease>(
    scopes: &dyn RecordingTarget,
    wanted: Option<&'lease ScopeLease>,
) -> Option<ScopeGuard<'lease>> {
    match (active_in(scopes), wanted) {
        (None, None) => None,
        (Some(active), Some(lease)) if lease.is(active) => None,
        (_, Some(lease)) => {
            let mut stack = stack();
            put(&mut stack, lease.active());
            Some(ScopeGuard::alone(stack))
        }
        (Some(active), None) => Some(ScopeGuard::alone(without(stack(), active))),
    }
}

fn put(stack: &mut Stack, active: ActiveScope) {
    let scopes = active.entry.scopes();
    let mut slots = stack.iter_mut();
    let slot = slots.find(|slot| slot.is_none_or(|other| ptr::eq(other.entry.scopes(), scopes)));
    if let Some(slot) = slot {
        *slot = Some(active);
    }
}

fn without(stack: Stack, left: ActiveScope) -> Stack {
    let mut others = stack
        .into_iter()
        .flatten()
        .filter(|active| !ptr::eq(active.entry, left.entry));
    [const { None }; MOST_SCOPES].map(|_: Option<ActiveScope>| others.next())
}

fn has(stack: &Stack, scopes: &Scopes) -> bool {
    scopes_of(stack).any(|other| ptr::eq(other, scopes))
}

/// Returns the scopes of a stack, which has no gaps.
fn scopes_of(stack: &Stack) -> impl Iterator<Item = &'static Scopes> {
    let entries = stack.iter().map_while(Option::as_ref);
    entries.map(|active| active.entry.scopes())
}

/// Sets the scopes of this thread. Hides its cells of catalogs whose scope was entered, and shows
/// those of catalogs whose scope was left.
fn change(before: Stack, after: Stack) {
    let _ = CURRENT.try_with(|current| {
        for (slot, active) in current.iter().zip(after) {
            slot.set(active);
        }
    });
    for scopes in scopes_of(&before) {
        if !has(&after, scopes) {
            scopes.unmask();
        }
    }
    for scopes in scopes_of(&after) {
        if !has(&before, scopes) {
            scopes.mask();
        }
    }
}
