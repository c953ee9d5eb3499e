//! Calls of an instrumented function: their surroundings, and the trait that each subject
//! implements.

use std::future::poll_fn;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use clap::ValueEnum;

use crate::Result;
use crate::harness::rounds::{Contender, Operation};

/// Number of calls per root, so that the cost of the root does not matter.
pub(crate) const PASS: u32 = 1024;

/// The kind of the instrumented function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    Sync,
    /// It waits once, so it is polled twice.
    Async,
}

/// The subscriber of the process and the root of the calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Surroundings {
    /// No subscriber.
    NoSubscriber,
    /// A subscriber that keeps spans while they are open and does nothing else.
    Registry,
    /// Traces are exported, and the root is not sampled.
    Unsampled,
    /// The same, and glyph writes a log, whose lines have the fields of the calls.
    UnsampledLog,
    /// Traces are exported, and the root is sampled.
    Sampled,
}

/// The error of the function.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failure;

/// The body of every instrumented function. It never fails, but the compiler cannot know that.
#[inline]
pub(super) fn answer(input: u64) -> Result<u64, Failure> {
    black_box(input).checked_add(1).ok_or(Failure)
}

/// The same body after one wait.
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

/// A crate that instruments functions. It has its own process and can install global state.
pub(super) trait InstrumentedFn: Sized + Sync + 'static {
    /// Installs what a program installs at its start.
    fn build(surroundings: Surroundings) -> Result<Self>;

    /// The instrumented function; its body is `answer`.
    fn call(&self, input: u64) -> Result<u64, Failure>;

    /// The instrumented asynchronous function; its body is `answer_later`.
    fn call_async(&self, input: u64) -> impl Future<Output = Result<u64, Failure>>;

    /// Runs `calls`, under a root if the surroundings have one.
    fn under_root(&self, calls: impl FnOnce()) {
        calls();
    }

    /// Runs what a program that uses the crate must do from time to time. Default: nothing.
    fn settle(&self) {}

    /// Waits between two passes, outside of the clock, until the crate can take the spans of the next
    /// one. Default: returns at once.
    fn rest(&self) {}

    /// Returns an error if spans of the passes have not reached the exporter. Default: none is lost.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// Returns whether a span reached the exporter, or `None` if the crate does not report that.
    fn exported(&self) -> Option<bool> {
        None
    }
}

/// An `InstrumentedFn`, to be built in its own process.
pub(crate) struct Caller {
    pub(crate) name: &'static str,
    surroundings: &'static [Surroundings],
    operation: fn(Form, Surroundings) -> Result<Box<dyn Operation>>,
}

impl Caller {
    pub(super) const fn of<C: InstrumentedFn>(
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

/// Consecutive calls under one root.
struct Calls<C, const ASYNC: bool>(C);

impl<C: InstrumentedFn, const ASYNC: bool> Calls<C, ASYNC> {
    /// Returns an error if spans do not end up where the surroundings say.
    fn build(surroundings: Surroundings) -> Result<Self> {
        let calls = Self(C::build(surroundings)?);
        calls.0.under_root(|| first_calls::<C, ASYNC>(&calls.0));
        let expected = surroundings == Surroundings::Sampled;
        if calls.0.exported().is_some_and(|seen| seen != expected) {
            return Err(format!("{surroundings:?}: spans exported, {}", !expected).into());
        }
        Ok(calls)
    }
}

impl<C: InstrumentedFn, const ASYNC: bool> Operation for Calls<C, ASYNC> {
    fn pass(&self) -> Result<u32> {
        let Self(calling) = self;
        calling.under_root(|| consecutive_calls::<C, ASYNC>(calling));
        Ok(PASS)
    }

    fn settle(&self) {
        self.0.settle();
    }

    fn rest(&self) {
        self.0.rest();
    }

    fn check(&self) -> Result<()> {
        self.0.check()
    }
}

/// The function whose instructions are counted.
pub(crate) const COUNTED: &str = "*::consecutive_calls*";

/// Makes the calls of a pass.
#[inline(never)]
fn consecutive_calls<C: InstrumentedFn, const ASYNC: bool>(calling: &C) {
    calls::<C, ASYNC>(calling, 0..PASS);
}

/// Makes the calls before the first pass. What a crate does once, such as measuring a clock, is not
/// counted.
#[inline(never)]
fn first_calls<C: InstrumentedFn, const ASYNC: bool>(calling: &C) {
    // Another range, since the linker makes one function of two that are the same.
    calls::<C, ASYNC>(calling, 1..=PASS);
}

#[inline]
fn calls<C: InstrumentedFn, const ASYNC: bool>(calling: &C, inputs: impl Iterator<Item = u32>) {
    for input in inputs {
        // All memory may have changed, as between two callsites of a program.
        black_box(());
        let answered = if ASYNC {
            finish(calling.call_async(u64::from(input)))
        } else {
            calling.call(u64::from(input))
        };
        // The value is not used.
        let _ = black_box(answered);
    }
}

/// Polls a future until it is ready, without a waker.
fn finish<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}
