//! Functions that return a future.

use std::{future::poll_fn, pin::Pin, sync::Arc, task::Poll};

use glyph_core::{instrument_stage, testing::CapturedEvent};
use tracing::Span;

use crate::attribute_cases::telemetry::{all, capture, fields, only, stage};

/// Runs a future to completion on this thread.
fn run<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

/// Is pending this many times, then returns.
async fn turns(mut left: usize) {
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[test]
fn async_span_opens_once_and_enters_each_poll() {
    #[instrument_stage(stage::step)]
    async fn work(polls: usize) -> Result<(), ()> {
        tracing::trace!("awaits");
        turns(polls).await;
        Ok(())
    }
    let span = only(|| run(work(2)).unwrap());
    assert_eq!(span.times_entered(), 3);
    assert_eq!(span.events().len(), 1);
}

#[test]
fn nested_call_is_a_child_span() {
    #[instrument_stage(stage::step, name = "outer")]
    async fn outer() {
        inner().await;
    }
    #[instrument_stage(stage::step, name = "inner")]
    async fn inner() {
        turns(1).await;
        tracing::trace!("nested");
    }
    let spans = all(|| run(outer()));
    let parents: Vec<_> = spans
        .iter()
        .map(|span| (span.name(), span.parent()))
        .collect();
    assert_eq!(parents, [("outer", None), ("inner", Some("outer"))]);
    assert_eq!(spans.last().unwrap().events().len(), 1);
}

#[test]
fn results_with_opaque_values_are_measured() {
    #[instrument_stage(stage::step)]
    async fn up_to(number: i32) -> Result<impl Iterator<Item = i32>, ()> {
        Ok((0..10).filter(move |one| *one < number))
    }
    #[instrument_stage(stage::step, err = event)]
    async fn checked(number: i32) -> Result<impl Iterator<Item = i32>, &'static str> {
        if number < 0 {
            return Err("too little");
        }
        Ok(0..number)
    }
    only(|| assert_eq!(run(up_to(3)).unwrap().count(), 3));
    let span = only(|| assert!(run(checked(-1)).is_err()));
    assert_eq!(span.error_type(), Some("str"));
}

#[test]
fn async_trait_methods_open_their_span() {
    #[async_trait::async_trait]
    trait Test {
        async fn outer(&mut self, value: usize);
        async fn inner(&self);
        async fn with_self(&mut self, value: usize);
    }
    #[derive(Clone, Debug)]
    struct Fixture(usize);
    impl Fixture {
        fn doubled(&self) -> usize {
            self.0 * 2
        }
    }
    #[async_trait::async_trait]
    impl Test for Fixture {
        #[instrument_stage(stage::step, name = "outer", fields(value))]
        async fn outer(&mut self, value: usize) {
            self.inner().await;
            self.0 = value;
            self.inner().await;
        }

        #[instrument_stage(stage::step, name = "inner", fields(of = self.0, ?self))]
        async fn inner(&self) {
            turns(1).await;
            tracing::trace!(of = self.0);
        }

        #[instrument_stage(
            stage::step,
            fields(own = self.doubled(), cloned = Self::clone(self).doubled(), sum = %value + 5, r#type = std::any::type_name::<Self>())
        )]
        async fn with_self(&mut self, value: usize) {
            let _ = value;
        }
    }
    let spans = all(|| run(Fixture(1).outer(5)));
    let shown: Vec<_> = spans
        .iter()
        .map(|span| {
            (
                span.name(),
                span.parent(),
                span.field("of"),
                span.field("self"),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("outer", None, None, None),
            ("inner", Some("outer"), Some("1"), Some("Fixture(1)")),
            ("inner", Some("outer"), Some("5"), Some("Fixture(5)")),
        ]
    );
    let span = only(|| run(Fixture(2).with_self(1)));
    assert_eq!(span.field("own"), Some("4"));
    assert_eq!(span.field("cloned"), Some("4"));
    assert_eq!(span.field("sum"), Some("6"));
    assert!(span.field("type").unwrap().ends_with("Fixture"));
}

#[test]
fn method_future_can_fill_an_empty_field() {
    struct App(Arc<u8>);
    impl App {
        #[instrument_stage(stage::step, fields(app = _))]
        fn call(&mut self, _request: ()) -> Pin<Box<dyn Future<Output = Arc<u8>> + Send + Sync>> {
            let app = Arc::clone(&self.0);
            Box::pin(async move {
                Span::current().record("app", *app);
                app
            })
        }
    }
    let span = only(|| {
        run(App(Arc::new(7)).call(()));
    });
    assert_eq!(fields(&span), [("app", "7")]);
}

#[test]
fn returned_future_has_the_span_and_its_creation_has_not() {
    #[expect(clippy::manual_async_fn, reason = "this is the form under test")]
    #[instrument_stage(stage::step)]
    fn opaque() -> impl Future<Output = ()> {
        async {
            tracing::trace!("opaque");
        }
    }
    #[instrument_stage(stage::step)]
    fn boxed() -> Pin<Box<dyn Future<Output = ()>>> {
        tracing::trace!("making");
        Box::pin(async {
            tracing::trace!("boxed");
        })
    }
    let captured = capture();
    run(opaque());
    run(boxed());
    let spans: Vec<_> = captured.events().iter().map(CapturedEvent::span).collect();
    assert_eq!(spans, [Some("step"), None, Some("step")]);
    assert_eq!(captured.histogram::<stage::step>().count(), 2);
}
