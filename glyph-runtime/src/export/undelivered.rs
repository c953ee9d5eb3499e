//! The error about items that were not delivered by a deadline, for all signals.

use std::{fmt, time::Duration};

/// An error of a flush or a shutdown: items that were not delivered before the deadline.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub struct Undelivered {
    /// The destinations that did not receive everything that the flush or the shutdown had for them.
    ///
    /// The items of the destination `admin` are responses of the admin listener that were cut off.
    pub parts: Vec<UndeliveredPart>,
    /// The items that were lost before [`Telemetry::shutdown`](crate::Telemetry::shutdown) began,
    /// since the start of the telemetry: in an outage of the collector, for example. Empty for a
    /// flush.
    pub lost_before: Vec<UndeliveredPart>,
    /// The time limit of the flush or the shutdown.
    pub deadline: Duration,
    /// Whether an earlier call of the shutdown was still running at the deadline.
    is_running: bool,
}

/// The items that one exporter has lost so far.
#[derive(Clone, Debug)]
pub(crate) struct Loss {
    pub(crate) part: UndeliveredPart,
    /// Whether the exporter has failed since it last delivered a batch.
    pub(crate) is_failing: bool,
}

impl Loss {
    /// Whether both are of one exporter.
    pub(crate) fn is_of_same(&self, other: &Self) -> bool {
        (self.part.destination, self.part.items) == (other.part.destination, other.part.items)
    }
}

/// The items that one destination did not receive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndeliveredPart {
    /// The destination: `otlp`, `file`, `log`, `audit`, `admin`, or the name of another exporter.
    pub destination: &'static str,
    /// The kind of the items: `spans`, `data points`, `log records`, `log lines` or `audit lines`.
    pub items: &'static str,
    /// The number of items that were dropped or were still waiting. 0 if the number is unknown.
    ///
    /// The number of data points is unknown until an export begins.
    pub count: u64,
    /// The URL or the file that they were sent to, if it is known.
    pub url: Option<String>,
    /// The last error of the destination, unless it has taken a batch since. `no response yet` if
    /// the first attempt still ran. A collector may have written it.
    pub error: Option<String>,
}

impl UndeliveredPart {
    /// Returns a part without a URL and an error.
    #[must_use]
    pub fn new(destination: &'static str, items: &'static str, count: u64) -> Self {
        Self {
            destination,
            items,
            count,
            url: None,
            error: None,
        }
    }
}

impl Undelivered {
    /// Returns an error if there is at least one part.
    pub(crate) fn check(parts: Vec<UndeliveredPart>, deadline: Duration) -> Result<(), Self> {
        if parts.is_empty() {
            return Ok(());
        }
        Err(Self::of(parts, Vec::new(), deadline))
    }

    pub(crate) fn of(
        parts: Vec<UndeliveredPart>,
        lost_before: Vec<UndeliveredPart>,
        deadline: Duration,
    ) -> Self {
        Self {
            parts,
            lost_before,
            deadline,
            is_running: false,
        }
    }

    /// Returns the error of a shutdown whose deadline ended before that of an earlier one.
    pub(crate) fn still_running(deadline: Duration) -> Self {
        Self {
            is_running: true,
            ..Self::of(Vec::new(), Vec::new(), deadline)
        }
    }

    /// Returns the number of items that were not delivered, those that were lost before among them.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.all().map(|part| part.count).sum()
    }

    /// Returns the number of items of one kind, such as `audit lines`, that were not delivered.
    #[must_use]
    pub fn count_of(&self, items: &str) -> u64 {
        let parts = self.all().filter(|part| part.items == items);
        parts.map(|part| part.count).sum()
    }

    /// Whether the flush or the shutdown itself has delivered everything.
    pub(crate) fn is_only_before(&self) -> bool {
        self.parts.is_empty() && !self.is_running
    }

    fn all(&self) -> impl Iterator<Item = &UndeliveredPart> {
        self.parts.iter().chain(&self.lost_before)
    }
}

impl fmt::Display for Undelivered {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let deadline = self.deadline;
        if self.is_running {
            return write!(
                formatter,
                "an earlier shutdown is still running after {deadline:?}"
            );
        }
        if !self.parts.is_empty() {
            write_list(formatter, &self.parts)?;
            write!(formatter, " within {deadline:?}")?;
        }
        if !self.lost_before.is_empty() {
            let between = if self.parts.is_empty() { "" } else { "; " };
            write!(formatter, "{between}before the shutdown: ")?;
            write_list(formatter, &self.lost_before)?;
        }
        Ok(())
    }
}

fn write_list(formatter: &mut fmt::Formatter<'_>, parts: &[UndeliveredPart]) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        write!(formatter, "{comma}{part}")?;
    }
    Ok(())
}

impl fmt::Display for UndeliveredPart {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.count > 0 {
            write!(formatter, "{} ", self.count)?;
        }
        let Self {
            destination, items, ..
        } = self;
        write!(formatter, "{items} not delivered to `{destination}`")?;
        if let Some(url) = &self.url {
            write!(formatter, " at {url}")?;
        }
        match &self.error {
            Some(error) => write!(formatter, " ({error})"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Undelivered, UndeliveredPart};

    #[test]
    fn message_names_count_items_destination_and_deadline() {
        let part = |items, count, error: Option<&str>| UndeliveredPart {
            url: error.map(|_| "http://127.0.0.1:1".to_owned()),
            error: error.map(str::to_owned),
            ..UndeliveredPart::new("otlp", items, count)
        };
        let parts = vec![
            part("spans", 3, None),
            part("data points", 0, Some("disk full")),
        ];
        let undelivered = Undelivered::check(parts, Duration::from_secs(1));
        assert_eq!(
            undelivered.map_err(|error| error.to_string()),
            Err("3 spans not delivered to `otlp`, data points not delivered to `otlp` at http://127.0.0.1:1 (disk full) within 1s".to_owned())
        );
        assert_eq!(Undelivered::check(Vec::new(), Duration::ZERO), Ok(()));
        let before = vec![part("spans", 2, Some("404"))];
        let both = Undelivered::of(vec![part("spans", 3, None)], before, Duration::from_secs(1));
        assert_eq!((both.count(), both.count_of("spans")), (5, 5));
        assert_eq!(
            both.to_string(),
            "3 spans not delivered to `otlp` within 1s; before the shutdown: 2 spans not delivered to `otlp` at http://127.0.0.1:1 (404)"
        );
        let earlier = Undelivered::still_running(Duration::from_secs(1));
        assert_eq!(
            earlier.to_string(),
            "an earlier shutdown is still running after 1s"
        );
    }
}
