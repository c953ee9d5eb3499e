//! The providers of the stages, and whether they can be reached.

use std::fmt::Display;
use std::sync::atomic::{AtomicU32, Ordering};

use thiserror::Error;

use crate::fault::Faults;
use crate::model::ModelClient;
use crate::speech::Speech;

/// Consecutive failures after which the providers count as unreachable.
const UNREACHABLE_AFTER: u32 = 5;

/// All recent calls failed, or nothing listens where the model server is asked.
#[derive(Debug, Error)]
pub(crate) enum Unreachable {
    #[error("the last {0} calls failed")]
    Failures(u32),
    #[error("the model server: {0}")]
    Model(#[from] std::io::Error),
}

/// The providers of a process.
#[derive(Debug)]
pub(crate) struct Providers {
    pub(crate) speech: Speech,
    pub(crate) model: ModelClient,
    pub(crate) faults: Faults,
    failures_in_a_row: AtomicU32,
}

impl Providers {
    pub(crate) const fn new(speech: Speech, model: ModelClient, faults: Faults) -> Self {
        Self {
            speech,
            model,
            faults,
            failures_in_a_row: AtomicU32::new(0),
        }
    }

    /// Takes note of how a call of a provider ended. The line is in the stage's span, whose labels name the
    /// provider.
    pub(crate) fn noted<T, E: Display>(&self, ended: Result<T, E>) -> Result<T, E> {
        match &ended {
            Ok(_) => self.failures_in_a_row.store(0, Ordering::Relaxed),
            Err(error) => {
                self.failures_in_a_row.fetch_add(1, Ordering::Relaxed);
                tracing::warn!(%error, "provider failed");
            }
        }
        ended
    }

    /// Returns an error if all recent calls failed, or nobody listens for requests to the model.
    pub(crate) async fn ping(&self) -> Result<(), Unreachable> {
        match self.failures_in_a_row.load(Ordering::Relaxed) {
            failures if failures >= UNREACHABLE_AFTER => Err(Unreachable::Failures(failures)),
            _ => Ok(self.model.ping().await?),
        }
    }
}
