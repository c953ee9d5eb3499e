//! The receivers of spans and lines.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use glyph_runtime::Telemetry;
use glyph_runtime::log::{Format, Output};
use glyph_runtime::trace::{Sampler, StageSpans};
use opentelemetry::global;
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler as SdkSampler, SdkTracerProvider};
use tempfile::TempDir;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::set_global_default;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{EnvFilter, Registry, fmt};

use super::{NO_LAYER, Tracing, WITHOUT_LINE};
use crate::Result;
use crate::subjects::GLYPH;
use crate::subjects::tracing::Discard;

const RATIO: f64 = 0.01;
/// The time limit of a flush, which takes long under valgrind.
const LONG: Duration = Duration::from_mins(10);

/// The subscriber that a process of the bench installs.
pub(super) struct Subscriber {
    spans: Spans,
    lines: Option<Lines>,
    /// Whether spans have to reach their receiver.
    exports: bool,
}

enum Spans {
    Nothing,
    /// Records, which glyph keeps in its ring.
    Glyph(Box<Telemetry>),
    /// Spans of `tracing`, which a processor of the SDK discards.
    OpenTelemetry(Discard),
}

/// A file of lines.
struct Lines {
    path: PathBuf,
    _folder: TempDir,
}

impl Subscriber {
    pub(super) fn install(subject: &str, tracing: Tracing) -> Result<Self> {
        let lines = tracing.has_log().then(Lines::new).transpose()?;
        let path = lines.as_ref().map(|lines| lines.path.as_path());
        let spans = match (subject, tracing) {
            (NO_LAYER, _) | (_, Tracing::NoSubscriber) => Spans::Nothing,
            (GLYPH | WITHOUT_LINE, _) => Spans::Glyph(Box::new(glyph(tracing, path)?)),
            _ => Spans::OpenTelemetry(opentelemetry(tracing, path)?),
        };
        Ok(Self {
            lines: lines.filter(|_| !matches!(spans, Spans::Nothing)),
            spans,
            exports: tracing.exports(subject),
        })
    }

    /// Waits until the receivers have everything.
    pub(super) fn flush(&self) -> Result<()> {
        if let Spans::Glyph(telemetry) = &self.spans {
            telemetry.flush_blocking(LONG)?;
        }
        Ok(())
    }

    /// Checks that spans are where they should be, and that each request has a line, if their number
    /// is known.
    pub(super) fn check(&self, requests: Option<u32>) -> Result<()> {
        self.flush()?;
        let exported = match &self.spans {
            Spans::Nothing => false,
            Spans::Glyph(telemetry) => !telemetry.recent_traces().is_empty(),
            Spans::OpenTelemetry(discard) => discard.seen.load(Relaxed),
        };
        if exported != self.exports {
            return Err(format!("spans were exported: {exported}").into());
        }
        let Some((lines, requests)) = self.lines.as_ref().zip(requests) else {
            return Ok(());
        };
        let written = lines.of_requests()?;
        if u32::try_from(written) == Ok(requests) {
            Ok(())
        } else {
            Err(format!("{written} lines of {requests} requests").into())
        }
    }
}

impl Lines {
    fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("log");
        Ok(Self {
            path,
            _folder: folder,
        })
    }

    /// Returns the number of lines about requests that have ended.
    fn of_requests(&self) -> Result<usize> {
        let text = fs::read_to_string(&self.path)?;
        let ends = ["request completed", "finished processing request"];
        let is_end = |line: &&str| ends.iter().any(|end| line.contains(end));
        Ok(text.lines().filter(is_end).count())
    }
}

/// Installs what a program of glyph's installs, with its log if there is a path for lines.
fn glyph(tracing: Tracing, lines: Option<&Path>) -> Result<Telemetry> {
    let root = match tracing {
        Tracing::OnePercent => Sampler::TraceIdRatio(RATIO),
        Tracing::Sampled | Tracing::InstalledSampled => Sampler::AlwaysOn,
        _ => Sampler::AlwaysOff,
    };
    let builder = Telemetry::builder("bench")
        .env_lookup(|_| None)
        .without_listener()
        .traces(move |traces| {
            traces.stages = StageSpans::Records;
            traces.sampler = Sampler::parent_based(root);
        });
    let builder = match lines.map(Path::to_owned) {
        Some(path) => builder.log(move |log| {
            log.format = Format::Json;
            log.output = Output::File(path);
        }),
        None => builder.without_log(),
    };
    Ok(builder.install()?)
}

/// Installs `tracing-opentelemetry`, and the formatter of tracing-subscriber if there is a path for
/// lines.
fn opentelemetry(tracing: Tracing, lines: Option<&Path>) -> Result<Discard> {
    let root = match tracing {
        Tracing::OnePercent => SdkSampler::TraceIdRatioBased(RATIO),
        Tracing::Sampled | Tracing::InstalledSampled => SdkSampler::AlwaysOn,
        _ => SdkSampler::AlwaysOff,
    };
    let discard = Discard::default();
    let provider = SdkTracerProvider::builder()
        .with_sampler(SdkSampler::ParentBased(Box::new(root)))
        .with_span_processor(discard.clone())
        .build();
    let tracer = provider.tracer("bench");
    match lines {
        None => {
            let spans = tracing_opentelemetry::layer().with_tracer(tracer);
            set_global_default(Registry::default().with(LevelFilter::INFO).with(spans))?;
        }
        Some(path) => {
            let file = Arc::new(File::create(path)?);
            let lines = fmt::layer().json().with_writer(file);
            let spans = tracing_opentelemetry::layer().with_tracer(tracer);
            let registry = Registry::default().with(EnvFilter::new("info"));
            set_global_default(registry.with(lines).with(spans))?;
        }
    }
    global::set_text_map_propagator(TraceContextPropagator::new());
    Ok(discard)
}
