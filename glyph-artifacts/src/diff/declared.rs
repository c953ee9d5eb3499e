//! The changes of alerts, objectives and panels.

use regex::Regex;

use super::pairs;
use crate::{change::Change, schema::Schema};

/// Adds the changes of alerts, objectives and panels. A schema of an earlier version of glyph has
/// none of them, and is not compared.
pub(super) fn compare(old: &Schema, new: &Schema, changes: &mut Vec<Change>) {
    if old.alerts.is_empty() && old.objectives.is_empty() && old.panels.is_empty() {
        return;
    }
    let old = &with_new_names(old, changes);
    compare_items(&old.alerts, &new.alerts, changes);
    compare_items(&old.objectives, &new.objectives, changes);
    compare_items(&old.panels, &new.panels, changes);
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

/// An alert, an objective or a panel.
pub(super) trait Declared: Clone {
    /// What can become of it.
    type Change;

    const ADDED: Self::Change;
    const REMOVED: Self::Change;

    /// Returns whether `new` is the same item, changed or not.
    fn is(&self, new: &Self) -> bool;

    /// Returns whether `new` is this item under another name.
    fn is_renamed(&self, new: &Self) -> bool;

    /// Returns the change to `new`, which is this item under another name.
    fn renamed(&self, new: &Self) -> Self::Change;

    /// Returns the changes to `new`, which is the same item.
    fn changes(&self, new: &Self) -> Vec<Self::Change>;

    /// Returns the change of a schema that this item had a change.
    fn note(&self, change: Self::Change) -> Change;
}

/// Adds the changes of items: of those under new names, those that are gone, those that are kept, and
/// new ones.
fn compare_items<T: Declared>(old: &[T], new: &[T], changes: &mut Vec<Change>) {
    let (mut gone, mut fresh) = (old.to_vec(), new.to_vec());
    let kept = pairs(&mut gone, &mut fresh, T::is);
    let renamed = pairs(&mut gone, &mut fresh, T::is_renamed);
    let renamed = renamed.iter().map(|(from, to)| from.note(from.renamed(to)));
    changes.extend(renamed);
    changes.extend(gone.iter().map(|item| item.note(T::REMOVED)));
    for (from, to) in &kept {
        let own = from.changes(to).into_iter();
        changes.extend(own.map(|change| from.note(change)));
    }
    changes.extend(fresh.iter().map(|item| item.note(T::ADDED)));
}
