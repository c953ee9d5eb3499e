//! The changes of alerts, objectives and panels.

use std::collections::BTreeSet;

use regex::Regex;

use super::pairs;
use crate::{
    change::{AlertChange, Change, PanelChange},
    schema::{AlertSchema, PanelSchema, Schema},
};

/// Adds the changes of alerts, objectives and panels. A schema of an earlier version of glyph has
/// none of them, and is not compared.
pub(super) fn compare(old: &Schema, new: &Schema, changes: &mut Vec<Change>) {
    if old.alerts.is_empty() && old.objectives.is_empty() && old.panels.is_empty() {
        return;
    }
    let old = &with_new_names(old, changes);
    compare_alerts(old, new, changes);
    super::objective::compare(old, new, changes);
    compare_panels(old, new, changes);
}

/// Returns a schema whose expressions have the new names of renamed metrics: the change of a name
/// is reported already, and is no change of an alert.
fn with_new_names(old: &Schema, changes: &[Change]) -> Schema {
    let mut old = old.clone();
    for change in changes {
        let Change::MetricRenamed { from, to } = change else {
            continue;
        };
        let name = format!(r"\b{}(_total|_bucket|_count|_sum)?\b", regex::escape(from));
        let Ok(name) = Regex::new(&name) else {
            continue;
        };
        let renamed = |text: &mut String| {
            *text = name.replace_all(text, format!("{to}${{1}}")).into_owned();
        };
        old.alerts
            .iter_mut()
            .for_each(|alert| renamed(&mut alert.expr));
        let objectives = old.objectives.iter_mut();
        objectives.for_each(|objective| renamed(&mut objective.indicator));
        let queries = old.panels.iter_mut().flat_map(|panel| &mut panel.queries);
        queries.for_each(renamed);
    }
    old
}

/// The items of two lists: those with the same key, those with different keys that are the same
/// otherwise, those in the old list alone, and those in the new list alone.
pub(super) struct Matched<T> {
    pub(super) kept: Vec<(T, T)>,
    pub(super) renamed: Vec<(T, T)>,
    pub(super) gone: Vec<T>,
    pub(super) fresh: Vec<T>,
}

pub(super) fn matched<T: Clone>(
    old: &[T],
    new: &[T],
    same_key: impl Fn(&T, &T) -> bool,
    same_content: impl Fn(&T, &T) -> bool,
) -> Matched<T> {
    let (mut gone, mut fresh) = (old.to_vec(), new.to_vec());
    let kept = pairs(&mut gone, &mut fresh, same_key);
    let renamed = pairs(&mut gone, &mut fresh, same_content);
    Matched {
        kept,
        renamed,
        gone,
        fresh,
    }
}

fn compare_alerts(old: &Schema, new: &Schema, changes: &mut Vec<Change>) {
    let content = |alert: &AlertSchema| AlertSchema {
        name: String::new(),
        ..alert.clone()
    };
    let found = matched(
        &old.alerts,
        &new.alerts,
        |old, new| old.name == new.name,
        |old, new| content(old) == content(new),
    );
    let mut note = |alert: &AlertSchema, change: AlertChange| {
        let alert = alert.name.clone();
        changes.push(Change::Alert { alert, change });
    };
    for (from, to) in found.renamed {
        let to = to.name;
        note(&from, AlertChange::Renamed { to });
    }
    for alert in found.gone {
        note(&alert, AlertChange::Removed);
    }
    for (from, to) in found.kept {
        for change in alert_changes(&from, &to) {
            note(&from, change);
        }
    }
    for alert in found.fresh {
        note(&alert, AlertChange::Added);
    }
}

fn alert_changes(old: &AlertSchema, new: &AlertSchema) -> Vec<AlertChange> {
    let mut changes = Vec::new();
    let names: BTreeSet<_> = old.labels.keys().chain(new.labels.keys()).collect();
    for label in names {
        let (from, to) = (
            old.labels.get(label).cloned(),
            new.labels.get(label).cloned(),
        );
        if from == to {
            continue;
        }
        changes.push(match (from, to) {
            (Some(from), Some(to)) if label == "severity" => AlertChange::Severity { from, to },
            (from, to) => AlertChange::Label {
                label: label.clone(),
                from,
                to,
            },
        });
    }
    match (old.threshold, new.threshold) {
        (Some(from), Some(to)) if old.comparison == new.comparison => {
            if from.total_cmp(&to).is_ne() {
                let comparison = new.comparison.clone().unwrap_or_default();
                changes.push(AlertChange::Threshold {
                    comparison,
                    from,
                    to,
                });
            }
            if old.expr != new.expr {
                changes.push(AlertChange::Condition);
            }
        }
        _ if (&old.expr, &old.comparison) != (&new.expr, &new.comparison) => {
            changes.push(AlertChange::Condition);
        }
        _ => {}
    }
    if old.pending != new.pending {
        changes.push(AlertChange::Pending {
            from: old.pending.clone(),
            to: new.pending.clone(),
        });
    }
    changes
}

/// Adds the changes of panels. Their queries follow the metrics, whose changes are reported.
fn compare_panels(old: &Schema, new: &Schema, changes: &mut Vec<Change>) {
    let found = matched(
        &old.panels,
        &new.panels,
        |old, new| (&old.title, &old.row) == (&new.title, &new.row),
        |old, new| old.title == new.title || old.queries == new.queries,
    );
    let mut note = |panel: &PanelSchema, change: PanelChange| {
        let panel = panel.title.clone();
        changes.push(Change::Panel { panel, change });
    };
    for (from, to) in found.renamed {
        let moved = PanelChange::Moved {
            from: from.row.clone(),
            to: to.row.clone(),
        };
        if from.title == to.title {
            note(&from, moved);
        } else {
            let to = to.title.clone();
            note(&from, PanelChange::Renamed { to });
        }
    }
    for panel in found.gone {
        note(&panel, PanelChange::Removed);
    }
    for panel in found.fresh {
        note(&panel, PanelChange::Added);
    }
}
