//! A shop that prices products, charges customers and delivers orders.

use std::error::Error;
use std::io::Write;
use std::sync::LazyLock;
use std::{fmt, future};

use autometrics::autometrics;
use autometrics::settings::AutometricsSettings;
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use prometheus::{IntCounterVec, Opts, Registry, TextEncoder};
use tracing::instrument;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

static QUOTES: LazyLock<prometheus::Result<IntCounterVec>> = LazyLock::new(|| {
    let options = Opts::new("shop_quotes_total", "Prices that were computed.");
    IntCounterVec::new(options, &["product"])
});

#[derive(Debug)]
pub(crate) struct Declined;

impl fmt::Display for Declined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("declined")
    }
}

pub(crate) fn install() -> Result<Registry, Box<dyn Error>> {
    let registry = Registry::new();
    let quotes = QUOTES.as_ref().map_err(ToString::to_string)?;
    registry.register(Box::new(quotes.clone()))?;
    AutometricsSettings::builder()
        .prometheus_registry(registry.clone())
        .service_name("shop")
        .histogram_buckets([0.001, 0.01, 0.1, 1.0, 10.0])
        .try_init()?;

    let tracer = SdkTracerProvider::builder().build().tracer("shop");
    tracing_subscriber::registry()
        .with(tracing_opentelemetry::layer().with_tracer(tracer))
        .try_init()?;
    Ok(registry)
}

pub(crate) fn write_metrics(
    registry: &Registry,
    mut output: impl Write,
) -> Result<(), Box<dyn Error>> {
    let text = TextEncoder::new().encode_to_string(&registry.gather())?;
    Ok(output.write_all(text.as_bytes())?)
}

#[instrument(skip_all)]
#[autometrics(track_concurrency)]
pub(crate) fn price(product: &str) -> u64 {
    if let Ok(quotes) = &*QUOTES {
        quotes.with_label_values(&[product]).inc();
    }
    500
}

#[instrument(skip_all, err)]
#[autometrics(track_concurrency)]
pub(crate) async fn charge(cents: u64) -> Result<u64, Declined> {
    tokio::task::yield_now().await;
    if cents == 0 { Err(Declined) } else { Ok(1) }
}

#[instrument(skip_all)]
#[autometrics(track_concurrency)]
pub(crate) async fn deliver() {
    future::pending::<()>().await;
}
