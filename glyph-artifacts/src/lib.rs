//! What is made of catalogs outside the program: rules, tests of the rules, a dashboard, the reference, a registry and
//! a schema.
//!
//! ```
//! use glyph_artifacts::Artifacts;
//! use glyph_core::{Histogram, metric_catalog};
//!
//! #[metric_catalog(namespace = "doc_artifacts")]
//! pub struct Metrics {
//!     /// Latency of speech-to-text transcription.
//!     #[metric(name = "stt.duration", unit = seconds)]
//!     #[alert(HighSttLatency, p95 > 2s, for = 5m, severity = warning, summary = "transcription is slow")]
//!     pub stt_duration: Histogram,
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let rules = Artifacts::of::<Metrics>().rules()?;
//! assert!(rules.contains("alert: HighSttLatency"));
//! # Ok(())
//! # }
//! ```

mod alerting;
mod change;
mod check;
mod command;
mod dashboard;
mod diff;
mod error;
mod families;
mod files;
mod objective;
pub mod promql;
mod query;
mod reference;
mod rule_tests;
mod rules;
mod schema;
mod series;
mod weaver;

use std::{num::NonZeroU32, time::Duration};

pub use change::Change;
#[doc(hidden)]
pub use check::INTERNAL_SERIES;
pub use check::Problem;
pub use command::ArtifactArgs;
pub use diff::{ScopeChange, diff};
pub use error::ArtifactError;
pub use files::ArtifactFile;
pub use schema::{LabelSchema, MetricSchema, Schema};

#[doc(inline)]
pub use crate::__artifacts_check as check;

use families::Families;

use glyph_core::catalog::{Catalog, CatalogDescriptor};

/// The first line of every file.
const HEADER: &str =
    "Generated from the metric catalogs of the program: change the attributes there.";

/// What is made of some catalogs.
///
/// Everything it gives depends on the declarations alone, and is the same on every machine.
#[derive(Clone, Debug, Default)]
#[must_use = "it gives artifacts when it is asked"]
pub struct Artifacts {
    catalogs: Vec<&'static CatalogDescriptor>,
    target_labels: Vec<String>,
    /// What the times of alerts are divided by, where they are.
    shortened: Option<NonZeroU32>,
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

    fn families(&self) -> Families {
        Families::new(&self.catalogs)
            .told_apart_by(&self.target_labels)
            .shortened(self.shortened)
    }
}

/// A time as Prometheus writes it: `5m`, `36h`.
pub(crate) fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    let units = [(86_400, "d"), (3600, "h"), (60, "m")];
    let whole = |(size, _): &(u64, &str)| seconds >= *size && seconds.is_multiple_of(*size);
    match units.into_iter().find(whole) {
        Some((size, unit)) => format!("{}{unit}", seconds / size),
        None => format!("{seconds}s"),
    }
}

/// A share of one as a person writes it: `99.9%`.
fn percent(share: f64) -> String {
    format!("{}%", rounded(share * 100.0))
}

/// A number without what floating point adds at its end.
fn rounded(number: f64) -> f64 {
    format!("{number:.9}").parse().unwrap_or(number)
}
