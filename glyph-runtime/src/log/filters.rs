//! The filters of log lines and log records, which change together.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use tracing_log::{AsLog, log};

use super::{EventFilter, LogError};

/// The filters of a telemetry. Clones are the same filters.
#[derive(Clone, Debug, Default)]
pub(crate) struct LogFilters {
    /// That of the log is the last one.
    filters: Vec<EventFilter>,
    /// Whether records of the `log` crate become events.
    is_bridged: Arc<AtomicBool>,
}

impl LogFilters {
    /// Adds the filter of a signal that starts. The log is the last one.
    pub(crate) fn add(&mut self, filter: EventFilter) {
        self.filters.push(filter);
    }

    /// Notes that records of the `log` crate become events.
    pub(crate) fn bridged(&self) {
        self.is_bridged.store(true, Relaxed);
    }

    /// Returns the directives of the log, or else of the log records.
    pub(crate) fn text(&self) -> Option<String> {
        self.filters.last().map(EventFilter::text)
    }

    /// Changes the filter, and returns the directives before. Log records that have another filter
    /// than the log keep it.
    pub(crate) fn set(&self, directives: &str) -> Result<String, LogError> {
        let before = self.text().ok_or(LogError::NoLog)?;
        let same = self.filters.iter().filter(|filter| filter.text() == before);
        // All of them or none: the first one rejects an invalid directive.
        for filter in same.collect::<Vec<_>>() {
            filter.set(directives)?;
            self.raise(filter);
        }
        Ok(before)
    }

    /// Lets more records of the `log` crate through, if the filter asks for them.
    fn raise(&self, filter: &EventFilter) {
        if self.is_bridged.load(Relaxed) {
            log::set_max_level(log::max_level().max(filter.most_verbose().as_log()));
        }
    }
}
