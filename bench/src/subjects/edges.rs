//! axum servers that answer `hello`, with each crate's layers around their routes.

use std::io::{self, Read};
use std::net::Ipv4Addr;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;

use axum::Router;
use axum::routing::get;
use axum_prometheus::PrometheusMetricLayer;
use axum_tracing_opentelemetry::middleware::{OtelAxumLayer, OtelInResponseLayer};
use clap::ValueEnum;
use glyph_runtime::http::{ServerLayer, ServerMetrics};
use opentelemetry::global;
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tokio::net::TcpListener;
use tower_http::trace::{DefaultOnResponse, TraceLayer};
use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::set_global_default;
use tracing_subscriber::Registry;
use tracing_subscriber::layer::SubscriberExt;

use super::GLYPH;
use super::tracing::Discard;
use crate::Result;

/// The path of the requests.
pub(crate) const PATH: &str = "/hello/world";

pub(crate) const NO_LAYER: &str = "no layer";
const TRACED: &str = "TraceLayer + axum-tracing-opentelemetry";
const COUNTED: &str = "axum-prometheus";
const BOTH: &str = "TraceLayer + tracing-otel + axum-prometheus";
const WITHOUT_LINE: &str = "glyph (no event per request)";

pub(crate) const SUBJECTS: [&str; 6] = [NO_LAYER, GLYPH, WITHOUT_LINE, TRACED, COUNTED, BOTH];

/// The receiver of spans.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub(crate) enum Tracing {
    /// No receiver.
    NoSubscriber,
    /// tracing-opentelemetry, which samples no trace.
    Unsampled,
    /// tracing-opentelemetry, which samples one trace in a hundred.
    OnePercent,
    /// tracing-opentelemetry, which samples every trace.
    Sampled,
}

impl Tracing {
    fn install(self) -> Result<Option<Discard>> {
        let root = match self {
            Self::NoSubscriber => return Ok(None),
            Self::Unsampled => Sampler::AlwaysOff,
            Self::OnePercent => Sampler::TraceIdRatioBased(0.01),
            Self::Sampled => Sampler::AlwaysOn,
        };
        let discard = Discard::default();
        let provider = SdkTracerProvider::builder()
            .with_sampler(Sampler::ParentBased(Box::new(root)))
            .with_span_processor(discard.clone())
            .build();
        let spans = tracing_opentelemetry::layer().with_tracer(provider.tracer("bench"));
        set_global_default(Registry::default().with(LevelFilter::INFO).with(spans))?;
        global::set_text_map_propagator(TraceContextPropagator::new());
        Ok(Some(discard))
    }
}

fn router(subject: &str) -> Result<Router> {
    let routes = Router::new().route("/hello/{name}", get(|| async { "hello" }));
    let glyph = ServerLayer::new(ServerMetrics::global());
    Ok(match subject {
        NO_LAYER => routes,
        GLYPH => routes.layer(glyph),
        WITHOUT_LINE => routes.layer(glyph.log(false)),
        TRACED => traced(routes),
        COUNTED => counted(routes),
        BOTH => traced(counted(routes)),
        _ => return Err(format!("unknown subject {subject:?}").into()),
    })
}

/// Adds a span by axum-tracing-opentelemetry, as its documentation shows, and an event by
/// tower-http.
fn traced(routes: Router) -> Router {
    let event = DefaultOnResponse::new().level(Level::INFO);
    routes
        .layer(TraceLayer::new_for_http().on_response(event))
        .layer(OtelInResponseLayer)
        .layer(OtelAxumLayer::default())
}

fn counted(routes: Router) -> Router {
    let (layer, _page) = PrometheusMetricLayer::pair();
    routes.layer(layer)
}

/// Prints the port, then serves on one thread until standard input ends.
pub(crate) fn serve(subject: &str, tracing: Tracing) -> Result<()> {
    let spans = tracing.install()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let router = router(subject)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        println!("{}", listener.local_addr()?.port());
        let (ended, end) = tokio::sync::oneshot::channel();
        thread::spawn(move || {
            let _end = io::stdin().read(&mut [0]);
            let _receiver_gone = ended.send(());
        });
        tokio::select! {
            served = axum::serve(listener, router) => served?,
            _ = end => {}
        }
        Ok::<_, crate::Error>(())
    })?;
    let exported = spans.is_some_and(|spans| spans.seen.load(Relaxed));
    let expected = matches!(tracing, Tracing::OnePercent | Tracing::Sampled)
        && !matches!(subject, NO_LAYER | COUNTED);
    if exported != expected {
        return Err(format!("{subject}: spans were exported: {exported}").into());
    }
    Ok(())
}
