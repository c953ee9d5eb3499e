//! The report of a probe.

use std::{fmt, sync::Arc};

use serde::ser::{Serialize, SerializeMap, Serializer};

/// The result of a probe.
///
/// As JSON and by `Display` it is `{"status":"fail","checks":{"database":"fail: connection
/// refused","providers":"ok"}}`, and only the status without checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    checks: Vec<(Arc<str>, Result<(), String>)>,
}

impl Report {
    pub(super) fn new(checks: impl IntoIterator<Item = (Arc<str>, Result<(), String>)>) -> Self {
        Self {
            checks: checks.into_iter().collect(),
        }
    }

    pub(super) fn ok() -> Self {
        Self::new([])
    }

    pub(super) fn draining() -> Self {
        Self::new([(Arc::from("draining"), Err("shutting down".to_owned()))])
    }

    /// Returns whether all checks passed.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.checks.iter().all(|(_, answer)| answer.is_ok())
    }

    /// Returns the checks in the order in which they were registered, each with its result.
    pub fn checks(&self) -> impl Iterator<Item = (&str, Result<(), &str>)> {
        let checks = self.checks.iter();
        checks.map(|(name, answer)| (&**name, answer.as_ref().map_err(String::as_str).copied()))
    }

    fn status(&self) -> &'static str {
        if self.is_ok() { "ok" } else { "fail" }
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut report = serializer.serialize_map(None)?;
        report.serialize_entry("status", self.status())?;
        if !self.checks.is_empty() {
            report.serialize_entry("checks", &Checks(self))?;
        }
        report.end()
    }
}

struct Checks<'a>(&'a Report);

impl Serialize for Checks<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.checks().map(|(name, answer)| match answer {
            Ok(()) => (name, "ok".to_owned()),
            Err(error) => (name, format!("fail: {error}")),
        }))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_string(self).map_err(|_| fmt::Error)?;
        formatter.write_str(&json)
    }
}
