//! The catalogs that artifacts are generated from.

use std::num::NonZeroU32;

use glyph_core::catalog::{Catalog, CatalogDescriptor};

use crate::families::Families;

/// The comment at the start of each file.
pub(crate) const HEADER: &str =
    "Generated from the metric catalogs of the program: change the attributes there.";

/// The metric catalogs to generate artifacts from.
///
/// The output depends on the declarations alone and is the same on every machine.
#[derive(Clone, Debug, Default)]
#[must_use = "call a method such as `rules` or `write` to generate artifacts"]
pub struct Artifacts {
    pub(crate) catalogs: Vec<&'static CatalogDescriptor>,
    pub(crate) target_labels: Vec<String>,
    /// Patterns of metrics that other programs expose.
    pub(crate) external: Vec<String>,
    /// The divisor of the windows and pending times of alerts.
    pub(crate) shortened: Option<NonZeroU32>,
}

/// Makes the descriptor of a catalog a `'static` reference.
struct StaticDescriptor<C>(C);

impl<C: Catalog> StaticDescriptor<C> {
    const DESCRIPTOR: &'static CatalogDescriptor = &C::DESCRIPTOR;
}

impl Artifacts {
    /// Returns the artifacts of a catalog and of the catalogs nested in it.
    pub fn of<C: Catalog>() -> Self {
        Self::default().and::<C>()
    }

    /// Adds a catalog and the catalogs nested in it.
    pub fn and<C: Catalog>(mut self) -> Self {
        self.catalogs.push(StaticDescriptor::<C>::DESCRIPTOR);
        self
    }

    /// Returns the artifacts of these catalogs and of the catalogs nested in them.
    pub fn new(catalogs: impl IntoIterator<Item = &'static CatalogDescriptor>) -> Self {
        Self {
            catalogs: catalogs.into_iter().collect(),
            ..Self::default()
        }
    }

    /// Adds labels that a scrape or a collector sets on every series, such as `env` or `cluster`.
    /// Default: none.
    ///
    /// Expressions may use these labels in addition to `job` and `instance`. Alerts and objectives
    /// are evaluated for each combination of their values.
    ///
    /// Do not list the labels of a catalog's `scope(..)`. Rules sum over them, unless an alert or
    /// an objective groups by them: `by(tenant_id)`.
    pub fn target_labels<L: Into<String>>(mut self, labels: impl IntoIterator<Item = L>) -> Self {
        self.target_labels
            .extend(labels.into_iter().map(Into::into));
        self
    }

    /// Adds metrics that other programs expose under a namespace of the catalogs. Default: none.
    ///
    /// Each is a regular expression that matches a whole name. Rules and dashboards in the folder
    /// of the artifacts may use these metrics: see [`Artifacts::problems_in`]. Metrics outside the
    /// namespaces of the catalogs need no pattern.
    ///
    /// ```
    /// # use glyph_artifacts::Artifacts;
    /// # use glyph_core::{Counter, metric_catalog};
    /// #[metric_catalog(namespace = "doc_shop")]
    /// pub struct Metrics {
    ///     /// Orders.
    ///     pub orders: Counter,
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let rules = "groups: [{rules: [{alert: Idle, expr: doc_shop_admin_logins == 0}]}]";
    /// let artifacts = Artifacts::of::<Metrics>();
    /// assert_eq!(artifacts.problems_in_rules(rules, "rules.yml")?.len(), 1);
    /// let artifacts = artifacts.external(["doc_shop_admin_.*"]);
    /// assert_eq!(artifacts.problems_in_rules(rules, "rules.yml")?.len(), 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn external<P: Into<String>>(mut self, patterns: impl IntoIterator<Item = P>) -> Self {
        self.external.extend(patterns.into_iter().map(Into::into));
        self
    }

    /// Divides the windows and pending times of alerts by `factor`. Default: they are unchanged.
    ///
    /// The shortest result is one second. Objectives do not change. Use it to rehearse alerts, not
    /// for rules to deploy.
    pub fn shortened(mut self, factor: NonZeroU32) -> Self {
        self.shortened = Some(factor);
        self
    }

    pub(crate) fn families(&self) -> Families {
        Families::new(&self.catalogs)
            .with_target_labels(&self.target_labels)
            .shortened(self.shortened)
    }
}
