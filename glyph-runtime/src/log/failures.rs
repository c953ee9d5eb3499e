//! Failed writes: the last error, and one report on standard error.

use std::{
    fmt, io, mem,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use glyph_core::__runtime::lock;

use super::sink::{Descriptor, Sink, reports};
use crate::export::Deadline;

/// The shortest time between two reports, for an output that fails and recovers in turns.
const INTERVAL: Duration = Duration::from_secs(60);

/// Failed writes of the log.
pub(super) struct Failures {
    /// The output, as far as it has a name.
    output: Option<String>,
    /// The descriptor of the reports. `None` if reporting could block the thread that logs.
    reports: Option<Arc<Descriptor>>,
    state: Mutex<FailureState>,
}

#[derive(Debug, Default)]
struct FailureState {
    error: Option<String>,
    is_failing: bool,
    reported: Option<Instant>,
}

impl Failures {
    pub(super) fn new(output: Option<String>) -> Self {
        let reports = match reports() {
            Sink::Descriptor(descriptor) => Some(descriptor),
            Sink::Writer(_) => None,
        };
        Self {
            output,
            reports,
            state: Mutex::default(),
        }
    }

    /// Notes that a write succeeded.
    pub(super) fn succeeded(&self) {
        lock(&self.state).is_failing = false;
    }

    /// Notes an error, and reports the first one of several in a row.
    pub(super) fn failed(&self, error: &io::Error) {
        let mut state = lock(&self.state);
        state.error = Some(error.to_string());
        let first = !mem::replace(&mut state.is_failing, true);
        let recent = state.reported.is_some_and(|at| at.elapsed() < INTERVAL);
        if !first || recent {
            return;
        }
        state.reported = Some(Instant::now());
        drop(state);
        self.report(error);
    }

    /// Reports an error on standard error. It does not wait for the reader of standard error.
    pub(super) fn report(&self, error: &io::Error) {
        let output = self.output.as_deref().unwrap_or("the writer");
        let text = format!("glyph: log lines are lost, cannot write to {output}: {error}\n");
        match &self.reports {
            Some(descriptor) => {
                let now = Deadline::after(Duration::ZERO);
                let _no_other_way_to_report = descriptor.write_until(text.as_bytes(), now);
            }
            None => eprint!("{text}"),
        }
    }

    /// Returns the last error.
    pub(super) fn last(&self) -> Option<String> {
        lock(&self.state).error.clone()
    }
}

impl fmt::Debug for Failures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Failures")
            .field("output", &self.output)
            .field("state", &*lock(&self.state))
            .finish_non_exhaustive()
    }
}
