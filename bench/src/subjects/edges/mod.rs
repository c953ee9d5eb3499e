//! axum servers that answer `hello`, with each crate's layers around their routes.

mod in_process;
mod serve;
mod subscriber;

use axum::Router;
use axum::routing::get;
use axum_prometheus::PrometheusMetricLayer;
use axum_tracing_opentelemetry::middleware::{OtelAxumLayer, OtelInResponseLayer};
use clap::ValueEnum;
use glyph_runtime::http::{ServerLayer, ServerMetrics};
use tower_http::trace::{DefaultOnResponse, TraceLayer};
use tracing::Level;

use super::GLYPH;
use crate::Result;

pub(crate) use in_process::{LOOP, request_in_process};
pub(crate) use serve::serve;

/// The path of the requests.
pub(crate) const PATH: &str = "/hello/world";

pub(crate) const NO_LAYER: &str = "no layer";
pub(crate) const TRACED: &str = "TraceLayer + axum-tracing-opentelemetry";
const COUNTED: &str = "axum-prometheus";
pub(crate) const BOTH: &str = "TraceLayer + tracing-otel + axum-prometheus";
const TRACING_SPANS: &str = "glyph (spans of tracing)";
const WITHOUT_LINE: &str = "glyph (no event per request)";

/// The receiver of spans and lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Tracing {
    /// No receiver.
    NoSubscriber,
    /// A pipeline of spans that samples no trace.
    Unsampled,
    /// A pipeline of spans that samples one trace in a hundred.
    OnePercent,
    /// A pipeline of spans that samples every trace.
    Sampled,
    /// A pipeline of spans that samples no trace, and a log with JSON lines.
    InstalledUnsampled,
    /// A pipeline of spans that samples every trace, and a log with JSON lines.
    InstalledSampled,
}

impl Tracing {
    /// The subjects that are compared.
    pub(crate) const fn subjects(self) -> &'static [&'static str] {
        match self {
            Self::InstalledUnsampled | Self::InstalledSampled => &[NO_LAYER, GLYPH, TRACED],
            Self::NoSubscriber => &[NO_LAYER, GLYPH, WITHOUT_LINE, TRACED, COUNTED, BOTH],
            Self::Unsampled | Self::OnePercent | Self::Sampled => &[
                NO_LAYER,
                GLYPH,
                TRACING_SPANS,
                WITHOUT_LINE,
                TRACED,
                COUNTED,
                BOTH,
            ],
        }
    }

    /// The subject whose work is closest to that of glyph, and the highest share of what it adds to a
    /// request that glyph may add.
    pub(crate) const fn target(self) -> Option<(&'static str, f64)> {
        match self {
            Self::NoSubscriber => None,
            Self::Unsampled | Self::OnePercent => Some((BOTH, 0.35)),
            Self::Sampled => Some((BOTH, 0.5)),
            Self::InstalledUnsampled | Self::InstalledSampled => Some((TRACED, 0.15)),
        }
    }

    const fn has_log(self) -> bool {
        matches!(self, Self::InstalledUnsampled | Self::InstalledSampled)
    }

    /// Whether spans reach their receiver.
    fn exports(self, subject: &str) -> bool {
        let samples = matches!(
            self,
            Self::OnePercent | Self::Sampled | Self::InstalledSampled
        );
        samples && !matches!(subject, NO_LAYER | COUNTED)
    }
}

fn router(subject: &str) -> Result<Router> {
    let routes = Router::new().route("/hello/{name}", get(|| async { "hello" }));
    let glyph = ServerLayer::new(ServerMetrics::global());
    Ok(match subject {
        NO_LAYER => routes,
        GLYPH | TRACING_SPANS => routes.layer(glyph),
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
