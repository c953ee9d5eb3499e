//! The alerts of objectives: that a budget is spent too fast.

use glyph_core::{
    __runtime::BucketAround,
    Outcome,
    catalog::{BurnWindows, Indicator, Matcher, MetricDescriptor, ObjectiveDescriptor},
    label::LabelValues,
};

use super::{
    active::{Groups, Times},
    burn::{Bad, Burn, Calls},
    declared::{Finder, Reason},
    rule::{Kind, Rule, time},
    selected::{Read, Selected},
};

/// Returns the alerts of an objective, as the rules for Prometheus have them.
pub(super) fn of_objective(
    finder: &Finder<'_>,
    objective: &'static ObjectiveDescriptor,
) -> Vec<Rule> {
    let burns = [
        ("BurnsFast", "critical", objective.fast),
        ("BurnsSlowly", "warning", objective.slow),
    ];
    let burns = burns.into_iter();
    let burns = burns.filter_map(|(suffix, severity, windows)| {
        let burn = burn(finder, objective, windows);
        if burn.as_ref().is_ok_and(|burn| !burn.can_fire()) {
            return None;
        }
        let condition = burn.as_ref().map(condition).unwrap_or_default();
        let kind = burn.map_or_else(Kind::Not, Kind::Burn);
        let name = format!("{}{suffix}", objective.name);
        Some(rule(objective, (name, severity), condition, kind))
    });
    burns.chain(absence(objective)).collect()
}

fn rule(
    objective: &'static ObjectiveDescriptor,
    (name, severity): (String, &'static str),
    condition: String,
    kind: Kind,
) -> Rule {
    Rule {
        name,
        severity,
        labels: objective.labels,
        objective: Some(objective.name),
        times: Times {
            pending: objective.pending,
            keep_firing: objective.keep_firing_for,
        },
        condition,
        kind,
        groups: Groups::default(),
    }
}

/// The alert that the calls are missing. The program itself cannot know that.
fn absence(objective: &'static ObjectiveDescriptor) -> Option<Rule> {
    let pending = objective.absent?;
    let name = format!("{}Absent", objective.name);
    let reason = "a program cannot know whether it is scraped".to_owned();
    let condition = "the calls are absent".to_owned();
    let mut rule = rule(objective, (name, "critical"), condition, Kind::Not(reason));
    rule.times.pending = pending;
    Some(rule)
}

fn burn(
    finder: &Finder<'_>,
    objective: &ObjectiveDescriptor,
    windows: &[BurnWindows],
) -> Result<Burn, Reason> {
    let calls = calls(finder, objective)?;
    Ok(Burn::new(
        calls,
        objective.target,
        objective.min_requests,
        windows,
    ))
}

fn calls(finder: &Finder<'_>, objective: &ObjectiveDescriptor) -> Result<Calls, Reason> {
    let selected = |of| finder.selected(of, objective.by);
    match objective.indicator {
        Indicator::Latency {
            of,
            threshold,
            interpolated,
        } => {
            let all = selected(of)?;
            let bad = if interpolated {
                estimated(&all, threshold)?
            } else {
                above(&all, threshold)?
            };
            Ok(Calls { all, bad })
        }
        Indicator::Outcome { of } => {
            let all = selected(of)?;
            let mut bad = all.clone();
            bad.matchers
                .extend(failed(all.metric.metric().descriptor()));
            let label = bad.matchers.last().map(|matcher| matcher.label);
            let shown = all.descriptor().labels.iter();
            if label.is_some_and(|label| !shown.clone().any(|shown| shown.name == label)) {
                return Err(
                    "the view of the program leaves out the label of the outcome".to_owned(),
                );
            }
            Ok(Calls {
                all,
                bad: Bad::Counted(bad, Read::Count),
            })
        }
        Indicator::Errors { errors, of } => Ok(Calls {
            all: selected(of)?,
            bad: Bad::Counted(selected(errors)?, Read::Count),
        }),
    }
}

/// Returns the calls above a bucket bound.
fn above(all: &Selected, threshold: f64) -> Result<Bad, Reason> {
    let mut bounds = all.descriptor().buckets.iter();
    let bucket = bounds.position(|bound| bound.total_cmp(&threshold).is_eq());
    let bucket = bucket
        .ok_or_else(|| format!("the view of the program leaves out bucket bound {threshold}"))?;
    Ok(Bad::Counted(all.clone(), Read::Above(bucket)))
}

/// Returns the calls above a threshold between two bucket bounds.
fn estimated(all: &Selected, threshold: f64) -> Result<Bad, Reason> {
    let around = BucketAround::new(all.descriptor().buckets, threshold);
    let around = around.ok_or_else(|| {
        format!("the view of the program leaves no bucket bounds around {threshold}")
    })?;
    let late = 1.0 - around.share_up_to(threshold);
    Ok(Bad::Estimated(around.index, late))
}

/// Returns the condition that a call has failed, if a label has its outcome.
fn failed(metric: &MetricDescriptor) -> Option<Matcher> {
    metric.labels.iter().find_map(|label| {
        let (LabelValues::Closed(values), Some(indices)) = (label.values, label.outcomes) else {
            return None;
        };
        let outcomes = || Outcome::ALL.into_iter().zip(indices);
        let is_failed =
            |index: usize| outcomes().any(|(outcome, of)| outcome.is_error() && of == index);
        let values = values.iter().enumerate();
        let failed = values.filter_map(|(index, value)| is_failed(index).then_some(*value));
        Some(Matcher {
            label: label.name,
            equal: true,
            values: failed.collect::<Vec<_>>().leak(),
        })
    })
}

/// Returns the condition in words.
fn condition(burn: &Burn) -> String {
    let windows = burn.windows().map(|(factor, short, long)| {
        format!(
            "more than {factor} times too fast over {} and {}",
            time(short),
            time(long)
        )
    });
    let windows: Vec<String> = windows.collect();
    let calls = burn.calls().all.descriptor().name;
    format!("the budget of {calls} is spent {}", windows.join(", or "))
}
