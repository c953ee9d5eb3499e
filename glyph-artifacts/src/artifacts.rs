//! The catalogs that artifacts are generated from.

use std::{num::NonZeroU32, panic::Location, time::Duration};

use glyph_core::{
    __runtime::{Exposure, exposures},
    catalog::{Catalog, CatalogDescriptor, CatalogView, Registry, ViewError},
};

use crate::{
    families::{Families, PROCESS_START},
    problem::Problem,
    view::exposed,
};

/// The comment at the start of each file.
pub(crate) const HEADER: &str =
    "Generated from the metric catalogs of the program: change the attributes there.";

/// The usual interval of scrapes.
const SCRAPE_INTERVAL: Duration = Duration::from_secs(15);

/// The metric catalogs to generate artifacts from.
///
/// The output depends on the declarations alone and is the same on every machine.
#[derive(Clone, Debug, Default)]
#[must_use = "call a method such as `rules` or `write` to generate artifacts"]
pub struct Artifacts {
    pub(crate) catalogs: Vec<&'static CatalogDescriptor>,
    /// Patterns of metrics that other programs expose.
    pub(crate) external: Vec<String>,
    /// The labels that rules keep in addition to `job`. `None` for `env` and those that the
    /// catalogs declare.
    target_labels: Option<Vec<String>>,
    /// The name of the service in links to traces and logs.
    pub(crate) service_name: Option<String>,
    /// The address of Grafana.
    grafana_url: Option<String>,
    /// The interval of scrapes.
    scrape_interval: Option<Duration>,
    /// The alerts and objectives that need what views leave out.
    pub(crate) left_out: Vec<Problem>,
    /// The views that do not fit their catalogs.
    pub(crate) misfits: Vec<Problem>,
    /// The dashboards beside the one of all panels.
    pub(crate) further: Vec<Further>,
    /// The divisor of the windows and pending times of alerts.
    pub(crate) shortened: Option<NonZeroU32>,
}

/// A dashboard of some panels.
#[derive(Clone, Debug)]
pub(crate) struct Further {
    pub(crate) uid: String,
    pub(crate) title: String,
    pub(crate) panels: Chosen,
    pub(crate) declared_at: &'static Location<'static>,
}

/// The panels of a dashboard of some panels.
#[derive(Clone, Debug)]
pub(crate) enum Chosen {
    /// Those with these titles.
    Titles(Vec<String>),
    /// Those of the row with the title of the dashboard.
    Row,
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

    /// Adds a catalog as a view exposes it, with the catalogs nested in it.
    ///
    /// Names, labels and buckets are those of the view, as the program exposes them. Alerts and objectives
    /// that need what it leaves out are [left out](Self::left_out).
    ///
    /// ```
    /// use glyph_artifacts::Artifacts;
    /// use glyph_core::{Counter, View, metric_catalog};
    ///
    /// /// The catalog of a library.
    /// #[metric_catalog(namespace = "doc_and_view")]
    /// pub struct CacheMetrics {
    ///     /// Lookups of values.
    ///     #[alert(CacheIsIdle, increase(15m) < 1, for = 15m, summary = "nobody asks the cache")]
    ///     pub lookups: Counter,
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let view = View::of(CacheMetrics::global()).namespace("shop.cache");
    /// let rules = Artifacts::default().and_view(view).rules()?;
    /// assert!(rules.contains("increase(shop_cache_lookups_total[15m])"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn and_view(mut self, view: impl Into<CatalogView>) -> Self {
        match Exposure::of(&view.into()) {
            Ok(exposure) => self.push(&exposure),
            Err(error) => self.misfits.push(misfit(&error)),
        }
        self
    }

    /// Returns the artifacts of all catalogs of a registry, as they are exposed.
    pub fn of_registry(registry: &Registry) -> Self {
        let mut artifacts = Self::default();
        for exposure in exposures(registry) {
            artifacts.push(exposure);
        }
        artifacts
    }

    fn push(&mut self, exposure: &Exposure) {
        let exposed = exposed(exposure);
        self.catalogs.push(exposed.catalog);
        self.left_out.extend(exposed.left_out);
    }

    /// Returns the alerts and objectives that are not generated, because a view leaves out a metric, a
    /// label or a bucket that they need.
    ///
    /// The rule file lists them in a comment.
    #[must_use]
    pub fn left_out(&self) -> &[Problem] {
        &self.left_out
    }

    /// Returns the artifacts of these catalogs and of the catalogs nested in them.
    pub fn new(catalogs: impl IntoIterator<Item = &'static CatalogDescriptor>) -> Self {
        Self {
            catalogs: catalogs.into_iter().collect(),
            ..Self::default()
        }
    }

    /// Adds these catalogs and the catalogs nested in them.
    pub fn and_all(
        mut self,
        catalogs: impl IntoIterator<Item = &'static CatalogDescriptor>,
    ) -> Self {
        self.catalogs.extend(catalogs);
        self
    }

    /// Sets the labels that rules keep in addition to `job`. Default: `env`, and the
    /// `target_labels(..)` of the catalogs.
    ///
    /// A scrape or a collector sets these labels on every series, such as `env` or `cluster`.
    /// Alerts and objectives are evaluated for each combination of the values of `job` and of these
    /// labels: one service never counts the requests of another. The dashboard has a variable for
    /// each. Expressions may use them, `job` and `instance`.
    ///
    /// Do not list the labels of a catalog's `scope(..)`. Rules sum over them, unless an alert or
    /// an objective groups by them: `by(tenant_id)`.
    ///
    /// ```
    /// use glyph_artifacts::Artifacts;
    /// use glyph_core::{Counter, metric_catalog};
    ///
    /// #[metric_catalog(namespace = "doc_targets")]
    /// pub struct Metrics {
    ///     /// Requests.
    ///     #[alert(Busy, rate > 100/s)]
    ///     pub requests: Counter,
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let rules = Artifacts::of::<Metrics>().target_labels(["env", "cluster"]).rules()?;
    /// assert!(rules.contains("sum by (job, env, cluster) (rate(doc_targets_requests_total[5m])) > 100"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn target_labels<L: Into<String>>(mut self, labels: impl IntoIterator<Item = L>) -> Self {
        self.target_labels = Some(labels.into_iter().map(Into::into).collect());
        self
    }

    /// Adds metrics that other programs expose under a namespace of the catalogs. Default: none.
    ///
    /// Each is a regular expression that matches a whole name. Rules and dashboards in the folder
    /// of the artifacts may use these metrics: see [`Artifacts::problems_in`]. Metrics outside the
    /// namespaces of the catalogs need no pattern. With `process_start_time_seconds` here, or in a
    /// catalog, the panel of a counter of starts is in the dashboard.
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

    /// Returns the target labels that rules keep.
    pub(crate) fn kept_labels(&self) -> Vec<String> {
        let families = Families::new(&self.catalogs);
        let others = self.target_labels.clone().unwrap_or_else(|| {
            let declared = families.declared_target_labels();
            std::iter::once("env")
                .chain(declared)
                .map(str::to_owned)
                .collect()
        });
        let mut kept = vec!["job".to_owned()];
        for label in others {
            if !kept.contains(&label) {
                kept.push(label);
            }
        }
        kept
    }

    /// Sets the name of the service, by which the dashboard links to traces and logs. Default: the
    /// jobs that are selected on the dashboard.
    ///
    /// Traces have the name as `service.name`, and log lines as the label `service_name`.
    ///
    /// ```
    /// # use glyph_artifacts::Artifacts;
    /// # use glyph_core::{Counter, metric_catalog};
    /// #[metric_catalog(namespace = "doc_service")]
    /// pub struct Metrics {
    ///     /// Orders.
    ///     pub orders: Counter,
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let artifacts = Artifacts::of::<Metrics>().service_name("shop-orders");
    /// assert!(artifacts.dashboard()?.contains("shop-orders"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn service_name(mut self, name: impl Into<String>) -> Self {
        self.service_name = Some(name.into());
        self
    }

    /// Sets the address of Grafana, `https://grafana.example.com`. Default: none.
    ///
    /// Each alert then has an annotation `dashboard_url`, a link to the panel of its metric or
    /// objective with the labels of the alert. An alert with `dashboard = ".."` keeps its own.
    ///
    /// ```
    /// # use glyph_artifacts::Artifacts;
    /// # use glyph_core::{Counter, metric_catalog};
    /// #[metric_catalog(namespace = "doc_grafana")]
    /// pub struct Metrics {
    ///     /// Orders.
    ///     #[alert(ManyOrders, rate > 100/s)]
    ///     pub orders: Counter,
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let artifacts = Artifacts::of::<Metrics>().grafana_url("https://grafana.example.com");
    /// let link = "dashboard_url: https://grafana.example.com/d/doc_grafana?viewPanel=";
    /// assert!(artifacts.rules()?.contains(link));
    /// # Ok(())
    /// # }
    /// ```
    pub fn grafana_url(mut self, url: impl Into<String>) -> Self {
        self.grafana_url = Some(url.into());
        self
    }

    /// Sets the interval at which the program is scraped. Default: 15 s.
    ///
    /// A window in an alert must hold four scrapes: a rate needs two, and one can fail.
    pub fn scrape_interval(mut self, interval: Duration) -> Self {
        self.scrape_interval = Some(interval);
        self
    }

    /// Returns the interval of scrapes. Windows that are shortened for a rehearsal fit any.
    pub(crate) fn least_scrape_interval(&self) -> Duration {
        match self.shortened {
            Some(factor) if factor.get() > 1 => Duration::ZERO,
            _ => self.scrape_interval.unwrap_or(SCRAPE_INTERVAL),
        }
    }

    /// Divides the windows and pending times of alerts, and the intervals of their evaluation, by `factor`.
    /// Default: they are unchanged.
    ///
    /// The shortest result is one second. Objectives do not change. Use it to rehearse alerts, not
    /// for rules to deploy.
    pub fn shortened(mut self, factor: NonZeroU32) -> Self {
        self.shortened = Some(factor);
        self
    }

    /// Returns the address of the dashboard, if that of Grafana is known.
    fn dashboard_url(&self) -> Option<String> {
        let grafana = self.grafana_url.as_ref()?;
        let (grafana, uid) = (grafana.trim_end_matches('/'), self.subject());
        Some(format!("{grafana}/d/{uid}"))
    }

    pub(crate) fn families(&self) -> Families {
        Families::new(&self.catalogs)
            .with_target_labels(self.kept_labels())
            .with_dashboard(self.dashboard_url())
            .shortened(self.shortened)
            .exposing_start(self.external.iter().any(|name| name == PROCESS_START))
    }
}

fn misfit(error: &ViewError) -> Problem {
    let (file, line) = error.declared_at();
    let problems = error.problems().iter().map(ToString::to_string);
    Problem {
        what: format!("view of catalog `{}`", error.catalog()),
        file: file.into(),
        line,
        message: problems.collect::<Vec<_>>().join("; "),
    }
}
