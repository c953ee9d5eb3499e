//! The catalogs that artifacts are generated from.

use std::num::NonZeroU32;

use glyph_core::catalog::{Catalog, CatalogDescriptor};

use crate::families::Families;

/// The first line of every file.
pub(crate) const HEADER: &str =
    "Generated from the metric catalogs of the program: change the attributes there.";

/// What is made of some catalogs.
///
/// Everything it gives depends on the declarations alone, and is the same on every machine.
#[derive(Clone, Debug, Default)]
#[must_use = "it gives artifacts when it is asked"]
pub struct Artifacts {
    pub(crate) catalogs: Vec<&'static CatalogDescriptor>,
    pub(crate) target_labels: Vec<String>,
    /// What the times of alerts are divided by, where they are.
    pub(crate) shortened: Option<NonZeroU32>,
}

/// A reference to what a catalog declares.
struct Described<C>(C);

impl<C: Catalog> Described<C> {
    const DESCRIPTOR: &'static CatalogDescriptor = &C::DESCRIPTOR;
}

impl Artifacts {
    /// Those of one catalog, with what is nested in it.
    pub fn of<C: Catalog>() -> Self {
        Self::default().and::<C>()
    }

    /// Those of one more catalog.
    pub fn and<C: Catalog>(mut self) -> Self {
        self.catalogs.push(Described::<C>::DESCRIPTOR);
        self
    }

    /// Those of these catalogs.
    pub fn new(catalogs: impl IntoIterator<Item = &'static CatalogDescriptor>) -> Self {
        Self {
            catalogs: catalogs.into_iter().collect(),
            ..Self::default()
        }
    }

    /// Labels that every series gets on its way, from a scrape or a collector: `env`, `cluster`. Expressions may use
    /// them, besides `job` and `instance`, and alerts and objectives are told apart by them. Those of a catalog's
    /// `scope(..)` are known without: rules add up over them, unless they are told apart, `by(tenant_id)`.
    pub fn target_labels<L: Into<String>>(mut self, labels: impl IntoIterator<Item = L>) -> Self {
        self.target_labels
            .extend(labels.into_iter().map(Into::into));
        self
    }

    /// Divides the windows and pending times of alerts, which are a second at least: for a rehearsal, never for
    /// what is deployed. Objectives stay as they are.
    pub fn shortened(mut self, factor: NonZeroU32) -> Self {
        self.shortened = Some(factor);
        self
    }

    pub(crate) fn families(&self) -> Families {
        Families::new(&self.catalogs)
            .told_apart_by(&self.target_labels)
            .shortened(self.shortened)
    }
}
