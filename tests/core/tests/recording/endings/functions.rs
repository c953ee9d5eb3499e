//! Synchronous functions.

use glyph_core::{Outcome, instrument_stage};

use crate::endings::{
    form::{Answer, Call, Case, Does, Failure, Form, body},
    record::stage,
    ways::{Ending, OF_A_FUNCTION},
};

#[instrument_stage(stage::call, labels(case = case.name))]
fn free(case: Case) -> Answer {
    body!(case)
}

#[instrument_stage(stage::call, labels(case = case.name))]
fn spelled_out(case: Case) -> Result<u8, Failure> {
    body!(case)
}

#[instrument_stage(stage::call, labels(case = case.name))]
fn generic<T: From<u8>, E: From<Failure>, const N: usize>(case: Case, _: [T; N]) -> Result<T, E> {
    let answer: Answer = (|| body!(case))();
    Ok(answer?.into())
}

#[instrument_stage(stage::call, labels(case = case.name))]
fn opaque_argument(case: Case, also: impl Fn(u8) -> u8) -> Answer {
    let answer = also(1);
    assert_eq!(answer, 1);
    body!(case)
}

#[instrument_stage(stage::call, labels(case = name))]
fn destructured(Case { name, does }: Case, (..): (u8, u8)) -> Answer {
    body!(Case { name, does })
}

#[instrument_stage(stage::call, labels(case = case.name))]
extern "C" fn callable_from_c(case: &Case, answer: &mut Option<Answer>) -> u8 {
    *answer = Some(if case.does == Does::Value {
        Ok(1)
    } else {
        Err(Failure)
    });
    1
}

#[instrument_stage(stage::call, labels(case = case.name))]
fn opaque_value(case: Case) -> impl Into<Answer> {
    let answer: Answer = { body!(case) };
    answer
}

#[instrument_stage(stage::call, labels(case = case.name))]
fn boxed_error(case: Case) -> Result<u8, Box<dyn std::error::Error>> {
    match case.does {
        Does::ReturnEarly => return Ok(1),
        Does::ReturnError => return Err("an error".into()),
        Does::QuestionMark => Err(std::fmt::Error)?,
        Does::Panic => std::panic::resume_unwind(Box::new(())),
        Does::Error => Err(Box::new(std::fmt::Error))?,
        _ => {}
    }
    Ok(2)
}

#[instrument_stage(stage::call, labels(case = case.name))]
fn never(case: Case) -> ! {
    std::panic::resume_unwind(Box::new(case.name))
}

#[tracing::instrument(name = "user", skip_all)]
#[instrument_stage(stage::call, labels(case = case.name))]
fn below_tracing(case: Case) -> Answer {
    body!(case)
}

#[instrument_stage(stage::call, labels(case = case.name))]
#[tracing::instrument(name = "user", skip_all)]
fn above_tracing(case: Case) -> Answer {
    body!(case)
}

#[instrument_stage(stage::call, labels(case = case.name), outcome = Outcome::of_result)]
fn judged(case: Case) -> Answer {
    body!(case)
}

struct Client(Case);

impl Client {
    #[instrument_stage(stage::call, labels(case = self.0.name))]
    fn by_reference(&self) -> Answer {
        body!(self.0)
    }

    #[instrument_stage(stage::call, labels(case = self.0.name))]
    fn exclusive(&mut self) -> Answer {
        body!(self.0)
    }

    #[instrument_stage(stage::call, labels(case = self.0.name))]
    fn by_value(self) -> Answer {
        body!(self.0)
    }

    #[instrument_stage(stage::call, labels(case = self.0.name))]
    fn boxed(self: Box<Self>) -> Answer {
        body!(self.0)
    }
}

trait Ask {
    fn ask(&self) -> Answer;

    fn case(&self) -> Case;

    #[instrument_stage(stage::call, labels(case = self.case().name))]
    fn ask_by_default(&self) -> Answer {
        body!(self.case())
    }
}

impl Ask for Client {
    #[instrument_stage(stage::call, labels(case = self.0.name))]
    fn ask(&self) -> Answer {
        body!(self.0)
    }

    fn case(&self) -> Case {
        self.0
    }
}

const fn form(name: &'static str, make: fn(Case) -> Call) -> Form {
    Form {
        name,
        make,
        endings: OF_A_FUNCTION,
    }
}

pub(crate) const FORMS: [Form; 19] = [
    form("fn", |case| Call::now(move || free(case))),
    form("fn, type spelled out", |case| {
        Call::now(move || spelled_out(case))
    }),
    form("fn, generic", |case| {
        Call::now(move || generic::<_, Failure, 2>(case, [1_u8, 2]))
    }),
    form("fn, impl argument", |case| {
        Call::now(move || opaque_argument(case, |number| number))
    }),
    form("fn, destructured", |case| {
        Call::now(move || destructured(case, (1, 2)))
    }),
    Form {
        name: "extern fn",
        make: |case| {
            Call::now(move || {
                let mut answer = None;
                callable_from_c(&case, &mut answer);
                answer.unwrap()
            })
        },
        endings: &[Ending::Value],
    },
    form("fn, impl Trait", |case| {
        Call::now(move || opaque_value(case).into())
    }),
    form("fn, boxed error", |case| {
        Call::now(move || boxed_error(case).map_err(|_| Failure))
    }),
    Form {
        name: "fn -> !",
        make: |case| Call::now(move || never(case)),
        endings: &[Ending::Panic],
    },
    form("fn, below tracing", |case| {
        Call::now(move || below_tracing(case))
    }),
    form("fn, above tracing", |case| {
        Call::now(move || above_tracing(case))
    }),
    form("fn, outcome", |case| Call::now(move || judged(case))),
    form("&self", |case| {
        Call::now(move || Client(case).by_reference())
    }),
    form("&mut self", |case| {
        Call::now(move || Client(case).exclusive())
    }),
    form("self", |case| Call::now(move || Client(case).by_value())),
    form("Box<Self>", |case| {
        Call::now(move || Box::new(Client(case)).boxed())
    }),
    form("trait method", |case| Call::now(move || Client(case).ask())),
    form("dyn method", |case| {
        let client: Box<dyn Ask> = Box::new(Client(case));
        Call::now(move || client.ask())
    }),
    form("default method", |case| {
        Call::now(move || Client(case).ask_by_default())
    }),
];
