//! Failures on purpose: one of a list, or a share of all calls.

use std::time::Duration;

use clap::ValueEnum;
use glyph_example_model as model;
use tokio::time::sleep;

/// A failure that `--fault` makes happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Fault {
    /// The recognizer gets silence.
    Stt,
    /// The model server fails.
    Llm,
    /// The model server rejects requests.
    LlmBusy,
    /// The model server's connection ends after two tokens.
    LlmCut,
    /// The model server fails the first attempt of each request.
    LlmFlaky,
    /// The model server answers later than `--llm-timeout`.
    LlmTimeout,
    /// The synthesizer is asked for more than it can say.
    Tts,
    /// Tools ask the database for a table that it does not have.
    Tool,
    /// The recognizer is late.
    SttSlow,
    /// The model server is late.
    LlmSlow,
    /// The synthesizer is late.
    TtsSlow,
    /// Tools are late.
    ToolSlow,
    /// Another connection holds a lock on the database.
    Database,
    /// Nothing listens where the model server is asked.
    Providers,
    /// Nothing listens where the gateway calls its worker.
    Worker,
    /// No session begins.
    NoSessions,
    /// Tasks are started and never end.
    TaskLeak,
}

/// How late a slow provider is, and a slow tool: more than their alerts allow.
pub(crate) const LATE: Duration = Duration::from_millis(3100);
const LATE_TOOL: Duration = Duration::from_millis(5200);

/// The failures of a process.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Faults {
    fault: Option<Fault>,
    /// The share of calls of providers and tools that fail.
    rate: f64,
}

impl Faults {
    pub(crate) const fn new(fault: Option<Fault>, rate: f64) -> Self {
        Self { fault, rate }
    }

    pub(crate) fn is(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    /// Whether this call of a recognizer, a synthesizer or a tool fails.
    pub(crate) fn hits(&self, fault: Fault) -> bool {
        // `f64` returns less than one, so a rate of one always fails and a rate of zero never.
        self.is(fault) || fastrand::f64() < self.rate
    }

    /// Waits where a stage is to be late.
    pub(crate) async fn delay(&self, fault: Fault) {
        if self.is(fault) {
            let is_tool = fault == Fault::ToolSlow;
            sleep(if is_tool { LATE_TOOL } else { LATE }).await;
        }
    }

    /// Returns the failure that the model server is asked for.
    pub(crate) fn of_model(&self) -> Option<model::Fault> {
        match self.fault {
            Some(Fault::Llm) => Some(model::Fault::Failing),
            Some(Fault::LlmBusy) => Some(model::Fault::Busy),
            Some(Fault::LlmCut) => Some(model::Fault::Cut),
            Some(Fault::LlmFlaky) => Some(model::Fault::Flaky),
            Some(Fault::LlmTimeout | Fault::LlmSlow) => Some(model::Fault::Slow),
            _ if fastrand::f64() < self.rate => {
                let faults = [model::Fault::Failing, model::Fault::Busy, model::Fault::Cut];
                fastrand::choice(faults)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rate_of_one_fails_all_calls_and_of_zero_none() {
        let (all, none) = (Faults::new(None, 1.0), Faults::default());
        for _ in 0..100 {
            assert!(all.hits(Fault::Stt) && all.of_model().is_some());
            assert!(!none.hits(Fault::Stt) && none.of_model().is_none());
        }
    }

    #[test]
    fn fault_is_the_one_of_its_stage_alone() {
        let faults = Faults::new(Some(Fault::Llm), 0.0);
        assert_eq!(faults.of_model(), Some(model::Fault::Failing));
        assert!(
            ![Fault::Stt, Fault::Tts, Fault::Tool]
                .into_iter()
                .any(|fault| faults.hits(fault))
        );
    }
}
