//! The public calls, each with the number of observations and events that it records.

use std::{any::Any, collections::HashMap, convert::Infallible, future::pending, time::Duration};

use axum::{body::Body, http};
use futures_util::{FutureExt, Stream, StreamExt, stream};
use glyph_runtime::{
    Exemplar, Outcome, Telemetry, audit,
    context::{self, Baggage},
    correlation_id,
    expose::Format,
    grpc, http as web, instrument_stage,
    log::{CarriedIds, RequestId},
    scope::ScopeLabels,
    stage as current,
    trace::propagation,
    wait::{Queue, wait},
};
use tower::{Layer, Service};

use crate::{
    moments,
    telemetry::{Metrics, Named, Scoped, TenantContext, stage},
};

/// A public call.
pub(crate) struct Call {
    pub(crate) name: &'static str,
    pub(crate) run: fn(),
    /// The number of observations and events that it records.
    pub(crate) records: u64,
}

const fn call(name: &'static str, records: u64, run: fn()) -> Call {
    Call { name, run, records }
}

/// Polls a future once, and drops it.
fn now<F: Future>(future: F) {
    let _ended = future.now_or_never();
}

/// All calls. A stage records its duration and its call.
pub(crate) const CALLS: &[Call] = &[
    call("count", 1, || Metrics::global().counted.inc()),
    call("count an open label", 1, || {
        Metrics::global().named.inc(Named { name: "first" });
    }),
    call("set a gauge", 0, || Metrics::global().level.set(7.0)),
    call("add to a gauge", 0, || Metrics::global().level.inc()),
    call("observe", 1, || Metrics::global().observed.observe(2)),
    call("observe with an exemplar", 1, || {
        let exemplar = Exemplar::new(1, 2);
        Metrics::global()
            .observed
            .observe_with_exemplar(2, exemplar);
    }),
    call("stage", 2, || drop(function(false))),
    call("failed stage", 2, || drop(function(true))),
    call("stage with a retry", 3, retried),
    call("stage with a parent", 2, below_none),
    call("stage with links", 2, || {
        linked(&[tracing::Span::none(), tracing::Span::current()]);
    }),
    call("async stage", 2, || now(asynchronous())),
    call("dropped async stage", 2, || now(never())),
    call("stream", 4, || now(items(false).count())),
    call("dropped stream", 3, || {
        let mut items = Box::pin(items(true));
        let _first = items.next().now_or_never();
    }),
    call("block", 2, || stage::step {}.start().finish()),
    call("failed block", 2, || {
        stage::step {}.start().finish_as(Outcome::Error);
    }),
    call("dropped block", 2, || drop(stage::step {}.start())),
    call("block in scope", 3, || {
        let running = stage::step {}.start();
        running.in_scope(current::retry);
        running.finish();
    }),
    call("future in a block", 3, || {
        let running = stage::step {}.start();
        now(running.scope(async { current::retry() }));
        running.finish();
    }),
    call("span of an unsampled block", 2, || {
        drop(AsksForSpan(unsampled(|| stage::step {}.start())));
    }),
    call("stream of an unsampled caller", 4, || {
        now(unsampled(|| items(false)).count());
    }),
    call("timed block", 2, || stage::step {}.time(|| ())),
    call("timed future", 2, || {
        now(stage::step {}.time_async(async {}));
    }),
    call("dropped timed future", 2, || {
        now(stage::step {}.time_async(pending::<()>()));
    }),
    call("current stage", 2, || stage::step {}.time(annotate)),
    call("current stage, outside of stages", 0, annotate),
    call("scope", 1, || {
        TenantContext { tenant: "a" }.in_scope(|| Scoped::global().counted.inc());
    }),
    call("scope of a future", 1, || {
        let counted = async { Scoped::global().counted.inc() };
        now(TenantContext { tenant: "b" }.scope(counted));
    }),
    call("current labels", 0, || drop(ScopeLabels::current())),
    call("wait", 1, || now(wait("life").of(async {}))),
    call("dropped wait", 1, || {
        now(wait("life").of(pending::<()>()));
    }),
    call("blocking wait", 1, || wait("life").blocking(|| ())),
    call("queue", 1, || Queue::new("life").track(()).take()),
    call("log", 0, || tracing::error!(tenant = "a", "logged")),
    call("audit", 0, || audit!(user = "ada", "audited")),
    call("ids", 0, ids),
    call("baggage", 0, baggage),
    call("propagation", 0, propagated),
    call("context", 1, contexts),
    call("facade", 0, || {
        metrics::counter!("life_facade").increment(1);
    }),
    call("facade histogram", 0, || {
        metrics::histogram!("life_facade_sizes").record(1.0);
        metrics::gauge!("life_facade_level").set(1.0);
    }),
    call("render", 0, || {
        let page = moments::telemetry().map(|telemetry| telemetry.render(Format::Text));
        assert!(page.is_none_or(|page| page.contains("life_calls_total")));
    }),
    call("recent traces", 0, || {
        let _traces = moments::telemetry().map(Telemetry::recent_traces);
    }),
    call("HTTP server", 0, || now(server())),
    call("dropped HTTP server", 0, || drop(server())),
    call("HTTP client", 0, || now(client())),
    call("dropped HTTP client", 0, || drop(client())),
    call("gRPC server", 0, || now(grpc_server())),
];

#[instrument_stage(stage::step)]
fn function(fails: bool) -> Result<(), std::io::Error> {
    if fails {
        return Err(std::io::Error::other("failed"));
    }
    Ok(())
}

#[instrument_stage(stage::step)]
fn retried() {
    current::retry();
}

#[instrument_stage(stage::step, parent = None, fields(kind = "root"))]
fn below_none() {
    tracing::warn!("below none");
}

#[instrument_stage(stage::step, links = causes)]
fn linked(causes: &[tracing::Span]) {}

#[instrument_stage(stage::step)]
async fn asynchronous() {
    std::future::ready(()).await;
}

#[instrument_stage(stage::step)]
async fn never() {
    pending::<()>().await;
}

#[instrument_stage(stage::step, stream)]
fn items(goes_on: bool) -> impl Stream<Item = u8> {
    let end = usize::from(goes_on);
    let ends = stream::pending().take(end);
    stream::iter([1, 2].into_iter().take(2 - end)).chain(ends)
}

/// Asks for the span of a block when it is dropped, before the block.
struct AsksForSpan(current::Running);

impl Drop for AsksForSpan {
    fn drop(&mut self) {
        let _span = self.0.span().clone();
        self.0.in_scope(|| tracing::warn!("in an unsampled block"));
    }
}

/// Runs `work` below a caller whose trace is not sampled.
fn unsampled<R>(work: impl FnOnce() -> R) -> R {
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
    let headers = HashMap::from([("traceparent".to_owned(), parent.to_owned())]);
    propagation::extract(&headers).in_scope(work)
}

/// Adds to the innermost stage.
fn annotate() {
    let stage = current::current();
    stage.record("error.type", "life");
    stage.set_attribute("life", 1);
    stage.add_event("life", &[("size", &1)]);
    stage.link(tracing::Span::current());
    let _ids = stage.exemplar();
}

fn ids() {
    let _ids = (
        correlation_id(),
        RequestId::current(),
        CarriedIds::current(),
    );
    if let Some(id) = RequestId::new("req-1") {
        id.in_scope(|| drop(RequestId::current()));
        now(id.scope(async {}));
        drop(id.scope(pending::<()>()));
    }
    if let Ok(ids) = CarriedIds::current().try_with("org_id", "7") {
        ids.in_scope(|| assert!(correlation_id().is_none_or(|id| id.as_str().len() == 32)));
    }
}

fn baggage() {
    if let Ok(baggage) = Baggage::current().try_with("tenant", "a") {
        baggage.in_scope(|| drop(context::baggage("tenant")));
        now(baggage.scope(async {}));
    }
}

fn propagated() {
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let headers = HashMap::from([("traceparent".to_owned(), parent.to_owned())]);
    let remote = propagation::extract(&headers);
    remote.in_scope(|| {
        let mut outgoing = HashMap::new();
        propagation::inject(&mut outgoing);
    });
    now(remote.scope(async {}));
}

fn contexts() {
    let context = context::Context::current();
    context.in_scope(|| Metrics::global().counted.inc());
    now(context.clone().scope(async {}));
    drop(context.scope(pending::<()>()));
}

type Answer = Result<http::Response<Body>, Infallible>;

fn server() -> impl Future<Output = impl Any> {
    let layer = web::ServerLayer::new(web::ServerMetrics::global());
    let mut service = layer.layer(tower::service_fn(answer_any));
    service.call(http::Request::new(Body::empty()))
}

fn client() -> impl Future<Output = impl Any> {
    let layer = web::ClientLayer::new(web::ClientMetrics::global());
    let mut service = layer.layer(tower::service_fn(answer_any));
    service.call(http::Request::new(Body::empty()))
}

async fn answer_any<B>(_: http::Request<B>) -> Answer {
    Ok(http::Response::new(Body::empty()))
}

fn grpc_server() -> impl Future<Output = impl Any> {
    let layer = grpc::ServerLayer::new(grpc::ServerMetrics::global());
    let mut service = layer.layer(tower::service_fn(answer_any));
    service.call(http::Request::new(Body::empty()))
}

/// Values that are dropped later, each with the number of observations and events that it records
/// then.
pub(crate) fn held() -> Vec<(&'static str, u64, Box<dyn Any>)> {
    let mut stream = Box::pin(items(true));
    let _first = stream.next().now_or_never();
    let mut unsampled_stream = Box::pin(unsampled(|| items(true)));
    let _first = unsampled_stream.next().now_or_never();
    let mut waiting = Box::pin(wait("life").of(pending::<()>()));
    let mut timed = Box::pin(stage::step {}.time_async(pending::<()>()));
    let mut future = Box::pin(never());
    let mut requested = Box::pin(hanging_server());
    let mut within = Box::pin(context::Context::current().scope(never()));
    let mut in_ids = Box::pin(RequestId::new("held").map(|id| id.scope(never())).unwrap());
    assert!(waiting.as_mut().now_or_never().is_none());
    assert!(timed.as_mut().now_or_never().is_none());
    assert!(future.as_mut().now_or_never().is_none());
    assert!(requested.as_mut().now_or_never().is_none());
    assert!(within.as_mut().now_or_never().is_none());
    assert!(in_ids.as_mut().now_or_never().is_none());
    vec![
        ("block", 2, Box::new(stage::step {}.start())),
        ("stream", 2, Box::new(stream)),
        (
            "unsampled block",
            2,
            Box::new(AsksForSpan(unsampled(|| stage::step {}.start()))),
        ),
        ("unsampled stream", 2, Box::new(unsampled_stream)),
        (
            "unsampled queued item",
            1,
            Box::new(unsampled(|| Queue::new("life").track(()))),
        ),
        ("wait", 1, Box::new(waiting)),
        ("timed future", 2, Box::new(timed)),
        ("future", 2, Box::new(future)),
        ("queued item", 1, Box::new(Queue::new("life").track(()))),
        ("HTTP server", 0, Box::new(requested)),
        ("future in a context", 2, Box::new(within)),
        ("future with a request id", 2, Box::new(in_ids)),
        ("context", 0, Box::new(context::Context::current())),
    ]
}

fn hanging_server() -> impl Future<Output = impl Any> {
    let layer = web::ServerLayer::new(web::ServerMetrics::global());
    let hangs = |_: http::Request<_>| pending::<Answer>();
    let mut service = layer.layer(tower::service_fn(hangs));
    service.call(http::Request::new(Body::empty()))
}

/// The time limit of a call.
pub(crate) const LIMIT: Duration = Duration::from_secs(5);
