//! The declarations of a catalog as a view of the program exposes it.
//!
//! Names, labels and buckets come from glyph-core. Here alerts, objectives, panels and stages follow
//! them. An alert that needs what the view leaves out is left out too, with a notice: its rule could not
//! fire, or would mean something else.

mod alert;
mod expression;
mod measure;
mod rename;
mod twice;

pub(super) use alert::labels_in;
pub(super) use twice::exposed_twice;

use std::borrow::Cow;

use glyph_core::{
    __runtime::{Exposure, sample_names},
    catalog::{
        CatalogDescriptor, Kind, MetricDescriptor, ObjectiveDescriptor, PanelDescriptor, Selection,
        StageDescriptor,
    },
    metric::{ExposedMetric, GaugeMerge},
};

use crate::problem::Problem;

/// A catalog as it is exposed, with those nested in it.
pub(super) struct Exposed {
    pub(super) catalog: &'static CatalogDescriptor,
    /// The alerts and objectives that are left out.
    pub(super) left_out: Vec<Problem>,
}

/// Returns a catalog as it is exposed.
///
/// Declarations live as long as the process, and so does what a view makes of them.
pub(super) fn exposed(exposure: &Exposure) -> Exposed {
    if exposure.is_declared() {
        return Exposed {
            catalog: exposure.catalog(),
            left_out: Vec::new(),
        };
    }
    let metrics = exposure.metrics().iter();
    let mut follow = Follow {
        exposure,
        metrics: metrics
            .map(|(metric, exposed)| Shown {
                declared: metric.descriptor(),
                exposed: *exposed,
            })
            .collect(),
        left_out: Vec::new(),
    };
    let catalog = follow.catalog(exposure.catalog());
    Exposed {
        catalog: leaked(catalog),
        left_out: follow.left_out,
    }
}

/// The reason why something is left out.
type Reason = String;

/// A metric as it is declared and as it is exposed.
struct Shown {
    declared: &'static MetricDescriptor,
    exposed: Option<ExposedMetric>,
}

struct Follow<'view> {
    exposure: &'view Exposure,
    metrics: Vec<Shown>,
    left_out: Vec<Problem>,
}

impl Shown {
    /// Returns the metric as it is exposed.
    fn visible(&self) -> Result<&'static MetricDescriptor, Reason> {
        let exposed = self.exposed.map(|exposed| exposed.descriptor());
        exposed.ok_or_else(|| format!("the view leaves out `{}`", self.declared.name))
    }

    /// Whether the view leaves out a label of the metric.
    fn lacks(&self, label: &str) -> bool {
        self.missing().any(|missing| missing == label)
    }

    /// Returns the labels that the view leaves out.
    fn missing(&self) -> impl Iterator<Item = &'static str> {
        let labels = self.declared.labels.iter().enumerate();
        let exposed = self.exposed;
        let missing = labels
            .filter(move |(index, _)| exposed.is_some_and(|exposed| !exposed.keeps_label(*index)));
        missing.map(|(_, label)| label.name)
    }

    /// Rejects a label that the view leaves out.
    fn check_label(&self, label: &str) -> Result<(), Reason> {
        if self.lacks(label) {
            let metric = self.declared.name;
            return Err(format!("the view leaves out label `{label}` of `{metric}`"));
        }
        Ok(())
    }

    /// Rejects a gauge whose series the view merges in another way.
    fn check_merge(&self, allowed: &[GaugeMerge]) -> Result<(), Reason> {
        let merge = self.exposed.map(|exposed| exposed.merge());
        let is_gauge = self.declared.kind == Kind::Gauge;
        match (self.missing().next(), merge) {
            (Some(label), Some(merge)) if is_gauge && !allowed.contains(&merge) => Err(format!(
                "the view leaves out label `{label}` of `{}`, whose series it compares",
                self.declared.name
            )),
            _ => Ok(()),
        }
    }

    /// Returns whether a bucket has this bound.
    fn has_bucket(&self, bound: f64) -> Result<bool, Reason> {
        let mut buckets = self.visible()?.buckets.iter();
        Ok(buckets.any(|known| known.total_cmp(&bound).is_eq()))
    }
}

impl Follow<'_> {
    fn catalog(&mut self, declared: &'static CatalogDescriptor) -> CatalogDescriptor {
        let metrics = declared.metrics.iter();
        let metrics: Vec<_> = metrics.filter_map(|metric| self.metric(metric)).collect();
        let stages: Vec<_> = declared
            .stages
            .iter()
            .map(|stage| self.stage(*stage))
            .collect();
        let nested: Vec<&'static CatalogDescriptor> = declared
            .nested
            .iter()
            .map(|nested| leaked(self.catalog(nested)))
            .collect();
        let namespace = self.exposure.namespace(declared);
        CatalogDescriptor {
            namespace: namespace.map_or(declared.namespace, |namespace| leaked_text(namespace)),
            metrics: metrics.leak(),
            stages: stages.leak(),
            nested: nested.leak(),
            ..*declared
        }
    }

    fn metric(&mut self, declared: &'static MetricDescriptor) -> Option<MetricDescriptor> {
        let shown = self.shown(declared.name);
        let exposed = shown.map_or(Ok(declared), Shown::visible);
        let alerts = declared.alerts.iter().filter_map(|alert| {
            let followed = exposed.clone().and_then(|_| self.alert(alert));
            let what = || format!("alert `{}`", alert.name);
            self.kept(followed, what, (alert.file, alert.line))
        });
        let alerts: Vec<_> = alerts.collect();
        let objectives = declared.objectives.iter().filter_map(|objective| {
            let visible = exposed.clone();
            let followed = visible.and_then(|exposed| self.objective(declared, exposed, objective));
            let what = || format!("objective `{}`", objective.name);
            self.kept(followed, what, (objective.file, objective.line))
        });
        let objectives: Vec<ObjectiveDescriptor> = objectives.collect();
        let exposed = exposed.ok()?;
        let panel = declared.panel.map(|panel| self.panel(declared, panel));
        Some(MetricDescriptor {
            alerts: alerts.leak(),
            objectives: objectives.leak(),
            panel,
            ..*exposed
        })
    }

    /// Returns what follows the view. Notes what does not.
    fn kept<T>(
        &mut self,
        followed: Result<T, Reason>,
        what: impl FnOnce() -> String,
        (file, line): (&'static str, u32),
    ) -> Option<T> {
        let note = |reason: Reason| {
            self.left_out.push(Problem {
                what: what(),
                file: Cow::Borrowed(file),
                line,
                message: format!("left out, because {reason}"),
            });
        };
        followed.map_err(note).ok()
    }

    /// Returns a metric of the catalog by its declared family name.
    fn shown(&self, family: &str) -> Option<&Shown> {
        let mut metrics = self.metrics.iter();
        metrics.find(|shown| shown.declared.name == family)
    }

    /// Returns a metric of the catalog by the declared name of a sample.
    fn shown_by_sample(&self, sample: &str) -> Option<&Shown> {
        let mut metrics = self.metrics.iter();
        let has = |name: &String| name == sample;
        metrics.find(|shown| sample_names(shown.declared).iter().any(has))
    }

    /// Returns the name of a sample as it is exposed, if it is one of the catalog.
    fn sample(&self, sample: &str) -> Option<String> {
        let shown = self.shown_by_sample(sample)?;
        let suffix = sample.strip_prefix(shown.declared.name)?;
        let exposed = shown.visible().ok()?;
        Some(format!("{}{suffix}", exposed.name))
    }

    fn selection(&self, of: Selection) -> Result<Selection, Reason> {
        let Some(shown) = self.shown(of.metric) else {
            return Ok(of);
        };
        for matcher in of.matchers {
            shown.check_label(matcher.label)?;
        }
        let metric = shown.visible()?.name;
        Ok(Selection { metric, ..of })
    }

    fn stage(&self, stage: StageDescriptor) -> StageDescriptor {
        stage.with_families(|family| match self.shown(family) {
            Some(shown) => shown.visible().ok().map(|exposed| exposed.name),
            None => Some(family),
        })
    }

    fn panel(
        &self,
        metric: &MetricDescriptor,
        panel: &'static PanelDescriptor,
    ) -> &'static PanelDescriptor {
        let lacks = |label: &str| {
            self.shown(metric.name)
                .is_some_and(|shown| shown.lacks(label))
        };
        let by = panel.by.iter().copied();
        let by: Vec<&'static str> = by.filter(|label| !lacks(label)).collect();
        if by.len() == panel.by.len() {
            return panel;
        }
        leaked(PanelDescriptor {
            by: by.leak(),
            ..*panel
        })
    }
}

fn leaked<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn leaked_text(text: &str) -> &'static str {
    Box::leak(Box::from(text))
}
