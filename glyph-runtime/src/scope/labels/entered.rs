//! Which scopes the running code is in.

use std::{cell::Cell, marker::PhantomData, ptr};

use super::{MOST_SCOPES, ScopeLease, Scopes, scope_entry::ScopeEntry};
use crate::metric::{CatalogCells, RecordingTarget};

/// A scope that was entered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ActiveScope {
    pub(crate) entry: &'static ScopeEntry,
    /// A bit for each label whose value is past its bound.
    pub(crate) overflowed: u32,
}

/// One of each catalog at most, without gaps.
pub(super) type Stack = [Option<ActiveScope>; MOST_SCOPES];

thread_local! {
    /// Without a destructor, so that looking one up is a plain load.
    static ENTERED: [Cell<Option<ActiveScope>>; MOST_SCOPES] = const { [const { Cell::new(None) }; MOST_SCOPES] };
}

pub(super) fn stack() -> Stack {
    ENTERED.with(|entered| entered.each_ref().map(Cell::get))
}

/// Whether the running code is in any scope.
pub(super) fn any() -> bool {
    ENTERED.with(|[first, ..]| first.get().is_some())
}

/// The scope of these that the running code is in. `of` is known by its address: nothing of it is called.
pub(super) fn active_in(of: &dyn RecordingTarget) -> Option<ActiveScope> {
    ENTERED.with(|entered| {
        let mut entries = entered.iter().map_while(Cell::get);
        entries.find(|active| ptr::addr_eq(active.entry.scopes(), of) && active.entry.is_current())
    })
}

/// The scope that the running code is in, for a caller that records the catalog in it later.
#[inline]
pub(crate) fn current_lease(catalog: &CatalogCells) -> Option<ScopeLease> {
    active_in(catalog.target()?).map(ScopeLease::take)
}

/// Lends the names and values of all labels that the running code has from its scopes.
#[doc(hidden)]
pub fn current_values(read: &mut dyn FnMut(&'static str, &str)) {
    for active in stack().into_iter().map_while(|active| active) {
        if active.entry.is_current() {
            active.entry.for_each(read);
        }
    }
}

/// While it lives, its thread is in the scopes. What was entered last is left first.
#[doc(hidden)]
#[derive(Debug)]
#[must_use]
pub struct ScopeGuard<'scope> {
    before: Stack,
    /// It belongs to its thread, and to whoever holds the entries.
    held: PhantomData<(&'scope (), *const ())>,
}

impl ScopeGuard<'_> {
    /// Enters these, each in the place of the one of its catalog.
    pub(super) fn over(entries: Stack) -> Self {
        let mut stack = stack();
        for active in entries.into_iter().flatten() {
            put(&mut stack, active);
        }
        Self::alone(stack)
    }

    /// Enters these and leaves all others.
    pub(super) fn alone(entries: Stack) -> Self {
        let before = stack();
        change(before, entries);
        Self {
            before,
            held: PhantomData,
        }
    }
}

impl Drop for ScopeGuard<'_> {
    fn drop(&mut self) {
        change(stack(), self.before);
    }
}

/// Enters or leaves the scope of one catalog, if the running code is not there already.
#[inline]
pub(crate) fn entering<'held>(
    catalog: &CatalogCells,
    wanted: Option<&'held ScopeLease>,
) -> Option<ScopeGuard<'held>> {
    enter_other(catalog.target()?, wanted)
}

fn enter_other<'held>(
    scopes: &dyn RecordingTarget,
    wanted: Option<&'held ScopeLease>,
) -> Option<ScopeGuard<'held>> {
    match (active_in(scopes), wanted) {
        (None, None) => None,
        (Some(active), Some(held)) if held.is(active) => None,
        (_, Some(held)) => {
            let mut stack = stack();
            put(&mut stack, held.active());
            Some(ScopeGuard::alone(stack))
        }
        (Some(active), None) => Some(ScopeGuard::alone(without(stack(), active))),
    }
}

fn put(stack: &mut Stack, active: ActiveScope) {
    let scopes = active.entry.scopes();
    let mut places = stack.iter_mut();
    let place =
        places.find(|place| place.is_none_or(|other| ptr::eq(other.entry.scopes(), scopes)));
    if let Some(place) = place {
        *place = Some(active);
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
    let mut entries = stack.iter().flatten();
    entries.any(|active| ptr::eq(active.entry.scopes(), scopes))
}

/// The thread's own cells are put aside for catalogs that are in a scope, and taken up for those that no longer are.
fn change(before: Stack, after: Stack) {
    ENTERED.with(|entered| {
        for (place, active) in entered.iter().zip(after) {
            place.set(active);
        }
    });
    for scopes in before.iter().flatten().map(|active| active.entry.scopes()) {
        if !has(&after, scopes) {
            scopes.unmask();
        }
    }
    for scopes in after.iter().flatten().map(|active| active.entry.scopes()) {
        if !has(&before, scopes) {
            scopes.mask();
        }
    }
}
