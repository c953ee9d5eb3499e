//! The states of alerts over the time of a run.

use std::{collections::BTreeMap, time::Duration};

/// An alert of an example, for one group of series.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) example: String,
    pub(super) alert: String,
    pub(super) severity: String,
    pub(super) group: BTreeMap<String, String>,
}

/// The state of each active alert: `pending` or `firing`.
pub(super) type States = BTreeMap<Key, String>;

/// The times at which an alert came into a state. The first `inactive` is left out.
pub(super) type Timeline = Vec<(Duration, String)>;

/// The timelines of all alerts that have been active.
#[derive(Debug, Default)]
pub(super) struct Timelines(BTreeMap<Key, Timeline>);

impl Timelines {
    /// Notes what has changed since the last look.
    pub(super) fn note(&mut self, at: Duration, states: &States) {
        for key in states.keys() {
            self.0.entry(key.clone()).or_default();
        }
        for (key, timeline) in &mut self.0 {
            let state = states.get(key).map_or("inactive", String::as_str);
            let last = timeline.last();
            let before = last.map_or("inactive", |(_, state)| state.as_str());
            if state != before {
                timeline.push((at, state.to_owned()));
            }
        }
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &Key> {
        self.0.keys()
    }

    /// Returns the timeline of an alert, which is empty if the alert has never been active.
    pub(super) fn of(&self, key: &Key) -> &[(Duration, String)] {
        self.0.get(key).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Returns the states of a timeline, one after the other.
pub(super) fn states(timeline: &[(Duration, String)]) -> Vec<&str> {
    timeline.iter().map(|(_, state)| state.as_str()).collect()
}

/// Whether two timelines have other states, or one state at times that are further apart than `late`.
pub(super) fn differ(
    one: &[(Duration, String)],
    other: &[(Duration, String)],
    late: Duration,
) -> bool {
    let mut pairs = one.iter().zip(other);
    states(one) != states(other) || pairs.any(|(one, other)| one.0.abs_diff(other.0) > late)
}
