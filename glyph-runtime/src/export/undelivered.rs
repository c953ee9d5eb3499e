//! The error about items that were not delivered by a deadline, for all signals.

use std::{fmt, time::Duration};

/// An error of a flush or a shutdown: items that were not delivered before the deadline.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub struct Undelivered {
    /// The destinations that did not receive everything. Empty only if
    /// [`Telemetry::shutdown`](crate::Telemetry::shutdown) still runs in an earlier call.
    ///
    /// The items of the destination `admin` are responses of the admin listener that were cut off.
    pub parts: Vec<UndeliveredPart>,
    /// The time limit of the flush or the shutdown.
    pub deadline: Duration,
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
        Err(Self { parts, deadline })
    }

    /// Returns the error of a shutdown whose deadline ended before that of an earlier one.
    pub(crate) fn still_running(deadline: Duration) -> Self {
        Self {
            parts: Vec::new(),
            deadline,
        }
    }

    /// Returns the number of items of all parts.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.parts.iter().map(|part| part.count).sum()
    }

    /// Returns the number of items of one kind, such as `audit lines`.
    #[must_use]
    pub fn count_of(&self, items: &str) -> u64 {
        let parts = self.parts.iter().filter(|part| part.items == items);
        parts.map(|part| part.count).sum()
    }
}

impl fmt::Display for Undelivered {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.parts.is_empty() {
            return write!(
                formatter,
                "an earlier shutdown is still running after {:?}",
                self.deadline
            );
        }
        for (index, part) in self.parts.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(formatter, "{comma}{part}")?;
        }
        write!(formatter, " within {:?}", self.deadline)
    }
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
        let earlier = Undelivered::still_running(Duration::from_secs(1));
        assert_eq!(
            earlier.to_string(),
            "an earlier shutdown is still running after 1s"
        );
    }
}
