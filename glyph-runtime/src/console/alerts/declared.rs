//! The alerts of the catalogs, as they are evaluated.

use std::{collections::BTreeMap, time::Duration};

use glyph_core::{
    __runtime::{ExposedMetric, Exposure, declared, exposures},
    catalog::{
        AlertDescriptor, CatalogDescriptor, Comparison, Condition, Kind as MetricKind, Measure,
        Registry, ScopeLabel, Selection,
    },
};

use super::{
    active::{Groups, Times},
    measured::{Absent, Measured, Side, Tracked},
    objective::of_objective,
    rule::{Kind, Rule, time},
    selected::{Grouping, Read, Selected},
};

/// The reason why an alert is not evaluated.
pub(super) type Reason = String;

/// Returns the alerts of all catalogs in the order of their declaration, with those of objectives.
pub(super) fn rules(registry: &Registry) -> Vec<Rule> {
    let mut rules = Vec::new();
    for exposure in exposures(registry) {
        let mut finder = Finder {
            registry,
            exposure,
            scopes: BTreeMap::new(),
        };
        let mut catalogs = Vec::new();
        finder.collect(exposure.catalog(), &[], &mut catalogs);
        for metric in catalogs.iter().flat_map(|catalog| catalog.metrics) {
            rules.extend(metric.alerts.iter().map(|alert| finder.rule(alert)));
            let objectives = metric.objectives.iter();
            rules.extend(objectives.flat_map(|objective| of_objective(&finder, objective)));
        }
    }
    let mut known: Vec<(String, &str)> = Vec::new();
    rules.retain(|rule| {
        let name = (rule.name.clone(), rule.severity);
        let is_new = !known.contains(&name);
        known.push(name);
        is_new
    });
    rules
}

/// Finds the metrics that declarations name.
pub(super) struct Finder<'r> {
    registry: &'r Registry,
    exposure: &'r Exposure,
    /// The scope labels of metrics by their declared name.
    scopes: BTreeMap<&'static str, &'static [ScopeLabel]>,
}

impl Finder<'_> {
    /// Adds a catalog and its nested ones. A catalog without a scope has that of its parent.
    fn collect(
        &mut self,
        catalog: &'static CatalogDescriptor,
        outer: &'static [ScopeLabel],
        found: &mut Vec<&'static CatalogDescriptor>,
    ) {
        let scope = if catalog.scope.is_empty() {
            outer
        } else {
            catalog.scope
        };
        found.push(catalog);
        for metric in catalog.metrics {
            self.scopes.insert(metric.name, scope);
        }
        for nested in catalog.nested {
            self.collect(nested, scope, found);
        }
    }

    fn rule(&self, alert: &'static AlertDescriptor) -> Rule {
        let kind = self.kind(alert).unwrap_or_else(Kind::Not);
        Rule {
            name: alert.name.to_owned(),
            severity: alert.severity,
            labels: alert.labels,
            objective: None,
            times: Times {
                pending: alert.pending,
                keep_firing: alert.keep_firing_for,
            },
            condition: condition(alert),
            kind,
            groups: Groups::default(),
        }
    }

    fn kind(&self, alert: &AlertDescriptor) -> Result<Kind, Reason> {
        match alert.condition {
            Condition::Compare {
                measure,
                comparison,
                threshold,
            } => {
                let measured = self.measured(measure, comparison, alert)?;
                Ok(Kind::Compare {
                    unit: self.unit(measure),
                    measured,
                    comparison,
                    threshold,
                })
            }
            Condition::Absent { of, over } => {
                let of = self.selected(of, &[])?;
                Ok(Kind::Absent(Measured::Absent(Absent::new(of, over))))
            }
            Condition::Expression { .. } => {
                Err("it is written in PromQL, which the console does not evaluate".to_owned())
            }
        }
    }

    fn measured(
        &self,
        measure: Measure,
        comparison: Comparison,
        alert: &AlertDescriptor,
    ) -> Result<Measured, Reason> {
        let counted = |of, read, over| {
            Ok::<_, Reason>(Tracked::new(self.selected(of, alert.by)?, read, over))
        };
        Ok(match measure {
            Measure::Value(of) => self.value(of, comparison, alert)?,
            Measure::Quantile { quantile, of, over } => {
                Measured::Quantile(quantile, counted(of, Read::Buckets, over)?)
            }
            Measure::Rate { of, over } => Measured::Rate(counted(of, Read::Count, over)?),
            Measure::Increase { of, over } => Measured::Increase(counted(of, Read::Count, over)?),
            Measure::Ratio { part, whole, over } => {
                let side = |of| self.side(of, over, alert.by);
                Measured::Ratio(side(part)?, side(whole)?)
            }
        })
    }

    /// A gauge. Unless the alert groups or combines, each series stays, and only those of scopes are
    /// combined.
    fn value(
        &self,
        of: Selection,
        comparison: Comparison,
        alert: &AlertDescriptor,
    ) -> Result<Measured, Reason> {
        let mut selected = self.selected(of, alert.by)?;
        let usual = selected.descriptor().aggregate_for(Some(comparison));
        if alert.aggregate.is_none() && alert.by.is_empty() {
            let scope = self.scopes.get(of.metric).copied().unwrap_or_default();
            let scope = scope.iter().map(|label| label.name);
            selected.grouping = Grouping::Without(scope.collect());
        }
        Ok(Measured::Value(selected, alert.aggregate.unwrap_or(usual)))
    }

    fn side(
        &self,
        of: Selection,
        over: Duration,
        by: &'static [&'static str],
    ) -> Result<Side, Reason> {
        let selected = self.selected(of, by)?;
        let descriptor = selected.descriptor();
        Ok(match descriptor.kind {
            MetricKind::Gauge => Side::Gauge(selected, descriptor.aggregate_for(None)),
            MetricKind::Counter | MetricKind::Histogram => {
                Side::Counted(Tracked::new(selected, Read::Count, over))
            }
        })
    }

    /// Returns the series of a selection, grouped by these labels.
    pub(super) fn selected(
        &self,
        of: Selection,
        by: &'static [&'static str],
    ) -> Result<Selected, Reason> {
        let metric = self.find(of.metric)?;
        let matched = of.matchers.iter().map(|matcher| matcher.label);
        for label in matched.chain(by.iter().copied()) {
            let mut labels = metric.metric().descriptor().labels.iter().enumerate();
            let index = labels.find(|(_, declared)| declared.name == label);
            if index.is_some_and(|(index, _)| !metric.keeps_label(index)) {
                let name = of.metric;
                return Err(format!(
                    "the view of the program leaves out label `{label}` of `{name}`"
                ));
            }
        }
        Ok(Selected {
            metric,
            matchers: of.matchers.to_vec(),
            grouping: Grouping::By(by),
        })
    }

    /// Returns the metric with this declared name, as this exposure has it, or else another one.
    fn find(&self, name: &str) -> Result<ExposedMetric, Reason> {
        let here = self.exposure.metrics().iter();
        let all = here.chain(declared(self.registry));
        let mut found = all.filter(|(metric, _)| metric.descriptor().name == name);
        let exposed = found.find_map(|(_, exposed)| *exposed);
        exposed.ok_or_else(|| format!("the program does not expose `{name}`"))
    }

    fn unit(&self, measure: Measure) -> &'static str {
        match measure {
            Measure::Value(of) | Measure::Quantile { of, .. } => {
                let metric = self.find(of.metric);
                metric.map_or("", |metric| metric.descriptor().unit.suffix())
            }
            Measure::Rate { .. } | Measure::Increase { .. } | Measure::Ratio { .. } => "",
        }
    }
}

/// Returns the condition in words.
fn condition(alert: &AlertDescriptor) -> String {
    match alert.condition {
        Condition::Compare {
            measure,
            comparison,
            threshold,
        } => format!(
            "{} {} {threshold}",
            measured(measure),
            comparison.operator()
        ),
        Condition::Absent { of, over: None } => format!("{} is absent", selection(of)),
        Condition::Absent {
            of,
            over: Some(over),
        } => {
            format!("{} is absent over {}", selection(of), time(over))
        }
        Condition::Expression { promql, .. } => promql.trim().to_owned(),
    }
}

fn measured(measure: Measure) -> String {
    match measure {
        Measure::Value(of) => selection(of),
        Measure::Quantile { quantile, of, over } => {
            let percent = quantile * 100.0;
            format!("p{percent} of {} over {}", selection(of), time(over))
        }
        Measure::Rate { of, over } => format!("rate of {} over {}", selection(of), time(over)),
        Measure::Increase { of, over } => {
            format!("increase of {} over {}", selection(of), time(over))
        }
        Measure::Ratio { part, whole, over } => {
            let (part, whole) = (selection(part), selection(whole));
            format!("{part} / {whole} over {}", time(over))
        }
    }
}

fn selection(of: Selection) -> String {
    let matchers = of.matchers.iter().map(|matcher| {
        let operator = if matcher.equal { "=" } else { "!=" };
        format!("{}{operator}{}", matcher.label, matcher.values.join("|"))
    });
    let matchers: Vec<String> = matchers.collect();
    if matchers.is_empty() {
        return of.metric.to_owned();
    }
    format!("{}{{{}}}", of.metric, matchers.join(", "))
}
