//! Retries and fallbacks during a call go to the counters of its stage.

use std::{
    panic::{catch_unwind, resume_unwind},
    pin::pin,
    task::{Context, Poll, Waker},
};

use futures_util::{Stream, StreamExt, stream::iter};
use glyph_core::{
    Catalog, Counter, Histogram, Label, LabelSet, instrument_stage, metric_catalog,
    stage::{fallback, retry},
};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Llm,
    Stt,
}

/// Each test has its own model.
#[derive(LabelSet)]
struct Model<'a> {
    #[label(max = 64)]
    model: &'a str,
    kind: Kind,
}

#[derive(LabelSet)]
struct AnyModel {
    kind: Kind,
}

#[metric_catalog(namespace = "retries", stages = stage, max_series = 100_000)]
struct Pipeline {
    /// Time that generation took.
    #[metric(unit = seconds)]
    #[stage(llm, retries = retries, fallbacks = fallbacks, labels(model: &str, kind: Kind = Kind::Llm))]
    llm: Histogram,
    /// Time that transcription took.
    #[metric(unit = seconds)]
    #[stage(stt, retries = retries, labels(model: &str, kind: Kind = Kind::Stt))]
    stt: Histogram,
    /// Time that a tool took.
    #[metric(unit = seconds)]
    #[stage(tool)]
    tool: Histogram,
    /// Time that a quiet model took.
    #[metric(unit = seconds)]
    #[stage(quiet, retries = quiet_retries, labels(kind: Kind))]
    quiet: Histogram,
    /// Calls that were made again.
    retries: Counter<Model<'_>>,
    /// Calls that went elsewhere.
    fallbacks: Counter<Model<'_>>,
    /// Calls that were made again.
    quiet_retries: Counter<AnyModel>,
}

/// Returns the retries and fallbacks of the stage `kind` with this model.
fn events(model: &str, kind: Kind) -> (u64, u64) {
    let pipeline = Pipeline::global();
    (
        pipeline.retries.value(Model { model, kind }),
        pipeline.fallbacks.value(Model { model, kind }),
    )
}

fn poll<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn function_counts_its_own_retries() {
    fn connect() {
        retry();
    }
    #[instrument_stage(stage::llm, labels(model = "function"))]
    fn generate() {
        connect();
        retry();
        fallback();
    }
    generate();
    generate();
    assert_eq!(events("function", Kind::Llm), (4, 2));
    assert_eq!(events("function", Kind::Stt), (0, 0));
}

#[test]
fn guard_counts_its_own_retries() {
    let running = stage::llm { model: "guard" }.start();
    running.retry();
    running.fallback();
    retry();
    running.in_scope(retry);
    running.finish();
    assert_eq!(events("guard", Kind::Llm), (2, 1));

    let running = stage::tool {}.start();
    running.retry();
    running.fallback();
    running.finish();
}

#[tokio::test]
async fn block_counts_its_own_retries() {
    stage::llm { model: "block" }.time(retry);
    let work = async {
        retry();
        tokio::task::yield_now().await;
        fallback();
    };
    stage::llm { model: "block" }.time_async(work).await;
    assert_eq!(events("block", Kind::Llm), (2, 1));
}

#[test]
fn innermost_stage_with_the_counter_gets_the_retry() {
    #[instrument_stage(stage::llm, labels(model = "outer"))]
    fn generate() {
        transcribe();
        call_tool();
        retry();
    }
    #[instrument_stage(stage::stt, labels(model = "inner"))]
    fn transcribe() {
        retry();
        // Transcription has no fallback counter; the generation around it has one.
        fallback();
    }
    #[instrument_stage(stage::tool)]
    fn call_tool() {
        retry();
    }
    generate();
    assert_eq!(events("inner", Kind::Stt), (1, 0));
    assert_eq!(events("outer", Kind::Llm), (2, 1));
}

#[test]
fn retry_outside_of_stages_is_not_counted() {
    #[instrument_stage(stage::llm, labels(model = "outside"))]
    fn generate() {
        std::thread::scope(|scope| {
            let other = scope.spawn(retry);
            assert!(other.join().is_ok());
        });
    }
    #[instrument_stage(stage::tool)]
    fn call_tool() {
        retry();
        fallback();
    }
    retry();
    generate();
    call_tool();
    fallback();
    assert_eq!(events("outside", Kind::Llm), (0, 0));
}

#[test]
fn panic_leaves_the_stage() {
    #[instrument_stage(stage::llm, labels(model = "panic"))]
    fn generate() {
        resume_unwind(Box::new(()));
    }
    #[instrument_stage(stage::stt, labels(model = "panic"))]
    fn transcribe() {
        assert!(catch_unwind(generate).is_err());
        retry();
    }
    transcribe();
    retry();
    assert_eq!(events("panic", Kind::Llm), (0, 0));
    assert_eq!(events("panic", Kind::Stt), (1, 0));
}

#[test]
fn interleaved_futures_keep_retries_separate() {
    #[instrument_stage(stage::llm, labels(model = model))]
    async fn generate(model: &str) {
        for _ in 0..2 {
            retry();
            tokio::task::yield_now().await;
        }
    }
    let mut one = pin!(generate("turns: one"));
    let mut other = pin!(generate("turns: other"));
    assert!(poll(one.as_mut()).is_pending());
    retry();
    assert!(poll(other.as_mut()).is_pending());
    assert!(poll(one.as_mut()).is_pending());
    assert_eq!(events("turns: one", Kind::Llm), (2, 0));
    assert_eq!(events("turns: other", Kind::Llm), (1, 0));
}

#[tokio::test]
async fn stream_counts_its_own_retries_also_while_dropped() {
    struct GivesUp;
    impl Drop for GivesUp {
        fn drop(&mut self) {
            fallback();
        }
    }
    #[instrument_stage(stage::llm, stream, labels(model = "stream"))]
    fn generate() -> impl Stream<Item = u8> {
        let gives_up = GivesUp;
        iter(0..).inspect(move |_| {
            let _ = &gives_up;
            retry();
        })
    }
    let mut stream = pin!(generate().take(2));
    while stream.next().await.is_some() {
        retry();
    }
    stream.set(generate().take(0));
    assert_eq!(events("stream", Kind::Llm), (2, 1));
}

#[test]
fn retries_in_a_destructor_count_for_the_dropped_future() {
    struct GivesUp;
    impl Drop for GivesUp {
        fn drop(&mut self) {
            fallback();
        }
    }
    #[instrument_stage(stage::llm, labels(model = "dropped"))]
    async fn generate() {
        let _gives_up = GivesUp;
        std::future::pending::<()>().await;
    }
    {
        let mut future = pin!(generate());
        assert!(poll(future.as_mut()).is_pending());
    }
    assert_eq!(events("dropped", Kind::Llm), (0, 1));
}

#[test]
fn retry_in_a_destructor_of_a_threads_local_counts_for_its_model() {
    struct OnDrop;
    impl Drop for OnDrop {
        fn drop(&mut self) {
            for attempts in 1..=2 {
                call("destructor", attempts);
            }
        }
    }
    thread_local! {
        static OLDER: OnDrop = const { OnDrop };
    }
    #[instrument_stage(stage::llm, labels(model = model))]
    fn call(model: &str, attempts: u8) {
        (0..attempts).for_each(|_| retry());
    }
    let thread = std::thread::spawn(|| {
        OLDER.with(|_| ());
        call("running", 1);
    });
    assert!(thread.join().is_ok());
    assert_eq!(events("running", Kind::Llm), (1, 0));
    assert_eq!(events("destructor", Kind::Llm), (3, 0));
}

#[test]
fn closed_label_is_filled_like_an_open_one() {
    #[instrument_stage(stage::quiet, labels(kind = "stt"))]
    fn work() {
        retry();
    }
    work();
    let counted = |kind| Pipeline::global().quiet_retries.value(AnyModel { kind });
    assert_eq!((counted(Kind::Llm), counted(Kind::Stt)), (0, 1));
}

#[test]
fn descriptor_names_the_retry_counters() {
    let [llm, stt, ..] = Pipeline::DESCRIPTOR.stages else {
        unreachable!("four stages are declared");
    };
    assert_eq!(llm.retries, Some("retries_retries"));
    assert_eq!(llm.fallbacks, Some("retries_fallbacks"));
    assert_eq!(stt.fallbacks, None);
}
