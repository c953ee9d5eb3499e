//! The thread that takes snapshots and renders responses, so that the listener's thread answers probes.

use std::{fmt, future::Future, io, sync::Arc};

use tokio::sync::Semaphore;

use super::state::State;
use crate::thread::{AbortOnDrop, OwnThread};

/// The most requests at a time.
const MOST_REQUESTS: usize = 8;

/// The thread of a console. It ends when the last clone is dropped.
#[derive(Clone)]
pub(super) struct Thread {
    state: Arc<State>,
    own: Arc<OwnThread>,
    requests: Arc<Semaphore>,
}

/// The thread does not respond, or too many requests wait for it.
#[derive(Debug)]
pub(super) struct Busy;

impl Thread {
    /// Takes the first snapshot, and starts the thread.
    pub(super) fn start(state: State) -> io::Result<Self> {
        state.snapshot();
        let state = Arc::new(state);
        let own = OwnThread::start("glyph-console")?;
        let recorded = Arc::clone(&state);
        own.runtime().spawn(async move { recorded.record().await });
        Ok(Self {
            state,
            own: Arc::new(own),
            requests: Arc::new(Semaphore::new(MOST_REQUESTS)),
        })
    }

    /// Runs a task until the thread ends.
    pub(super) fn spawn<F: Future<Output = ()> + Send + 'static>(
        &self,
        task: impl FnOnce(Arc<State>) -> F,
    ) {
        self.own.runtime().spawn(task(Arc::clone(&self.state)));
    }

    /// Runs the work of a request on the thread. The work ends when this is dropped.
    pub(super) async fn run<T, F>(&self, work: impl FnOnce(Arc<State>) -> F) -> Result<T, Busy>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let permit = Arc::clone(&self.requests).try_acquire_owned();
        let permit = permit.map_err(|_| Busy)?;
        let work = work(Arc::clone(&self.state));
        let task = self.own.runtime().spawn(async move {
            let result = work.await;
            drop(permit);
            result
        });
        let _ends_with_this = AbortOnDrop(task.abort_handle());
        task.await.map_err(|_| Busy)
    }
}

impl fmt::Debug for Thread {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Thread").finish_non_exhaustive()
    }
}
