//! Labels that come from what the running code is part of: the tenant, the campaign, the region.
//!
//! A catalog declares them, `scope(tenant_id: max 1000, campaign_id: max 5000)`, and generates a struct for them. Inside
//! of its `scope` and `in_scope` all metrics of the catalog, and of the catalogs nested in it, carry them.

mod directory;
mod entered;
mod future;
mod scopes;
mod tenant;
mod value;

use std::fmt;

pub use directory::ScopeParts;
pub use future::InScope;
pub use scopes::Scopes;
pub use value::ScopeValue;

#[cfg(feature = "testing")]
pub(crate) use directory::Directory;
#[cfg(any(feature = "trace", feature = "log", feature = "testing"))]
pub(crate) use entered::current_values;
pub(crate) use entered::{Entered, Entry, entering};
pub(crate) use tenant::Held;
pub(crate) use tenant::ReadScope;

/// The most labels of one scope.
pub(crate) const MOST_LABELS: usize = 8;

/// How many catalogs' scopes the running code can be in at a time; further ones are not entered.
pub(crate) const MOST_SCOPES: usize = 4;

/// The values of a scope's labels, looked up: what is recorded inside carries them.
///
/// The struct that a catalog generates gives it (`labels()`), and [`current`](Self::current) the ones of the running code.
/// It is what goes along with a request, a task or a connection: cloning it costs an addition and entering it a few
/// stores, and it belongs to no thread. It may hold the labels of up to four catalogs, or none.
///
/// A tenant whose `ScopeLabels` somebody holds is not idle.
///
/// ```
/// use glyph_runtime::{Counter, metric_catalog, scope::ScopeLabels};
///
/// #[metric_catalog(namespace = "doc_scope_labels", scope(tenant_id: max 1000))]
/// pub struct Metrics {
///     /// Calls of tools.
///     pub tool_calls: Counter,
/// }
///
/// # fn main() {
/// let acme: ScopeLabels = TenantContext { tenant_id: "acme-corp" }.labels();
/// let there = acme.clone();
/// std::thread::spawn(move || there.in_scope(|| Metrics::global().tool_calls.inc())).join().unwrap();
///
/// assert_eq!(acme.in_scope(|| Metrics::global().tool_calls.value()), 1);
/// assert_eq!(Metrics::global().tool_calls.value(), 0);
/// # }
/// ```
#[derive(Clone, Default)]
#[must_use = "labels do nothing unless something is run inside of their scope"]
pub struct ScopeLabels {
    held: [Option<Held>; MOST_SCOPES],
}

impl ScopeLabels {
    /// No labels.
    pub const NONE: Self = Self {
        held: [const { None }; MOST_SCOPES],
    };

    /// Those of the running code, of all catalogs.
    pub fn current() -> Self {
        Self {
            held: entered::stack().map(|entry| entry.map(Held::again)),
        }
    }

    /// [`current`](Self::current), if the running code has any.
    #[cfg(feature = "http")]
    pub(crate) fn current_if_any() -> Option<Self> {
        entered::any().then(Self::current)
    }

    pub(super) fn of(held: Option<Held>) -> Self {
        Self {
            held: [held, None, None, None],
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.held.iter().all(Option::is_none)
    }

    /// These labels and those of another catalog; where both are of one catalog, the others'.
    pub fn and(mut self, others: impl IntoScopeLabels) -> Self {
        for held in others.into_scope_labels().held.into_iter().flatten() {
            let mut places = self.held.iter_mut();
            let place = places.find(|place| {
                place
                    .as_ref()
                    .is_none_or(|other| other.is_of_same_catalog(&held))
            });
            if let Some(place) = place {
                *place = Some(held);
            }
        }
        self
    }

    /// Names and values, as they stand on the page: values past the bound of their label are `other`.
    pub fn for_each(&self, mut read: impl FnMut(&'static str, &str)) {
        for held in self.held.iter().flatten() {
            held.for_each(&mut read);
        }
    }

    /// Runs `work` with these labels. Those of other catalogs stay as they are.
    pub fn in_scope<R>(&self, work: impl FnOnce() -> R) -> R {
        let _entered = self.enter();
        work()
    }

    /// Gives a future, or a stream, that has these labels whenever it is polled, and when it is dropped.
    pub const fn scope<F>(self, future: F) -> InScope<F> {
        InScope::new(self, future)
    }

    /// On top of those of the running code.
    pub(crate) fn enter(&self) -> Entered<'_> {
        Entered::over(self.entries())
    }

    /// In the place of those of the running code.
    #[cfg(feature = "trace")]
    pub(crate) fn enter_alone(&self) -> Entered<'_> {
        Entered::alone(self.entries())
    }

    fn entries(&self) -> entered::Stack {
        self.held
            .each_ref()
            .map(|held| held.as_ref().map(Held::entry))
    }
}

impl fmt::Debug for ScopeLabels {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = formatter.debug_map();
        self.for_each(|name, value| {
            map.entry(&name, &value);
        });
        map.finish()
    }
}

/// What gives the labels of a scope: the struct that a catalog generates, an `Option` of one, or a pair of two catalogs'.
///
/// Layers take functions that return one: `|request| TenantContext { tenant_id: header(request) }`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` gives no labels of a scope",
    label = "no labels of a scope",
    note = "give the struct that a catalog with `scope(..)` generates, such as `TenantContext {{ .. }}`, or an `Option` of it"
)]
pub trait IntoScopeLabels {
    /// Looks the values up.
    fn into_scope_labels(self) -> ScopeLabels;
}

impl IntoScopeLabels for ScopeLabels {
    fn into_scope_labels(self) -> ScopeLabels {
        self
    }
}

impl<L: IntoScopeLabels> IntoScopeLabels for Option<L> {
    fn into_scope_labels(self) -> ScopeLabels {
        self.map(L::into_scope_labels).unwrap_or_default()
    }
}

impl<A: IntoScopeLabels, B: IntoScopeLabels> IntoScopeLabels for (A, B) {
    fn into_scope_labels(self) -> ScopeLabels {
        self.0.into_scope_labels().and(self.1)
    }
}

/// Looks up the values of a catalog's scope; an absent one is `None`.
#[doc(hidden)]
pub fn resolved(scopes: &'static Scopes, values: &[Option<&str>]) -> ScopeLabels {
    ScopeLabels::of(scopes.resolve(values))
}
