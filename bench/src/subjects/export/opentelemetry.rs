//! `#[tracing::instrument]`, tracing-opentelemetry, the batch processor of OpenTelemetry's SDK, and
//! opentelemetry-otlp with its default HTTP client.
//!
//! The attributes that tracing-opentelemetry adds by itself are off: a span has as many as glyph's.

use std::hint::black_box;

use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, SdkTracerProvider};
use tracing::subscriber::set_global_default;
use tracing::{info_span, instrument};
use tracing_subscriber::Registry;
use tracing_subscriber::layer::SubscriberExt;

use super::{Attributes, BATCH, DELAY, Exporting, LONG, QUEUE, calls};
use crate::Result;
use crate::subjects::calls::{Failure, answer};

pub(super) struct Spans(SdkTracerProvider);

impl Spans {
    pub(super) fn install(endpoint: &str) -> Result<Self> {
        let exporter = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(format!("{endpoint}/v1/traces"))
            .with_timeout(LONG)
            .build()?;
        let batch = BatchConfigBuilder::default()
            .with_max_queue_size(QUEUE)
            .with_max_export_batch_size(BATCH)
            .with_scheduled_delay(DELAY)
            .build();
        let processor = BatchSpanProcessor::builder(exporter)
            .with_batch_config(batch)
            .build();
        let provider = SdkTracerProvider::builder()
            .with_span_processor(processor)
            .build();
        let layer = tracing_opentelemetry::layer()
            .with_tracer(provider.tracer("bench"))
            .with_location(false)
            .with_target(false)
            .with_threads(false)
            .with_tracked_inactivity(false);
        set_global_default(Registry::default().with(layer))?;
        Ok(Self(provider))
    }
}

impl Exporting for Spans {
    fn burst(&self, attributes: Attributes) -> Result<()> {
        let call = match attributes {
            Attributes::Two => two,
            Attributes::Twelve => twelve,
        };
        info_span!("root").in_scope(|| {
            calls(|input| {
                let _succeeds = black_box(call(input));
            });
        });
        Ok(self.0.force_flush()?)
    }
}

#[inline(never)]
#[instrument(skip_all, fields(provider = "deepgram", session = input))]
fn two(input: u64) -> Result<u64, Failure> {
    answer(input)
}

#[inline(never)]
#[instrument(
    skip_all,
    fields(
        provider = "deepgram",
        session = input,
        model = "nova-3",
        language = "en-US",
        encoding = "linear16",
        region = "eu-west-1",
        channels = 2_u64,
        sample_rate = 16_000_u64,
        attempt = 1_i64,
        interim = true,
        punctuate = false,
        gain = 0.5
    )
)]
fn twelve(input: u64) -> Result<u64, Failure> {
    answer(input)
}
