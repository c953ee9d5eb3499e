//! Collects checks.

use std::{collections::HashSet, fmt::Display, future::Future, time::Duration};

use tokio::runtime::Handle;

use super::{Check, Health};

/// Collects the checks of a program; see [`Health::builder`].
#[derive(Debug, Default)]
#[must_use = "nothing is checked before `build`"]
pub struct HealthBuilder {
    checks: Vec<Check>,
    runtime: Option<Handle>,
}

/// Two health checks have one name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("two health checks are called `{name}`: give each a name of its own")]
pub struct DuplicateCheck {
    /// The name that came twice.
    pub name: String,
}

impl HealthBuilder {
    /// Makes readiness depend on `check`, which has [five seconds](super::DEFAULT_TIMEOUT) each time.
    pub fn check<F, R, E>(self, name: impl Into<String>, check: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), E>> + Send + 'static,
        E: Display,
    {
        self.checks([Check::new(name, check)])
    }

    /// [`HealthBuilder::check`] with a time limit of its own.
    pub fn check_with_timeout<F, R, E>(
        self,
        name: impl Into<String>,
        limit: Duration,
        check: F,
    ) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), E>> + Send + 'static,
        E: Display,
    {
        self.checks([Check::new(name, check).timeout(limit)])
    }

    /// Makes readiness depend on checks that were put together elsewhere.
    pub fn checks(mut self, checks: impl IntoIterator<Item = Check>) -> Self {
        self.checks.extend(checks);
        self
    }

    /// The runtime that checks run on. Without it they run on the one that the probe arrives on, which
    /// for the admin listener is not the program's.
    pub fn runtime(mut self, runtime: Handle) -> Self {
        self.runtime = Some(runtime);
        self
    }

    /// The health that depends on these checks.
    ///
    /// # Errors
    ///
    /// When two checks have one name.
    pub fn build(self) -> Result<Health, DuplicateCheck> {
        let mut names = HashSet::new();
        let twice = self.checks.iter().find(|check| !names.insert(check.name()));
        if let Some(check) = twice {
            return Err(DuplicateCheck {
                name: check.name().to_owned(),
            });
        }
        Ok(Health::new(self.checks, self.runtime))
    }
}
