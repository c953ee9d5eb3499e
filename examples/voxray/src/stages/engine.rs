//! Models that run in this process: a task for each caller, with a limited number of slots.

use std::fmt;
use std::sync::Arc;

use glyph_runtime::Outcome;
use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

/// Callers at the same time.
const SLOTS: usize = 64;
/// Requests that a task with [`Trouble::Lost`] answers.
const BEFORE_LOSS: usize = 1;

/// Why a model does not answer.
#[derive(Clone, Copy, Debug, Error, Outcome, PartialEq, Eq)]
pub(crate) enum EngineError {
    #[error("the model does not run")]
    Unavailable,
    #[error("all slots of the model are in use")]
    RateLimited,
    #[error("the model ended")]
    Disconnected,
}

/// What is wrong with an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It was not started.
    Down,
    /// It has no free slot.
    Busy,
    /// Its tasks end too early.
    Lost,
}

type Work<I, O> = Box<dyn FnMut(&I) -> Vec<O> + Send>;

/// A model: each caller gets a task with a state of its own.
pub(crate) struct Engine<I, O> {
    work: fn() -> Work<I, O>,
    slots: Arc<Semaphore>,
    trouble: Option<Trouble>,
}

/// A caller's connection to its task.
pub(crate) struct Line<I, O> {
    requests: mpsc::Sender<I>,
    responses: mpsc::Receiver<Vec<O>>,
}

impl<I, O> fmt::Debug for Engine<I, O> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut engine = formatter.debug_struct("Engine");
        engine
            .field("trouble", &self.trouble)
            .finish_non_exhaustive()
    }
}

impl<I: Send + 'static, O: Send + 'static> Engine<I, O> {
    pub(crate) fn new(work: fn() -> Work<I, O>, trouble: Option<Trouble>) -> Self {
        let is_busy = trouble == Some(Trouble::Busy);
        Self {
            work,
            slots: Arc::new(Semaphore::new(if is_busy { 0 } else { SLOTS })),
            trouble,
        }
    }

    /// Starts a task for a caller.
    pub(crate) fn open(&self) -> Result<Line<I, O>, EngineError> {
        if self.trouble == Some(Trouble::Down) {
            return Err(EngineError::Unavailable);
        }
        let slot = Arc::clone(&self.slots).try_acquire_owned();
        let slot = slot.map_err(|_| EngineError::RateLimited)?;
        let (requests, asked) = mpsc::channel(1);
        let (answer, responses) = mpsc::channel(1);
        let is_lost = self.trouble == Some(Trouble::Lost);
        let most = if is_lost { BEFORE_LOSS } else { usize::MAX };
        tokio::spawn(serve((self.work)(), asked, answer, most, slot));
        Ok(Line {
            requests,
            responses,
        })
    }
}

async fn serve<I, O>(
    mut work: Work<I, O>,
    mut asked: mpsc::Receiver<I>,
    answer: mpsc::Sender<Vec<O>>,
    most: usize,
    _slot: OwnedSemaphorePermit,
) {
    for _ in 0..most {
        let Some(request) = asked.recv().await else {
            return;
        };
        if answer.send(work(&request)).await.is_err() {
            return;
        }
    }
}

impl<I, O> Line<I, O> {
    /// Returns the task's response.
    pub(crate) async fn ask(&mut self, request: I) -> Result<Vec<O>, EngineError> {
        let sent = self.requests.send(request).await;
        sent.map_err(|_| EngineError::Disconnected)?;
        let response = self.responses.recv().await;
        response.ok_or(EngineError::Disconnected)
    }
}
