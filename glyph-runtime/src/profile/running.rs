//! Profiles that are taken, one at a time, and what ends them.

use std::{
    convert::Infallible,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

use axum::http::HeaderMap;
#[cfg(feature = "console")]
use axum::http::StatusCode;
use glyph_core::__runtime::lock;
use tokio::sync::oneshot;
use tracing::subscriber::{NoSubscriber, with_default};

use super::{
    memory::{self, Memory},
    sampling::{Report, Sampling},
    seconds::duration,
    unavailable::Unavailable,
};
use crate::request::is_from_here;

/// The timer and the signal are those of the process.
static CPU: Slot = Slot(AtomicBool::new(false));

static MEMORY: Slot = Slot(AtomicBool::new(false));

/// The right to take a profile. One profile at a time has it.
struct Slot(AtomicBool);

/// A slot that is taken, until this is dropped.
struct Taken(&'static Slot);

impl Slot {
    fn take(&'static self) -> Result<Taken, Unavailable> {
        let was_taken = self.0.swap(true, Ordering::AcqRel);
        if was_taken {
            return Err(Unavailable::Running);
        }
        Ok(Taken(self))
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.0.0.store(false, Ordering::Release);
    }
}

/// The profiles of a telemetry.
#[derive(Clone, Debug, Default)]
pub(crate) struct Profiles(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    has_ended: bool,
    /// Ends the profile that runs.
    running: Stop,
}

/// Ends a profile.
#[derive(Clone, Debug, Default)]
struct Stop(Arc<Mutex<Option<mpsc::Sender<Infallible>>>>);

impl Stop {
    fn new() -> (Self, mpsc::Receiver<Infallible>) {
        let (stop, until) = mpsc::channel();
        (Self(Arc::new(Mutex::new(Some(stop)))), until)
    }

    fn stop(&self) {
        lock(&self.0).take();
    }
}

/// Ends a profile whose request has ended.
struct StopOnDrop(Stop);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop();
    }
}

impl Profiles {
    /// Ends the profile that runs, and takes no further one.
    pub(crate) fn end(&self) {
        let mut state = lock(&self.0);
        state.has_ended = true;
        state.running.stop();
    }

    /// Takes a CPU profile in pprof's format.
    pub(super) async fn cpu(
        &self,
        query: Option<&str>,
        headers: &HeaderMap,
    ) -> Result<Vec<u8>, Unavailable> {
        let duration = asked(query, headers)?;
        self.sampled(duration, Report::encoded).await
    }

    /// Takes a CPU profile, as the page's tree in JSON.
    ///
    /// # Errors
    ///
    /// Returns the status and the text of the response if there is no profile.
    #[cfg(feature = "console")]
    pub(crate) async fn tree(
        &self,
        query: Option<&str>,
        headers: &HeaderMap,
    ) -> Result<Vec<u8>, (StatusCode, String)> {
        let tree = async {
            let duration = asked(query, headers)?;
            self.sampled(duration, super::tree::json).await
        };
        let tree = tree.await;
        tree.map_err(|error| (error.status(), error.to_string()))
    }

    /// Samples for this time, and returns what is made of it. It ends when the future is dropped.
    async fn sampled(
        &self,
        duration: Duration,
        made: fn(&Report) -> Result<Vec<u8>, Unavailable>,
    ) -> Result<Vec<u8>, Unavailable> {
        let taken = CPU.take()?;
        let (stop, until) = Stop::new();
        {
            let mut state = lock(&self.0);
            if state.has_ended {
                return Err(Unavailable::ShutDown);
            }
            state.running = stop.clone();
        }
        let _request = StopOnDrop(stop);
        on_thread(move || {
            let _taken = taken;
            let sampling = quietly(Sampling::start)?;
            let ended = until.recv_timeout(duration);
            quietly(|| match ended {
                Err(RecvTimeoutError::Timeout) => made(&sampling.finish()?),
                Ok(_) | Err(RecvTimeoutError::Disconnected) => {
                    drop(sampling);
                    Err(Unavailable::ShutDown)
                }
            })
        })
        .await
    }

    /// Takes a profile of the memory in pprof's format.
    pub(super) async fn memory(
        &self,
        memory: Memory,
        headers: &HeaderMap,
    ) -> Result<Vec<u8>, Unavailable> {
        if !is_from_here(headers) {
            return Err(Unavailable::OtherSite);
        }
        memory::check()?;
        let taken = MEMORY.take()?;
        if lock(&self.0).has_ended {
            return Err(Unavailable::ShutDown);
        }
        on_thread(move || {
            let _taken = taken;
            quietly(|| memory::profile(memory))
        })
        .await
    }
}

/// Returns the time that a request asks for, unless a page of another site has sent it.
fn asked(query: Option<&str>, headers: &HeaderMap) -> Result<Duration, Unavailable> {
    if !is_from_here(headers) {
        return Err(Unavailable::OtherSite);
    }
    duration(query)
}

/// Does the work without log lines of the crates that do it.
fn quietly<T>(work: impl FnOnce() -> T) -> T {
    with_default(NoSubscriber::new(), work)
}

/// Does the work on a thread of its own.
async fn on_thread(
    work: impl FnOnce() -> Result<Vec<u8>, Unavailable> + Send + 'static,
) -> Result<Vec<u8>, Unavailable> {
    let (done, result) = oneshot::channel();
    let work = move || {
        let _client_may_be_gone = done.send(work());
    };
    let thread = thread::Builder::new().name("glyph-profile".to_owned());
    let failed = |error: std::io::Error| Unavailable::Failed(error.to_string());
    thread.spawn(work).map_err(failed)?;
    let died = || Err(Unavailable::Failed("its thread panicked".to_owned()));
    result.await.unwrap_or_else(|_| died())
}
