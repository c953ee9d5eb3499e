//! A check: its future, its time limit and its failures.

use std::{
    any::Any,
    fmt::{self, Display},
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{runtime::Handle, task::JoinError, time::timeout};

use super::DEFAULT_TIMEOUT;
use crate::thread::{AbortOnDrop, OwnThread};
use glyph_core::__runtime::lock;

/// The limit of characters of an error in a report.
const LONGEST: usize = 256;

type Answer = Result<(), String>;
type Ask = dyn Fn() -> Pin<Box<dyn Future<Output = Answer> + Send>> + Send + Sync;

/// A check of readiness: a name, a function that returns a future, and a time limit.
///
/// ```
/// use std::time::Duration;
/// use glyph_runtime::health::{Check, Health};
///
/// let check = Check::new("cache", || async { Ok::<(), String>(()) }).timeout(Duration::from_millis(200));
/// assert_eq!(check.name(), "cache");
/// let health = Health::builder().checks([check]).build();
/// assert!(health.is_ok());
/// ```
#[derive(Clone)]
pub struct Check {
    name: Arc<str>,
    limit: Duration,
    ask: Arc<Ask>,
    busy: Arc<AtomicBool>,
    /// The thread of the check, if it has run outside of a runtime.
    thread: Arc<Mutex<Option<OwnThread>>>,
}

impl Check {
    /// Creates a check with [the default time limit](DEFAULT_TIMEOUT).
    ///
    /// It should not block its thread: use `tokio::task::spawn_blocking` for work that blocks. On a
    /// runtime of the program it would hold up the program; the listener still answers. Every
    /// client that can send a readiness probe sees the message of its error, so the message must
    /// not contain a secret.
    pub fn new<F, R, E>(name: &str, check: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), E>> + Send + 'static,
        E: Display,
    {
        Self {
            name: name.into(),
            limit: DEFAULT_TIMEOUT,
            ask: Arc::new(move || {
                let answer = check();
                Box::pin(async move { answer.await.map_err(|error| bounded(&error)) })
            }),
            busy: Arc::default(),
            thread: Arc::default(),
        }
    }

    /// Sets the time limit of the check.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Returns the name of the check in reports.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn shared_name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    /// Runs the check as a separate task: a panic ends only that task, and a check that blocks
    /// holds up no other.
    pub(super) async fn run(&self, runtime: Option<&Handle>) -> Answer {
        let Some(turn) = Turn::take(&self.busy) else {
            return Err("still busy with an earlier probe".to_owned());
        };
        let runtime = match runtime {
            Some(runtime) => runtime.clone(),
            None => self.own_runtime()?,
        };
        let ask = Arc::clone(&self.ask);
        let mut task = runtime.spawn(async move {
            let _turn = turn;
            ask().await
        });
        let _abort = AbortOnDrop(task.abort_handle());
        match timeout(self.limit, &mut task).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => Err(ended(error)),
            Err(_) => Err(format!("timed out after {:?}", self.limit)),
        }
    }
}

impl Check {
    /// Returns the runtime of the check's own thread, which the first call starts.
    pub(super) fn own_runtime(&self) -> Result<Handle, String> {
        let mut thread = lock(&self.thread);
        if let Some(thread) = &*thread {
            return Ok(thread.runtime().clone());
        }
        let started = OwnThread::start("glyph-check");
        let started = started.map_err(|error| format!("its thread did not start: {error}"))?;
        Ok(thread.insert(started).runtime().clone())
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Check")
            .field("name", &self.name)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

/// The right to be the only task of a check.
struct Turn(Arc<AtomicBool>);

impl Turn {
    fn take(busy: &Arc<AtomicBool>) -> Option<Self> {
        (!busy.swap(true, Ordering::Acquire)).then(|| Self(Arc::clone(busy)))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// Describes the end of a task without a result.
fn ended(error: JoinError) -> String {
    match error.try_into_panic() {
        Ok(panic) => format!("panicked: {}", message(&*panic)),
        Err(_) => "cancelled: its runtime has stopped".to_owned(),
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    bounded(&text.unwrap_or("without a message"))
}

/// Cuts a message to one line of limited length.
fn bounded(text: &dyn Display) -> String {
    let text = text.to_string();
    let mut letters = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter });
    let mut bounded: String = letters.by_ref().take(LONGEST).collect();
    if letters.next().is_some() {
        bounded.push('…');
    }
    bounded
}
