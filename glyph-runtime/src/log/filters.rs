//! The filters of log lines and log records, which change together.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use glyph_core::__runtime::lock_unless_lost;
use tracing::Level;
use tracing_log::{AsLog, log};

use super::{EventFilter, LogError};

/// The target of the line about a change of the filter.
pub(crate) const CHANGES: &str = "glyph_runtime::log";

/// The filters of a telemetry. Clones are the same filters.
#[derive(Clone, Debug, Default)]
pub(crate) struct LogFilters {
    /// Those that change together. That of the log is the first one.
    filters: Vec<EventFilter>,
    /// Locked during a change: of two changes at once, one is the last for all filters.
    changing: Arc<Mutex<()>>,
    /// Whether records of the `log` crate become events.
    is_bridged: Arc<AtomicBool>,
}

impl LogFilters {
    /// Adds the filter of a signal that starts. One that differs from the filter of the log at this
    /// time is of its own, and keeps its directives.
    pub(crate) fn add(&mut self, filter: EventFilter) {
        if self.text().is_none_or(|shared| shared == filter.text()) {
            self.filters.push(filter);
        }
    }

    /// Notes that records of the `log` crate become events.
    pub(crate) fn bridged(&self) {
        self.is_bridged.store(true, Relaxed);
    }

    /// Returns the directives of the log, or else of the log records.
    pub(crate) fn text(&self) -> Option<String> {
        self.filters.first().map(EventFilter::text)
    }

    /// Whether a filter with these directives would exclude the line about its change.
    pub(crate) fn would_exclude_changes(&self, directives: &str) -> Result<bool, LogError> {
        if self.filters.is_empty() {
            return Err(LogError::NoLog);
        }
        let filter = EventFilter::parse(directives)?;
        Ok(!filter.passes_outside_spans(CHANGES, Level::INFO))
    }

    /// Changes the filters, and returns the directives before.
    pub(crate) fn set(&self, directives: &str) -> Result<String, LogError> {
        let _changing = lock_unless_lost(&self.changing).ok_or(LogError::FilterLocked)?;
        let before = self.text().ok_or(LogError::NoLog)?;
        // All of them or none: the first one rejects an invalid directive.
        for filter in &self.filters {
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
