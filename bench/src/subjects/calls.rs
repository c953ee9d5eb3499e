//! Calls of an instrumented function: what surrounds them and what each subject has to provide.

use std::future::poll_fn;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use clap::ValueEnum;

use crate::Result;
use crate::harness::rounds::{Contender, Operation};

/// How many calls a root is shared by, so that its own cost does not count.
const PASS: u32 = 1024;

/// Which function is instrumented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    Sync,
    /// It waits once, and so is polled twice.
    Async,
}

/// What the process has installed, and what the calls run under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Surroundings {
    /// Nothing takes spans.
    NoSubscriber,
    /// A subscriber that keeps spans while they are open and does nothing else.
    Registry,
    /// Traces are exported, and the root is not sampled.
    Unsampled,
    /// Traces are exported, and the root is sampled.
    Sampled,
}

/// What the function returns when it fails.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failure;

/// What every instrumented function does. It never fails, which the compiler cannot know.
#[inline]
pub(super) fn answer(input: u64) -> Result<u64, Failure> {
    black_box(input).checked_add(1).ok_or(Failure)
}

/// The same after having waited once.
pub(super) async fn answer_later(input: u64) -> Result<u64, Failure> {
    let mut waited = false;
    poll_fn(|_| {
        if std::mem::replace(&mut waited, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    answer(input)
}

/// A crate that instruments functions. It has its process to itself, and may install what it likes.
pub(super) trait Calling: Sized + Sync + 'static {
    /// Installs what a program installs when it starts.
    fn build(surroundings: Surroundings) -> Result<Self>;

    /// The instrumented function; its own code is `answer`.
    fn call(&self, input: u64) -> Result<u64, Failure>;

    /// The instrumented asynchronous function; its own code is `answer_later`.
    fn call_async(&self, input: u64) -> impl Future<Output = Result<u64, Failure>>;

    /// Runs `calls` under a root where the surroundings ask for one.
    fn under_root(&self, calls: impl FnOnce()) {
        calls();
    }

    /// What a program that uses the crate has to do now and then.
    fn settle(&self) {}

    /// Whether a span has been handed on to be exported, if the crate tells.
    fn exported(&self) -> Option<bool> {
        None
    }
}

/// A `Calling`, to be built in a process of its own.
pub(crate) struct Caller {
    pub(crate) name: &'static str,
    surroundings: &'static [Surroundings],
    operation: fn(Form, Surroundings) -> Result<Box<dyn Operation>>,
}

impl Caller {
    pub(super) const fn of<C: Calling>(
        name: &'static str,
        surroundings: &'static [Surroundings],
    ) -> Self {
        Self {
            name,
            surroundings,
            operation: |form, surroundings| {
                Ok(match form {
                    Form::Sync => Box::new(Calls::<C, false>::build(surroundings)?),
                    Form::Async => Box::new(Calls::<C, true>::build(surroundings)?),
                })
            },
        }
    }

    pub(crate) fn runs_in(&self, surroundings: Surroundings) -> bool {
        self.surroundings.contains(&surroundings)
    }

    pub(crate) fn contender(&self, form: Form, surroundings: Surroundings) -> Result<Contender> {
        Ok(Contender {
            name: self.name,
            operation: (self.operation)(form, surroundings)?,
        })
    }
}

/// Calls one after the other, under one root.
struct Calls<C, const ASYNC: bool>(C);

impl<C: Calling, const ASYNC: bool> Calls<C, ASYNC> {
    /// Refuses a set-up in which spans do not end up where the surroundings say.
    fn build(surroundings: Surroundings) -> Result<Self> {
        let calls = Self(C::build(surroundings)?);
        calls.pass()?;
        let expected = surroundings == Surroundings::Sampled;
        if calls.0.exported().is_some_and(|seen| seen != expected) {
            return Err(format!("{surroundings:?}: spans exported, {}", !expected).into());
        }
        Ok(calls)
    }
}

impl<C: Calling, const ASYNC: bool> Operation for Calls<C, ASYNC> {
    fn pass(&self) -> Result<u32> {
        let Self(calling) = self;
        calling.under_root(|| {
            for input in 0..PASS {
                // All memory may have changed, as between two call sites of a program.
                black_box(());
                let answered = if ASYNC {
                    finish(calling.call_async(u64::from(input)))
                } else {
                    calling.call(u64::from(input))
                };
                // The answer is not looked at.
                let _ = black_box(answered);
            }
        });
        Ok(PASS)
    }

    fn settle(&self) {
        self.0.settle();
    }
}

/// Polls a future that nobody wakes until it is ready.
fn finish<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}
