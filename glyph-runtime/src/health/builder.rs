//! The builder of a health.

use std::{collections::HashSet, fmt::Display, future::Future, time::Duration};

use tokio::runtime::Handle;

use super::{Check, DEFAULT_INTERVAL, Health};

/// Builds the health of a program; see [`Health::builder`].
#[derive(Debug)]
#[must_use = "nothing is checked before `build`"]
pub struct HealthBuilder {
    checks: Vec<Check>,
    runtime: Option<Handle>,
    interval: Duration,
}

impl Default for HealthBuilder {
    fn default() -> Self {
        Self {
            checks: Vec::new(),
            runtime: None,
            interval: DEFAULT_INTERVAL,
        }
    }
}

/// An error of [`HealthBuilder::build`]: two checks have the same name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("two health checks are named `{name}`: rename one")]
pub struct DuplicateCheck {
    /// The duplicate name.
    pub name: String,
}

impl HealthBuilder {
    /// Adds a check to readiness, with [the default time limit](super::DEFAULT_TIMEOUT).
    pub fn check<F, R, E>(self, name: &str, check: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), E>> + Send + 'static,
        E: Display,
    {
        self.checks([Check::new(name, check)])
    }

    /// Adds a check to readiness, with the given time limit.
    pub fn check_with_timeout<F, R, E>(self, name: &str, limit: Duration, check: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), E>> + Send + 'static,
        E: Display,
    {
        self.checks([Check::new(name, check).timeout(limit)])
    }

    /// Adds several checks to readiness.
    pub fn checks(mut self, checks: impl IntoIterator<Item = Check>) -> Self {
        self.checks.extend(checks);
        self
    }

    /// Sets the shortest time between two runs of the checks. Default: one second. Probes within it
    /// get the last report, however many there are. With zero, each probe runs the checks, unless
    /// they run already.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Sets the runtime for the checks. Default: the one in which [`HealthBuilder::build`] is
    /// called. Outside of a runtime, each check has a thread of its own, with its own runtime.
    pub fn runtime(mut self, runtime: Handle) -> Self {
        self.runtime = Some(runtime);
        self
    }

    /// Builds the health.
    ///
    /// # Errors
    ///
    /// Returns [`DuplicateCheck`] if two checks have the same name.
    pub fn build(self) -> Result<Health, DuplicateCheck> {
        let mut names = HashSet::new();
        let twice = self.checks.iter().find(|check| !names.insert(check.name()));
        if let Some(check) = twice {
            return Err(DuplicateCheck {
                name: check.name().to_owned(),
            });
        }
        let runtime = self.runtime.or_else(|| Handle::try_current().ok());
        if runtime.is_none() {
            // Later, the process may have no descriptors left for the threads.
            for check in &self.checks {
                let _tried_again_by_runs = check.own_runtime();
            }
        }
        Ok(Health::new(self.checks, runtime, self.interval))
    }
}
