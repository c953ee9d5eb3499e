//! Alerts of a program.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The state of an alert.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AlertState {
    /// The condition does not hold.
    Inactive,
    /// The condition holds, but not for long enough.
    Pending,
    /// The alert fires.
    Firing,
    /// The console does not evaluate it.
    NotEvaluated,
}

/// All alerts.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct AlertList {
    /// The alerts in the order of their declaration.
    pub alerts: Vec<Alert>,
}

/// An alert.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Alert {
    /// The name.
    pub name: String,
    /// The severity.
    pub severity: String,
    /// The objective that it is about.
    pub objective: Option<String>,
    /// The state of the worst group.
    pub state: AlertState,
    /// Why it is not evaluated.
    pub reason: Option<String>,
    /// The condition in words.
    pub condition: String,
    /// The threshold.
    pub threshold: Option<f64>,
    /// The unit of the values and the threshold.
    pub unit: String,
    /// The groups, those that fire first.
    pub groups: Vec<AlertGroup>,
}

/// An alert for one combination of labels.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct AlertGroup {
    /// The labels.
    pub labels: Map<String, Value>,
    /// The state.
    pub state: AlertState,
    /// The value. `None` if it is not a number.
    pub value: Option<f64>,
    /// The time when it became pending, in milliseconds since the Unix epoch.
    pub since_unix_ms: Option<f64>,
    /// The time when it began to fire, in milliseconds since the Unix epoch.
    pub firing_since_unix_ms: Option<f64>,
}

/// The number of alerts in each state, and those that are active.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct AlertSummary {
    /// Alerts that fire.
    pub firing: usize,
    /// Alerts that are pending.
    pub pending: usize,
    /// Alerts that are inactive.
    pub inactive: usize,
    /// Alerts that the console does not evaluate.
    pub not_evaluated: usize,
    /// Those that fire first, at most 50.
    pub active: Vec<ActiveAlert>,
}

/// An alert that is pending or firing.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct ActiveAlert {
    /// The name.
    pub name: String,
    /// The severity.
    pub severity: String,
    /// The condition in words.
    pub condition: String,
    /// The threshold.
    pub threshold: Option<f64>,
    /// The unit of the value and the threshold.
    pub unit: String,
    /// Its labels, its state and its value.
    #[serde(flatten)]
    pub group: AlertGroup,
}
