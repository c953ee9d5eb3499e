//! Functions that return a future.

use std::{pin::Pin, rc::Rc, sync::Arc};

use futures_util::future::{BoxFuture, FutureExt, LocalBoxFuture};
use glyph_core::instrument_stage;

use crate::endings::{
    form::{Answer, Call, Case, Does, Failure, Form, async_body},
    record::stage,
    ways::{OF_A_FUTURE, WITHOUT_A_VALUE},
};

#[instrument_stage(stage::call, labels(case = case.name))]
async fn free(case: Case) -> Answer {
    async_body!(case)
}

#[instrument_stage(stage::call, labels(case = case.name))]
async fn generic<T: From<u8> + Send, E: From<Failure>>(case: Case, _: T) -> Result<T, E> {
    let answer: Answer = async { async_body!(case) }.await;
    Ok(answer?.into())
}

#[instrument_stage(stage::call, labels(case = name))]
async fn destructured(Case { name, does }: Case, _: u8) -> Answer {
    async_body!(Case { name, does })
}

#[instrument_stage(stage::call, labels(case = case.name))]
async fn local(case: Case) -> Answer {
    let case = Rc::new(case);
    async_body!(case)
}

#[instrument_stage(stage::call, labels(case = case.name))]
async fn never(case: Case) -> ! {
    loop {
        let _: Answer = async { async_body!(case) }.await;
    }
}

#[expect(clippy::manual_async_fn, reason = "this is the form under test")]
#[instrument_stage(stage::call, labels(case = case.name))]
fn opaque(case: Case) -> impl Future<Output = Answer> + Send {
    async move { async_body!(case) }
}

#[instrument_stage(stage::call, labels(case = case.name))]
fn boxed(case: Case) -> Pin<Box<dyn Future<Output = Answer> + Send>> {
    Box::pin(async move { async_body!(case) })
}

#[instrument_stage(stage::call, labels(case = case.name))]
fn box_future<'a>(case: Case) -> BoxFuture<'a, Answer> {
    async move { async_body!(case) }.boxed()
}

#[instrument_stage(stage::call, labels(case = case.name))]
fn local_box_future(case: Case) -> LocalBoxFuture<'static, Answer> {
    let case = Rc::new(case);
    async move { async_body!(case) }.boxed_local()
}

type Own = Pin<Box<dyn Future<Output = Answer> + Send>>;

#[instrument_stage(stage::call, labels(case = case.name))]
fn own_name(case: Case) -> Own {
    Box::pin(async move { async_body!(case) })
}

#[tracing::instrument(name = "user", skip_all)]
#[instrument_stage(stage::call, labels(case = case.name))]
async fn below_tracing(case: Case) -> Answer {
    async_body!(case)
}

#[instrument_stage(stage::call, labels(case = case.name))]
#[tracing::instrument(name = "user", skip_all)]
async fn above_tracing(case: Case) -> Answer {
    async_body!(case)
}

struct Client(Case);

impl Client {
    #[instrument_stage(stage::call, labels(case = self.0.name))]
    async fn by_reference(&self) -> Answer {
        async_body!(self.0)
    }

    #[instrument_stage(stage::call, labels(case = self.0.name))]
    async fn exclusive(&mut self) -> Answer {
        async_body!(self.0)
    }

    #[instrument_stage(stage::call, labels(case = self.0.name))]
    async fn by_value(self) -> Answer {
        async_body!(self.0)
    }

    #[instrument_stage(stage::call, labels(case = self.0.name))]
    async fn shared(self: Arc<Self>) -> Answer {
        async_body!(self.0)
    }

    #[instrument_stage(stage::call, labels(case = case.name))]
    fn opaque(&self) -> impl Future<Output = Answer> + Send + use<> {
        let case = self.0;
        async move { async_body!(case) }
    }
}

trait Ask {
    fn ask(&self) -> impl Future<Output = Answer> + Send;

    fn case(&self) -> Case;

    #[instrument_stage(stage::call, labels(case = self.case().name))]
    fn ask_by_default(&self) -> impl Future<Output = Answer> + Send
    where
        Self: Sync,
    {
        async move { async_body!(self.case()) }
    }
}

impl Ask for Client {
    #[instrument_stage(stage::call, labels(case = self.0.name))]
    async fn ask(&self) -> Answer {
        async_body!(self.0)
    }

    fn case(&self) -> Case {
        self.0
    }
}

#[async_trait::async_trait]
trait AskBoxed: Send + Sync {
    async fn ask(&self) -> Answer;

    fn case(&self) -> Case;

    #[instrument_stage(stage::call, labels(case = self.case().name))]
    async fn ask_by_default(&self) -> Answer {
        async_body!(self.case())
    }
}

#[async_trait::async_trait]
impl AskBoxed for Client {
    #[instrument_stage(stage::call, labels(case = self.0.name))]
    async fn ask(&self) -> Answer {
        async_body!(self.0)
    }

    fn case(&self) -> Case {
        self.0
    }
}

/// An instrumented function inside another function.
async fn nested(case: Case) -> Answer {
    #[instrument_stage(stage::call, labels(case = case.name))]
    async fn inner(case: Case) -> Answer {
        async_body!(case)
    }
    inner(case).await
}

const fn form(name: &'static str, make: fn(Case) -> Call) -> Form {
    Form {
        name,
        make,
        endings: OF_A_FUTURE,
    }
}

pub(crate) const FORMS: [Form; 22] = [
    form("async fn", |case| Call::future(free(case))),
    form("async fn, generic", |case| {
        Call::future(generic::<u8, Failure>(case, 1))
    }),
    form("async fn, destructured", |case| {
        Call::future(destructured(case, 1))
    }),
    form("async fn, not Send", |case| Call::local(local(case))),
    Form {
        name: "async fn -> !",
        make: |case| Call::future(async move { never(case).await }),
        endings: WITHOUT_A_VALUE,
    },
    form("impl Future", |case| Call::future(opaque(case))),
    form("dyn Future", |case| Call::future(boxed(case))),
    form("BoxFuture", |case| Call::future(box_future(case))),
    form("LocalBoxFuture", |case| Call::local(local_box_future(case))),
    form("a boxed future by its own name", |case| {
        Call::future(own_name(case))
    }),
    form("async fn, below tracing", |case| {
        Call::future(below_tracing(case))
    }),
    form("async fn, above tracing", |case| {
        Call::future(above_tracing(case))
    }),
    form("async &self", |case| {
        Call::future(async move { Client(case).by_reference().await })
    }),
    form("async &mut self", |case| {
        Call::future(async move { Client(case).exclusive().await })
    }),
    form("async self", |case| Call::future(Client(case).by_value())),
    form("async Arc<Self>", |case| {
        Call::future(Arc::new(Client(case)).shared())
    }),
    form("impl Future of &self", |case| {
        Call::future(Client(case).opaque())
    }),
    form("async trait method", |case| {
        Call::future(async move { Ask::ask(&Client(case)).await })
    }),
    form("impl Future, default method", |case| {
        Call::future(async move { Ask::ask_by_default(&Client(case)).await })
    }),
    form("async_trait", |case| {
        Call::future(async move { AskBoxed::ask(&Client(case)).await })
    }),
    form("async_trait, default method of dyn", |case| {
        Call::future(async move {
            let client: Box<dyn AskBoxed> = Box::new(Client(case));
            client.ask_by_default().await
        })
    }),
    form("async fn in another", |case| Call::future(nested(case))),
];
