//! Which scopes the running code is in.

use std::{cell::Cell, marker::PhantomData, ptr};

use super::{Held, MOST_SCOPES, Scopes, scope_entry::Tenant};
use crate::metric::{CatalogCells, RecordingTarget};

/// A scope that was entered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) tenant: &'static Tenant,
    /// A bit for each label whose value is past its bound.
    pub(crate) overflowed: u32,
}

/// One of each catalog at most, without gaps.
pub(super) type Stack = [Option<Entry>; MOST_SCOPES];

thread_local! {
    /// Without a destructor, so that looking one up is a plain load.
    static ENTERED: [Cell<Option<Entry>>; MOST_SCOPES] = const { [const { Cell::new(None) }; MOST_SCOPES] };
}

pub(super) fn stack() -> Stack {
    ENTERED.with(|entered| entered.each_ref().map(Cell::get))
}

/// Whether the running code is in any scope.
pub(super) fn any() -> bool {
    ENTERED.with(|[first, ..]| first.get().is_some())
}

/// The scope of these that the running code is in. `of` is known by its address: nothing of it is called.
pub(super) fn entry_of(of: &dyn RecordingTarget) -> Option<Entry> {
    ENTERED.with(|entered| {
        let mut entries = entered.iter().map_while(Cell::get);
        entries.find(|entry| ptr::addr_eq(entry.tenant.scopes(), of) && entry.tenant.is_current())
    })
}

/// The scope that the running code is in, for a caller that records the catalog in it later.
#[inline]
pub(crate) fn current_lease(catalog: &CatalogCells) -> Option<Held> {
    entry_of(catalog.target()?).map(Held::again)
}

/// Lends the names and values of all labels that the running code has from its scopes.
#[doc(hidden)]
pub fn current_values(read: &mut dyn FnMut(&'static str, &str)) {
    for entry in stack().into_iter().map_while(|entry| entry) {
        if entry.tenant.is_current() {
            entry.tenant.for_each(read);
        }
    }
}

/// While it lives, its thread is in the scopes. What was entered last is left first.
#[doc(hidden)]
#[derive(Debug)]
#[must_use]
pub struct Entered<'scope> {
    before: Stack,
    /// It belongs to its thread, and to whoever holds the tenants.
    held: PhantomData<(&'scope (), *const ())>,
}

impl Entered<'_> {
    /// Enters these, each in the place of the one of its catalog.
    pub(super) fn over(entries: Stack) -> Self {
        let mut stack = stack();
        for entry in entries.into_iter().flatten() {
            put(&mut stack, entry);
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

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        change(stack(), self.before);
    }
}

/// Enters or leaves the scope of one catalog, if the running code is not there already.
#[inline]
pub(crate) fn entering<'held>(
    catalog: &CatalogCells,
    wanted: Option<&'held Held>,
) -> Option<Entered<'held>> {
    enter_other(catalog.target()?, wanted)
}

fn enter_other<'held>(
    scopes: &dyn RecordingTarget,
    wanted: Option<&'held Held>,
) -> Option<Entered<'held>> {
    match (entry_of(scopes), wanted) {
        (None, None) => None,
        (Some(entry), Some(held)) if held.is(entry) => None,
        (_, Some(held)) => {
            let mut stack = stack();
            put(&mut stack, held.entry());
            Some(Entered::alone(stack))
        }
        (Some(entry), None) => Some(Entered::alone(without(stack(), entry))),
    }
}

fn put(stack: &mut Stack, entry: Entry) {
    let scopes = entry.tenant.scopes();
    let mut places = stack.iter_mut();
    let place =
        places.find(|place| place.is_none_or(|other| ptr::eq(other.tenant.scopes(), scopes)));
    if let Some(place) = place {
        *place = Some(entry);
    }
}

fn without(stack: Stack, left: Entry) -> Stack {
    let mut others = stack
        .into_iter()
        .flatten()
        .filter(|entry| !ptr::eq(entry.tenant, left.tenant));
    [const { None }; MOST_SCOPES].map(|_: Option<Entry>| others.next())
}

fn has(stack: &Stack, scopes: &Scopes) -> bool {
    let mut entries = stack.iter().flatten();
    entries.any(|entry| ptr::eq(entry.tenant.scopes(), scopes))
}

/// The thread's own cells are put aside for catalogs that are in a scope, and taken up for those that no longer are.
fn change(before: Stack, after: Stack) {
    ENTERED.with(|entered| {
        for (place, entry) in entered.iter().zip(after) {
            place.set(entry);
        }
    });
    for scopes in before.iter().flatten().map(|entry| entry.tenant.scopes()) {
        if !has(&after, scopes) {
            scopes.unmask();
        }
    }
    for scopes in after.iter().flatten().map(|entry| entry.tenant.scopes()) {
        if !has(&before, scopes) {
            scopes.mask();
        }
    }
}
