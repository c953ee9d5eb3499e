//! A form of call: a row of the table.

use std::{future::poll_fn, pin::Pin, task::Poll};

use futures_util::{Stream, StreamExt};

use crate::endings::ways::Ending;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Failure;

pub(crate) type Answer = Result<u8, Failure>;

/// One call: the label value of its series, and the behavior of its body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) does: Does,
}

/// The behavior of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Does {
    Value,
    ReturnEarly,
    Error,
    ReturnError,
    QuestionMark,
    Panic,
    PanicAtOnce,
    /// Waits forever; a stream does so after its first item.
    Wait,
    /// Waits forever; a stream does so before its first item.
    WaitAtOnce,
}

/// A call in progress, by the work that is left.
pub(crate) enum Call {
    Now(Box<dyn FnOnce() -> Answer>),
    Future(Pin<Box<dyn Future<Output = Answer> + Send>>),
    /// A future that is not `Send`.
    Local(Pin<Box<dyn Future<Output = Answer>>>),
}

impl Call {
    pub(crate) fn now(call: impl FnOnce() -> Answer + 'static) -> Self {
        Self::Now(Box::new(call))
    }

    pub(crate) fn future(future: impl Future<Output = Answer> + Send + 'static) -> Self {
        Self::Future(Box::pin(future))
    }

    pub(crate) fn local(future: impl Future<Output = Answer> + 'static) -> Self {
        Self::Local(Box::pin(future))
    }

    /// Returns a future that reads a stream to its end.
    pub(crate) fn stream(stream: impl Stream<Item = Answer> + Send + 'static) -> Self {
        Self::future(read(Box::pin(stream)))
    }

    pub(crate) fn local_stream(stream: impl Stream<Item = Answer> + 'static) -> Self {
        Self::local(read(Box::pin(stream)))
    }
}

/// Returns the first error of a stream, or its last item.
async fn read(mut stream: impl Stream<Item = Answer> + Unpin) -> Answer {
    let mut answer = Ok(0);
    while let Some(item) = stream.next().await {
        answer = answer.and(item);
    }
    answer
}

pub(crate) struct Form {
    pub(crate) name: &'static str,
    pub(crate) make: fn(Case) -> Call,
    /// The endings of this form.
    pub(crate) endings: &'static [Ending],
}

/// Is pending once, then returns.
pub(crate) async fn turn() {
    let mut turned = false;
    poll_fn(|context| {
        if turned {
            return Poll::Ready(());
        }
        turned = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// The body of a function that returns an [`Answer`].
macro_rules! body {
    ($case:expr) => {{
        match $case.does {
            Does::ReturnEarly => return Ok(1),
            Does::ReturnError => return Err(Failure),
            Does::QuestionMark => Err(Failure)?,
            Does::Panic | Does::PanicAtOnce => std::panic::resume_unwind(Box::new(())),
            _ => {}
        }
        if $case.does == Does::Error {
            Err(Failure)
        } else {
            Ok(2)
        }
    }};
}

/// The body of a future that returns an [`Answer`].
macro_rules! async_body {
    ($case:expr) => {{
        if $case.does == Does::PanicAtOnce {
            std::panic::resume_unwind(Box::new(()));
        }
        crate::endings::form::turn().await;
        if matches!($case.does, Does::Wait | Does::WaitAtOnce) {
            std::future::pending::<()>().await;
        }
        crate::endings::form::body!($case)
    }};
}

pub(crate) use {async_body, body};
