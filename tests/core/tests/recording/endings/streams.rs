//! Functions that return a stream.

use std::{panic::resume_unwind, pin::Pin, rc::Rc, sync::Arc};

use futures_util::{
    Stream, StreamExt,
    stream::{BoxStream, LocalBoxStream, iter, once, pending},
};
use glyph_core::instrument_stage;

use crate::endings::{
    form::{Answer, Call, Case, Does, Failure, Form, turn},
    record::stage,
    ways::OF_A_STREAM,
};

/// Returns a stream of two items, or of one item and the behavior of the case.
fn items(case: Case) -> impl Stream<Item = Answer> + Send + 'static {
    let first = once(async move {
        if case.does == Does::PanicAtOnce {
            resume_unwind(Box::new(()));
        }
        if case.does == Does::WaitAtOnce {
            std::future::pending::<()>().await;
        }
        Ok(1)
    });
    let second = once(async move {
        turn().await;
        match case.does {
            Does::Panic => resume_unwind(Box::new(())),
            Does::Wait => std::future::pending().await,
            Does::Error => Err(Failure),
            _ => Ok(2),
        }
    });
    first.chain(second)
}

#[instrument_stage(stage::call, stream, labels(case = case.name))]
fn opaque(case: Case) -> impl Stream<Item = Answer> + Send {
    items(case).chain(iter([Ok(3)]))
}

#[instrument_stage(stage::call, stream, labels(case = case.name))]
fn boxed(case: Case) -> Pin<Box<dyn Stream<Item = Answer> + Send>> {
    if case.does == Does::Wait {
        return Box::pin(items(case).chain(pending()));
    }
    Box::pin(items(case))
}

#[instrument_stage(stage::call, stream, labels(case = case.name))]
fn box_stream<'a>(case: Case) -> BoxStream<'a, Answer> {
    items(case).boxed()
}

#[instrument_stage(stage::call, stream, labels(case = case.name))]
fn local(case: Case) -> LocalBoxStream<'static, Answer> {
    let count = Rc::new(1);
    let count_items = move |item: Answer| item.map(|number| number + *count);
    items(case).map(count_items).boxed_local()
}

#[instrument_stage(stage::call, stream, labels(case = case.name))]
fn generic<S, T, E>(case: Case, stream: S) -> impl Stream<Item = Result<T, E>>
where
    S: Stream<Item = Result<T, E>>,
{
    let _ = case;
    stream
}

struct Client(Case);

impl Client {
    #[instrument_stage(stage::call, stream, labels(case = self.0.name))]
    fn by_reference(&self) -> impl Stream<Item = Answer> + Send + use<> {
        items(self.0)
    }

    #[instrument_stage(stage::call, stream, labels(case = self.0.name))]
    fn shared(self: Arc<Self>) -> impl Stream<Item = Answer> + Send {
        items(self.0).map(move |item| item.map(|_| u8::from(Arc::strong_count(&self) > 1)))
    }
}

trait Generate {
    fn generate(&self) -> BoxStream<'static, Answer>;
}

impl Generate for Client {
    #[instrument_stage(stage::call, stream, labels(case = self.0.name))]
    fn generate(&self) -> BoxStream<'static, Answer> {
        Box::pin(items(self.0))
    }
}

const fn form(name: &'static str, make: fn(Case) -> Call) -> Form {
    Form {
        name,
        make,
        endings: OF_A_STREAM,
    }
}

pub(crate) const FORMS: [Form; 8] = [
    form("impl Stream", |case| Call::stream(opaque(case))),
    form("dyn Stream", |case| Call::stream(boxed(case))),
    form("BoxStream", |case| Call::stream(box_stream(case))),
    form("LocalBoxStream", |case| Call::local_stream(local(case))),
    form("impl Stream, generic", |case| {
        Call::stream(generic(case, items(case)))
    }),
    form("impl Stream of &self", |case| {
        Call::stream(Client(case).by_reference())
    }),
    form("impl Stream of Arc<Self>", |case| {
        Call::stream(Arc::new(Client(case)).shared())
    }),
    form("BoxStream of a trait", |case| {
        Call::stream(Client(case).generate())
    }),
];
