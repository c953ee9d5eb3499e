//! The endings of a call: the columns of the table.

use std::{
    any::Any,
    future::ready,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::Pin,
    task::{Context, Poll, Waker},
};

use futures_util::FutureExt;
use glyph_core::Outcome;
use tokio::{
    runtime::{Builder, Runtime},
    select,
    sync::oneshot,
    task::{AbortHandle, LocalSet},
};

use crate::endings::{
    form::{Answer, Call, Does},
    record::Record,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Value,
    EarlyReturn,
    Error,
    EarlyError,
    QuestionMark,
    Panic,
    PanicInTheFirstPoll,
    /// Dropped before its first poll.
    NeverPolled,
    /// Dropped while it waits; a stream after its first item.
    Dropped,
    /// Dropped while it waits; a stream before its first item.
    DroppedAtOnce,
    /// Dropped while it waits, by the panic of other code.
    DroppedByPanic,
    SelectLoser,
    AbortedTask,
    RuntimeShutdown,
    /// Returns, in a task that moves between threads.
    Task,
}

/// The endings of a synchronous function.
pub(crate) const OF_A_FUNCTION: &[Ending] = &[
    Ending::Value,
    Ending::EarlyReturn,
    Ending::Error,
    Ending::EarlyError,
    Ending::QuestionMark,
    Ending::Panic,
];

/// The endings of a future.
pub(crate) const OF_A_FUTURE: &[Ending] = &[
    Ending::Value,
    Ending::EarlyReturn,
    Ending::Error,
    Ending::EarlyError,
    Ending::QuestionMark,
    Ending::Panic,
    Ending::PanicInTheFirstPoll,
    Ending::NeverPolled,
    Ending::Dropped,
    Ending::DroppedByPanic,
    Ending::SelectLoser,
    Ending::AbortedTask,
    Ending::RuntimeShutdown,
    Ending::Task,
];

/// The endings of a future that never returns.
pub(crate) const WITHOUT_A_VALUE: &[Ending] = &[
    Ending::Panic,
    Ending::PanicInTheFirstPoll,
    Ending::NeverPolled,
    Ending::Dropped,
    Ending::DroppedByPanic,
    Ending::SelectLoser,
    Ending::AbortedTask,
    Ending::RuntimeShutdown,
];

/// The endings of a stream.
pub(crate) const OF_A_STREAM: &[Ending] = &[
    Ending::Value,
    Ending::Error,
    Ending::Panic,
    Ending::PanicInTheFirstPoll,
    Ending::NeverPolled,
    Ending::Dropped,
    Ending::DroppedAtOnce,
    Ending::DroppedByPanic,
    Ending::SelectLoser,
    Ending::AbortedTask,
    Ending::RuntimeShutdown,
    Ending::Task,
];

impl Ending {
    /// Returns the behavior of the body that leads to this ending.
    pub(crate) const fn does(self) -> Does {
        match self {
            Self::Value | Self::Task => Does::Value,
            Self::EarlyReturn => Does::ReturnEarly,
            Self::Error => Does::Error,
            Self::EarlyError => Does::ReturnError,
            Self::QuestionMark => Does::QuestionMark,
            Self::Panic => Does::Panic,
            Self::PanicInTheFirstPoll => Does::PanicAtOnce,
            Self::DroppedAtOnce => Does::WaitAtOnce,
            Self::NeverPolled
            | Self::Dropped
            | Self::DroppedByPanic
            | Self::SelectLoser
            | Self::AbortedTask
            | Self::RuntimeShutdown => Does::Wait,
        }
    }

    /// Returns the recorded outcome. A future that is never polled is no call.
    pub(crate) const fn outcome(self) -> Option<Outcome> {
        match self {
            Self::Value | Self::EarlyReturn | Self::Task => Some(Outcome::Ok),
            Self::Error | Self::EarlyError | Self::QuestionMark => Some(Outcome::Error),
            Self::Panic | Self::PanicInTheFirstPoll => Some(Outcome::Panicked),
            Self::NeverPolled => None,
            Self::Dropped
            | Self::DroppedAtOnce
            | Self::DroppedByPanic
            | Self::SelectLoser
            | Self::AbortedTask
            | Self::RuntimeShutdown => Some(Outcome::Cancelled),
        }
    }

    /// Brings a call to this ending. `name` is the label value of its series.
    pub(crate) fn bring(self, name: &str, call: Call) {
        let ended = match call {
            Call::Now(call) => catch_unwind(AssertUnwindSafe(call)),
            Call::Future(future) => self.bring_future(name, future),
            Call::Local(future) => self.bring_local(name, future),
        };
        match self.outcome() {
            Some(Outcome::Ok) => assert!(matches!(ended, Ok(Ok(_))), "{name}: {ended:?}"),
            Some(Outcome::Error) => assert!(matches!(ended, Ok(Err(_))), "{name}: {ended:?}"),
            Some(Outcome::Panicked) => assert!(ended.is_err(), "{name}: {ended:?}"),
            _ => {}
        }
    }

    fn bring_future<F>(self, name: &str, future: Pin<Box<F>>) -> Ended
    where
        F: Future<Output = Answer> + ?Sized + Send + 'static,
    {
        match self {
            Self::AbortedTask => {
                let runtime = threads();
                runtime.block_on(async {
                    let (waiting, waits) = oneshot::channel();
                    let task = tokio::spawn(tell_when_waiting(future, waiting));
                    abort_when(waits, name, &task.abort_handle()).await;
                    assert!(task.await.unwrap_err().is_cancelled());
                });
                DROPPED
            }
            Self::RuntimeShutdown => {
                let runtime = threads();
                let (waiting, waits) = oneshot::channel();
                runtime.spawn(tell_when_waiting(future, waiting));
                runtime.block_on(waits).unwrap();
                assert_eq!(Record::of(name).running(), 1, "{name}");
                drop(runtime);
                DROPPED
            }
            Self::Task => {
                let runtime = threads();
                let task = runtime.spawn(future);
                Ok(runtime.block_on(task).unwrap())
            }
            _ => self.bring_here(name, future),
        }
    }

    fn bring_local<F>(self, name: &str, future: Pin<Box<F>>) -> Ended
    where
        F: Future<Output = Answer> + ?Sized + 'static,
    {
        let runtime = Builder::new_current_thread().build().unwrap();
        let tasks = LocalSet::new();
        let (waiting, waits) = oneshot::channel();
        match self {
            Self::AbortedTask => {
                let task = tasks.spawn_local(tell_when_waiting(future, waiting));
                tasks.block_on(&runtime, async {
                    abort_when(waits, name, &task.abort_handle()).await;
                    assert!(task.await.unwrap_err().is_cancelled());
                });
                DROPPED
            }
            Self::RuntimeShutdown => {
                tasks.spawn_local(tell_when_waiting(future, waiting));
                tasks.block_on(&runtime, waits).unwrap();
                assert_eq!(Record::of(name).running(), 1, "{name}");
                drop((tasks, runtime));
                DROPPED
            }
            Self::Task => {
                let task = tasks.spawn_local(future);
                Ok(tasks.block_on(&runtime, task).unwrap())
            }
            _ => self.bring_here(name, future),
        }
    }

    /// Brings a call to an ending that needs no runtime.
    fn bring_here<F>(self, name: &str, mut future: Pin<Box<F>>) -> Ended
    where
        F: Future<Output = Answer> + ?Sized,
    {
        match self {
            Self::NeverPolled => {
                assert_eq!(Record::of(name).running(), 0, "{name}");
                drop(future);
                DROPPED
            }
            Self::Dropped | Self::DroppedAtOnce => {
                wait(name, &mut future);
                drop(future);
                DROPPED
            }
            Self::DroppedByPanic => catch_unwind(AssertUnwindSafe(|| {
                let mut future = future;
                wait(name, &mut future);
                resume_unwind(Box::new(()))
            })),
            Self::SelectLoser => {
                wait(name, &mut future);
                block_on(async {
                    select! {
                        biased;
                        _ = future => unreachable!("it waits for ever"),
                        () = ready(()) => {}
                    }
                });
                DROPPED
            }
            _ => catch_unwind(AssertUnwindSafe(|| block_on(future))),
        }
    }
}

/// The result of a call, if it returned.
type Ended = Result<Answer, Box<dyn Any + Send>>;

/// A panic payload for a call that is dropped.
const DROPPED: Ended = Ok(Ok(0));

fn threads() -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap()
}

fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(future)
}

/// Polls a future until it is ready or waits forever.
fn wait<F>(name: &str, future: &mut Pin<Box<F>>)
where
    F: Future<Output = Answer> + ?Sized,
{
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..3 {
        assert!(future.as_mut().poll(&mut context).is_pending(), "{name}");
        assert_eq!(Record::of(name).running(), 1, "{name}");
    }
}

/// Runs the future and reports its first wait.
async fn tell_when_waiting<F>(mut future: Pin<Box<F>>, waiting: oneshot::Sender<()>) -> Answer
where
    F: Future<Output = Answer> + ?Sized,
{
    let first = std::future::poll_fn(|context| Poll::Ready(future.poll_unpin(context))).await;
    assert!(first.is_pending());
    waiting.send(()).unwrap();
    future.await
}

async fn abort_when(waits: oneshot::Receiver<()>, name: &str, task: &AbortHandle) {
    waits.await.unwrap();
    assert_eq!(Record::of(name).running(), 1, "{name}");
    task.abort();
}
