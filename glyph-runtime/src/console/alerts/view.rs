//! The alerts as the API shows them.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    Alerts,
    active::{Active, MOST_SHOWN},
    rule::{Kind, Rule},
};
use crate::console::{key, number::unix_milliseconds, overview::rounded};

/// The most active groups of an overview.
const MOST_ACTIVE: usize = 50;

/// What `/api/v1/alerts` responds with.
#[derive(Debug, Serialize)]
pub(in crate::console) struct AlertList {
    /// The bytes that the windows of alerts take.
    bytes: usize,
    max_bytes: usize,
    alerts: Vec<AlertView>,
}

#[derive(Debug, Serialize)]
struct AlertView {
    name: String,
    severity: &'static str,
    objective: Option<&'static str>,
    /// `inactive`, `pending`, `firing`, or `not_evaluated`.
    state: &'static str,
    /// Why it is not evaluated.
    reason: Option<String>,
    condition: String,
    threshold: Option<f64>,
    unit: &'static str,
    pending_seconds: u64,
    keep_firing_seconds: u64,
    labels: Map<String, Value>,
    /// Groups for which there was no room.
    groups_left_out: usize,
    /// Those that fire first.
    groups: Vec<GroupView>,
}

#[derive(Debug, Serialize)]
struct GroupView {
    labels: Map<String, Value>,
    state: &'static str,
    /// `null` if it is not a number.
    value: Option<f64>,
    /// The time when it became pending.
    since_unix_ms: Option<f64>,
    firing_since_unix_ms: Option<f64>,
}

/// The alerts in an overview.
#[derive(Debug, Serialize)]
pub(in crate::console) struct Summary {
    firing: usize,
    pending: usize,
    inactive: usize,
    not_evaluated: usize,
    /// Those that fire first, at most 50.
    active: Vec<ActiveView>,
}

#[derive(Debug, Serialize)]
struct ActiveView {
    name: String,
    severity: &'static str,
    condition: String,
    unit: &'static str,
    threshold: Option<f64>,
    #[serde(flatten)]
    group: GroupView,
}

/// Returns all alerts.
pub(super) fn list(alerts: &Alerts) -> AlertList {
    AlertList {
        bytes: alerts.bytes(),
        max_bytes: alerts.budget,
        alerts: alerts.rules.iter().map(AlertView::new).collect(),
    }
}

/// Returns the counts of alerts by state, and the active groups.
pub(super) fn summary(alerts: &Alerts) -> Summary {
    let of = |state: &str| {
        alerts
            .rules
            .iter()
            .filter(|rule| rule_state(rule) == state)
            .count()
    };
    let mut active: Vec<ActiveView> = alerts.rules.iter().flat_map(ActiveView::of).collect();
    active.sort_by_key(|active| active.group.state != "firing");
    active.truncate(MOST_ACTIVE);
    Summary {
        firing: of("firing"),
        pending: of("pending"),
        inactive: of("inactive"),
        not_evaluated: of("not_evaluated"),
        active,
    }
}

/// Returns the state of the group that is worst.
fn rule_state(rule: &Rule) -> &'static str {
    if matches!(rule.kind, Kind::Not(_)) {
        return "not_evaluated";
    }
    let states = rule.groups.active().map(|(_, active)| state(active));
    states.fold("inactive", |worst, state| match (worst, state) {
        ("firing", _) | (_, "firing") => "firing",
        _ => "pending",
    })
}

const fn state(active: Active) -> &'static str {
    match active.fires {
        Some(_) => "firing",
        None => "pending",
    }
}

impl AlertView {
    fn new(rule: &Rule) -> Self {
        let reason = match &rule.kind {
            Kind::Not(reason) => Some(reason.clone()),
            _ => None,
        };
        let labels = rule.labels.iter();
        let labels = labels.map(|(name, value)| ((*name).to_owned(), (*value).into()));
        let active = rule.groups.active();
        let mut groups: Vec<GroupView> = active
            .map(|(group, active)| GroupView::active(group, active))
            .collect();
        groups.sort_by_key(|group| group.state != "firing");
        let inactive = rule.groups.inactive();
        groups.extend(inactive.map(|(group, value)| GroupView::inactive(group, value)));
        groups.truncate(MOST_SHOWN);
        Self {
            name: rule.name.clone(),
            severity: rule.severity,
            objective: rule.objective,
            state: rule_state(rule),
            reason,
            condition: rule.condition.clone(),
            threshold: rule.threshold(),
            unit: rule.unit(),
            pending_seconds: rule.times.pending.as_secs(),
            keep_firing_seconds: rule.times.keep_firing.as_secs(),
            labels: labels.collect(),
            groups_left_out: rule.kept().1,
            groups,
        }
    }
}

impl GroupView {
    fn active(group: &str, active: Active) -> Self {
        Self {
            labels: key::labels(group),
            state: state(active),
            value: number(active.value),
            since_unix_ms: Some(unix_milliseconds(active.since.time)),
            firing_since_unix_ms: active.fires.map(|fires| unix_milliseconds(fires.time)),
        }
    }

    fn inactive(group: &str, value: f64) -> Self {
        Self {
            labels: key::labels(group),
            state: "inactive",
            value: number(value),
            since_unix_ms: None,
            firing_since_unix_ms: None,
        }
    }
}

impl ActiveView {
    fn of(rule: &Rule) -> Vec<Self> {
        let active = rule.groups.active().take(MOST_ACTIVE);
        let active = active.map(|(group, active)| Self {
            name: rule.name.clone(),
            severity: rule.severity,
            condition: rule.condition.clone(),
            unit: rule.unit(),
            threshold: rule.threshold(),
            group: GroupView::active(group, active),
        });
        active.collect()
    }
}

fn number(value: f64) -> Option<f64> {
    value.is_finite().then(|| rounded(value))
}
