//! Blocks: a guard from `start()`, and the `time` methods.

use glyph_core::Outcome;

use crate::endings::{
    form::{Answer, Call, Case, Does, Failure, Form, async_body, body},
    record::stage,
    ways::{Ending, OF_A_FUNCTION, OF_A_FUTURE},
};

fn call(case: Case) -> stage::call<'static> {
    stage::call { case: case.name }
}

/// Ends a guard with a result.
fn guarded(case: Case) -> Answer {
    let running = call(case).start();
    let answer = running.in_scope(|| body!(case));
    match &answer {
        Ok(_) => running.finish(),
        Err(Failure) => running.finish_as(Outcome::Error),
    }
    answer
}

/// Ends a guard in a future, after a wait.
async fn guarded_future(case: Case) -> Answer {
    let running = call(case).start();
    let answer = async { async_body!(case) }.await;
    match &answer {
        Ok(_) => running.finish(),
        Err(Failure) => running.finish_as(Outcome::Error),
    }
    answer
}

/// Ends a guard on another thread.
fn guarded_elsewhere(case: Case) -> Answer {
    let running = call(case).start();
    let ended = std::thread::spawn(move || {
        if case.does == Does::Value {
            running.finish();
        } else {
            running.fail("it failed");
        }
    });
    ended.join().unwrap();
    body!(case)
}

/// The endings of a future that holds a guard, without [`Ending::DroppedByPanic`]: a guard cannot
/// distinguish its own panic from another one.
const OF_A_GUARD: &[Ending] = &[
    Ending::Value,
    Ending::EarlyReturn,
    Ending::Error,
    Ending::EarlyError,
    Ending::QuestionMark,
    Ending::Panic,
    Ending::NeverPolled,
    Ending::Dropped,
    Ending::SelectLoser,
    Ending::AbortedTask,
    Ending::RuntimeShutdown,
    Ending::Task,
];

pub(crate) const FORMS: [Form; 7] = [
    Form {
        name: "start()",
        make: |case| Call::now(move || guarded(case)),
        endings: OF_A_FUNCTION,
    },
    Form {
        name: "start() in a future",
        make: |case| Call::future(guarded_future(case)),
        endings: OF_A_GUARD,
    },
    Form {
        name: "start() on another thread",
        make: |case| Call::now(move || guarded_elsewhere(case)),
        endings: &[Ending::Value, Ending::Error],
    },
    Form {
        name: "time",
        make: |case| Call::now(move || call(case).time_as(Outcome::of_result, || body!(case))),
        endings: OF_A_FUNCTION,
    },
    Form {
        name: "time, judged by its error",
        make: |case| {
            Call::now(move || {
                let answer = call(case).time(|| {
                    let answer: Answer = (|| body!(case))();
                    answer.map_err(|Failure| "it failed")
                });
                answer.map_err(|_| Failure)
            })
        },
        endings: OF_A_FUNCTION,
    },
    Form {
        name: "time_async",
        make: |case| {
            Call::future(async move {
                let answer = call(case).time_async(async move {
                    let answer = async { async_body!(case) }.await;
                    answer.map_err(|Failure| "it failed")
                });
                answer.await.map_err(|_| Failure)
            })
        },
        endings: OF_A_FUTURE,
    },
    Form {
        name: "time_async_as",
        make: |case| {
            let work = async move { async_body!(case) };
            Call::future(call(case).time_async_as(Outcome::of_result, work))
        },
        endings: OF_A_FUTURE,
    },
];
