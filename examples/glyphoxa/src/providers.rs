//! The providers of the stages, and whether they can be reached.

use std::fmt::Display;
use std::sync::atomic::{AtomicU32, Ordering};

use thiserror::Error;

use crate::fault::Faults;
use crate::model::ModelClient;
use crate::speech::Speech;

/// Consecutive failures after which the providers count as unreachable.
const UNREACHABLE_AFTER: u32 = 5;

/// The kind of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Stt,
    Llm,
    Tts,
}

/// All recent calls of a kind failed, or nothing listens where the model server is asked.
#[derive(Debug, Error)]
pub(crate) enum Unreachable {
    #[error("the last {failures} calls of {kind} failed")]
    Failures { kind: &'static str, failures: u32 },
    #[error("the model server: {0}")]
    Model(#[from] std::io::Error),
}

/// The providers of a process.
#[derive(Debug)]
pub(crate) struct Providers {
    pub(crate) speech: Speech,
    pub(crate) model: ModelClient,
    pub(crate) faults: Faults,
    /// Failures in a row, by kind.
    stt: AtomicU32,
    llm: AtomicU32,
    tts: AtomicU32,
}

impl Providers {
    pub(crate) const fn new(speech: Speech, model: ModelClient, faults: Faults) -> Self {
        Self {
            speech,
            model,
            faults,
            stt: AtomicU32::new(0),
            llm: AtomicU32::new(0),
            tts: AtomicU32::new(0),
        }
    }

    /// Takes note of how a call of a provider ended. The line is in the stage's span, whose labels name the
    /// provider.
    pub(crate) fn noted<T, E: Display>(&self, kind: Kind, ended: Result<T, E>) -> Result<T, E> {
        let failures = self.failures(kind);
        match &ended {
            Ok(_) => failures.store(0, Ordering::Relaxed),
            Err(error) => {
                failures.fetch_add(1, Ordering::Relaxed);
                tracing::warn!(%error, "provider failed");
            }
        }
        ended
    }

    /// Returns an error if all recent calls of a kind failed, or nobody listens for requests to the model.
    pub(crate) async fn ping(&self) -> Result<(), Unreachable> {
        for (kind, name) in [(Kind::Stt, "stt"), (Kind::Llm, "llm"), (Kind::Tts, "tts")] {
            let failures = self.failures(kind).load(Ordering::Relaxed);
            if failures >= UNREACHABLE_AFTER {
                let kind = name;
                return Err(Unreachable::Failures { kind, failures });
            }
        }
        Ok(self.model.ping().await?)
    }

    const fn failures(&self, kind: Kind) -> &AtomicU32 {
        match kind {
            Kind::Stt => &self.stt,
            Kind::Llm => &self.llm,
            Kind::Tts => &self.tts,
        }
    }
}
