//! The overview of a program.

use serde::{Deserialize, Serialize};

use super::AlertSummary;

/// A program, its checks, its stages and its alerts.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Overview {
    /// The name of the service.
    pub service: String,
    /// The version.
    pub version: Option<String>,
    /// The deployment environment.
    pub environment: Option<String>,
    /// The id of the process.
    pub instance: Option<String>,
    /// The time since the start, in seconds.
    pub uptime_seconds: f64,
    /// The checks.
    pub health: Health,
    /// The time that the figures of stages cover, in seconds.
    pub window_seconds: f64,
    /// The stages.
    pub stages: Vec<Stage>,
    /// The alerts.
    pub alerts: AlertSummary,
}

/// The report of the checks.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Health {
    /// `ok`, `fail`, or `running` before the first report.
    pub status: String,
    /// The checks.
    pub checks: Vec<Check>,
}

/// A check.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Check {
    /// The name.
    pub name: String,
    /// The error. `None` if the check passes.
    pub error: Option<String>,
}

/// A stage over the last minutes.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Stage {
    /// The name.
    pub name: String,
    /// The family name of the histogram of durations.
    pub metric: String,
    /// The unit of the quantiles.
    pub unit: String,
    /// The calls.
    pub calls: u64,
    /// The failed calls. `None` if no metric has those of this stage alone.
    pub failures: Option<u64>,
    /// The calls a second.
    pub rate: f64,
    /// The share of failed calls, from 0 to 1.
    pub failed: Option<f64>,
    /// The median of the durations.
    pub p50: Option<f64>,
    /// The 95th percentile.
    pub p95: Option<f64>,
    /// The 99th percentile.
    pub p99: Option<f64>,
    /// The calls that run.
    pub in_flight: Option<f64>,
}
