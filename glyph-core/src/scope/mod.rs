//! Labels that come from the context of the running code: the tenant, the campaign, the region.
//!
//! A catalog declares them, `scope(tenant_id: max 1000, campaign_id: max 5000)`, and generates a
//! struct for them. In its `scope` and `in_scope`, all metrics of the catalog and of the catalogs
//! nested in it have these labels.
//!
//! ```
//! # use glyph_core as glyph_runtime;
//! use glyph_runtime::{Counter, metric_catalog};
//!
//! #[metric_catalog(namespace = "doc_scopes", scope(tenant_id: max 1000))]
//! pub struct Metrics {
//!     /// Orders.
//!     pub orders: Counter,
//! }
//!
//! # fn main() {
//! let acme = TenantContext { tenant_id: "acme-corp" };
//! acme.in_scope(|| Metrics::global().orders.inc());
//! assert_eq!(acme.in_scope(|| Metrics::global().orders.value()), 1);
//! assert_eq!(Metrics::global().orders.value(), 0); // outside of the scope the label is absent
//! # }
//! ```

mod body;
mod current;
mod directory;
mod future;
mod scope_entry;
mod scopes;
mod value;

use std::fmt;

pub use body::ScopeBody;
pub use directory::ScopeParts;
pub use future::InScope;
pub use scopes::Scopes;
pub use value::ScopeValue;

pub(crate) use current::{ActiveScope, current_lease, entering};
pub use current::{ScopeGuard, current_values};
use scope_entry::ReadScope;
pub(crate) use scope_entry::{ScopeEntry, ScopeLease};

/// The limit of scopes, one of each catalog, that code can be in at a time. Further ones are not
/// entered.
pub(crate) const MOST_SCOPES: usize = 4;

/// Scope labels whose values were looked up. Metrics recorded in the scope have them.
///
/// `labels()` of the struct that a catalog generates returns it, and [`current`](Self::current)
/// returns the current one. Keep it with a request, a task or a connection: it is `Send`, a clone
/// costs an addition, and entering it costs a few stores. It holds the labels of at most four
/// catalogs.
///
/// A scope does not become idle while a `ScopeLabels` of it exists.
///
/// ```
/// # use glyph_core as glyph_runtime;
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
    leases: [Option<ScopeLease>; MOST_SCOPES],
}

impl ScopeLabels {
    /// No labels.
    pub const NONE: Self = Self {
        leases: [const { None }; MOST_SCOPES],
    };

    /// Returns the current labels of all catalogs.
    pub fn current() -> Self {
        Self {
            leases: current::stack().map(|active| active.map(ScopeLease::take)),
        }
    }

    /// [`current`](Self::current), if the running code has any.
    pub(crate) fn current_if_any() -> Option<Self> {
        current::any().then(Self::current)
    }

    pub(super) fn of(lease: Option<ScopeLease>) -> Self {
        Self {
            leases: [lease, None, None, None],
        }
    }

    /// Whether there are no labels.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.leases.iter().all(Option::is_none)
    }

    /// Adds the labels of another catalog. If both have labels of one catalog, `others` take
    /// precedence.
    pub fn and(mut self, others: impl IntoScopeLabels) -> Self {
        for lease in others.into_scope_labels().leases.into_iter().flatten() {
            let mut slots = self.leases.iter_mut();
            let slot = slots.find(|slot| {
                slot.as_ref()
                    .is_none_or(|other| other.is_of_same_catalog(&lease))
            });
            if let Some(slot) = slot {
                *slot = Some(lease);
            }
        }
        self
    }

    /// Passes names and values to `read`, as they are exposed: values beyond the limit of their
    /// label are `other`.
    pub fn for_each(&self, mut read: impl FnMut(&'static str, &str)) {
        for lease in self.leases.iter().flatten() {
            lease.for_each(&mut read);
        }
    }

    /// Runs `work` with these labels. Labels of other catalogs stay.
    pub fn in_scope<R>(&self, work: impl ScopeBody<R>) -> R {
        let _entered = self.enter();
        work()
    }

    /// Returns a future or a stream that has these labels whenever it is polled, and when it is
    /// dropped.
    pub const fn scope<F>(self, future: F) -> InScope<F> {
        InScope::new(self, future)
    }

    /// Enters these labels, in addition to the current labels of other catalogs.
    pub(crate) fn enter(&self) -> ScopeGuard<'_> {
        ScopeGuard::over(self.entries())
    }

    /// Enters these labels, and leaves all current ones.
    pub(crate) fn enter_alone(&self) -> ScopeGuard<'_> {
        ScopeGuard::alone(self.entries())
    }

    fn entries(&self) -> current::Stack {
        self.leases
            .each_ref()
            .map(|lease| lease.as_ref().map(ScopeLease::active))
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

/// A set of scope labels: the struct that a catalog generates, an `Option` of one, or a pair of
/// them.
///
/// Layers take functions that return one: `|request| TenantContext { tenant_id: header(request) }`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of scope labels",
    label = "not scope labels",
    note = "use the struct that a catalog with `scope(..)` generates, such as `TenantContext {{ .. }}`, or an `Option` of it"
)]
pub trait IntoScopeLabels {
    /// Looks the values up.
    fn into_scope_labels(self) -> ScopeLabels;
}

/// Looks up the values of a struct of scope labels. Its methods need it.
#[doc(hidden)]
pub trait ScopeLookup {
    fn look_up(&self) -> ScopeLabels;
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

/// Looks up the values of a catalog's scope. `None` is an absent value.
#[doc(hidden)]
pub fn resolved(scopes: &'static Scopes, values: &[Option<&str>]) -> ScopeLabels {
    ScopeLabels::of(scopes.resolve(values))
}
