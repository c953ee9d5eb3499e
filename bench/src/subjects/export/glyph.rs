//! Stages of glyph whose spans are records. They also record metrics, and an exemplar.

use std::hint::black_box;

use glyph_runtime::instrument_stage;
use glyph_runtime::trace::{
    Compression, OtlpSettings, Pipeline, Protocol, StageSpans, TraceSettings,
};
use tracing::info_span;
use tracing::subscriber::set_global_default;
use tracing_subscriber::Registry;
use tracing_subscriber::layer::SubscriberExt;

use super::{Attributes, BATCH, DELAY, Exporting, LONG, QUEUE, calls};
use crate::Result;
use crate::subjects::calls::{Failure, answer};
use crate::subjects::glyph_stage::stage;

pub(super) struct Records(Pipeline);

impl Records {
    pub(super) fn install(endpoint: &str) -> Result<Self> {
        let mut otlp = OtlpSettings::new(endpoint, Protocol::HttpProtobuf);
        otlp.compression = Compression::None;
        otlp.timeout = LONG;
        let mut settings = TraceSettings::new("bench");
        settings.otlp = Some(otlp);
        settings.stages = StageSpans::Records;
        settings.batch.queue = QUEUE;
        settings.batch.batch = BATCH;
        settings.batch.delay = DELAY;
        settings.batch.export_timeout = LONG;
        let pipeline = Pipeline::start(&settings)?;
        set_global_default(Registry::default().with(pipeline.layer()))?;
        // The pipeline finds out that its subscriber is the global one.
        std::thread::sleep(2 * DELAY);
        Ok(Self(pipeline))
    }
}

impl Exporting for Records {
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
        Ok(self.0.flush(LONG)?)
    }
}

#[inline(never)]
#[instrument_stage(stage::stt, labels(provider = "deepgram"), fields(session = input))]
fn two(input: u64) -> Result<u64, Failure> {
    answer(input)
}

#[inline(never)]
#[instrument_stage(
    stage::stt,
    labels(provider = "deepgram"),
    fields(
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
