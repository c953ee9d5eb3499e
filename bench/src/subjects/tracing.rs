//! `#[tracing::instrument]`, and the subscribers of it and of glyph's attribute.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use glyph_runtime::log::{LogSettings, Output, Pipeline};
use opentelemetry::Context;
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider, Span, SpanData, SpanProcessor};
use tracing::subscriber::set_global_default;
use tracing::{info_span, instrument};
use tracing_subscriber::Registry;
use tracing_subscriber::layer::SubscriberExt;

use super::Peer;
use super::calls::{Caller, Failure, InstrumentedFn, Surroundings, answer, answer_later};
use super::sources::Source;
use crate::Result;

pub(super) const PEER: Peer = Peer {
    calls: &[
        Caller::of::<Instrument>(NAME, &[Surroundings::NoSubscriber, Surroundings::Registry]),
        Caller::of::<Instrument>(
            EXPORTED,
            &[
                Surroundings::Unsampled,
                Surroundings::UnsampledLog,
                Surroundings::Sampled,
            ],
        ),
    ],
    sources: &[
        Source::of(
            NAME,
            DEPENDENCIES,
            "",
            "#[tracing::instrument(skip_all, fields(provider = \"deepgram\", session))]",
        ),
        Source::of(
            "tracing::instrument(err)",
            DEPENDENCIES,
            "",
            "#[tracing::instrument(skip_all, err, fields(provider = \"deepgram\", session))]",
        ),
    ],
    ..Peer::NONE
};

/// The features that glyph-runtime uses, and the attribute.
const DEPENDENCIES: &str =
    r#"tracing = { version = "0.1", default-features = false, features = ["attributes", "std"] }"#;

pub(crate) const NAME: &str = "tracing::instrument";
pub(crate) const EXPORTED: &str = "tracing::instrument + tracing-opentelemetry";

/// The process's subscriber.
pub(super) enum Subscriber {
    /// No subscriber, or one that exports nothing.
    Silent,
    /// A subscriber that exports through tracing-opentelemetry.
    Exporting {
        discard: Discard,
        /// The log ends with it.
        _log: Option<Pipeline>,
    },
}

impl Subscriber {
    pub(super) fn install(surroundings: Surroundings) -> Result<Self> {
        let root = match surroundings {
            Surroundings::NoSubscriber => return Ok(Self::Silent),
            Surroundings::Registry => {
                set_global_default(Registry::default())?;
                return Ok(Self::Silent);
            }
            Surroundings::Unsampled | Surroundings::UnsampledLog => Sampler::AlwaysOff,
            Surroundings::Sampled => Sampler::AlwaysOn,
        };
        let discard = Discard::default();
        let provider = SdkTracerProvider::builder()
            .with_sampler(Sampler::ParentBased(Box::new(root)))
            .with_span_processor(discard.clone())
            .build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("bench"));
        glyph_runtime::trace::connect();
        let (lines, log) = if surroundings == Surroundings::UnsampledLog {
            let output = Output::Writer(Box::new(std::io::sink()));
            let (lines, log) = Pipeline::start(LogSettings {
                output,
                ..LogSettings::default()
            })?;
            (Some(lines), Some(log))
        } else {
            (None, None)
        };
        set_global_default(Registry::default().with(lines).with(layer))?;
        Ok(Self::Exporting { discard, _log: log })
    }

    pub(super) fn under_root(&self, calls: impl FnOnce()) {
        match self {
            Self::Silent => calls(),
            Self::Exporting { .. } => info_span!("root").in_scope(calls),
        }
    }

    pub(super) fn exported(&self) -> Option<bool> {
        match self {
            Self::Silent => None,
            Self::Exporting { discard, .. } => Some(discard.seen.load(Relaxed)),
        }
    }
}

/// Discards spans at their end, which costs less than any exporter.
#[derive(Clone, Debug, Default)]
pub(super) struct Discard {
    pub(super) seen: Arc<AtomicBool>,
}

impl SpanProcessor for Discard {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, _: SpanData) {
        // Written once, so that the cache line stays shared between threads.
        if !self.seen.load(Relaxed) {
            self.seen.store(true, Relaxed);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

struct Instrument(Subscriber);

impl InstrumentedFn for Instrument {
    fn build(surroundings: Surroundings) -> Result<Self> {
        Subscriber::install(surroundings).map(Self)
    }

    fn call(&self, input: u64) -> Result<u64, Failure> {
        stt(input)
    }

    async fn call_async(&self, input: u64) -> Result<u64, Failure> {
        stt_later(input).await
    }

    fn under_root(&self, calls: impl FnOnce()) {
        self.0.under_root(calls);
    }

    fn exported(&self) -> Option<bool> {
        self.0.exported()
    }
}

#[inline(never)]
#[instrument(skip_all, fields(provider = "deepgram"))]
fn stt(input: u64) -> Result<u64, Failure> {
    answer(input)
}

#[instrument(skip_all, fields(provider = "deepgram"))]
async fn stt_later(input: u64) -> Result<u64, Failure> {
    answer_later(input).await
}
