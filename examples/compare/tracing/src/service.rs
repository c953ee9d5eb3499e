//! A shop that prices products, charges customers and delivers orders.

use std::error::Error;
use std::io::Write;
use std::time::Instant;
use std::{fmt, future};

use metrics::{
    Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::instrument;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

#[derive(Debug)]
pub(crate) struct Declined;

impl fmt::Display for Declined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("declined")
    }
}

pub(crate) fn install() -> Result<PrometheusHandle, Box<dyn Error>> {
    let handle = PrometheusBuilder::new()
        .set_buckets(&[0.001, 0.01, 0.1, 1.0, 10.0])?
        .install_recorder()?;
    describe_histogram!(
        "shop_call_duration_seconds",
        Unit::Seconds,
        "Duration of calls."
    );
    describe_counter!("shop_calls_total", "Calls, by outcome.");
    describe_counter!("shop_call_errors_total", "Calls that failed.");
    describe_gauge!("shop_calls_in_flight", "Calls in flight.");
    describe_counter!("shop_quotes_total", "Prices that were computed.");

    let tracer = SdkTracerProvider::builder().build().tracer("shop");
    tracing_subscriber::registry()
        .with(tracing_opentelemetry::layer().with_tracer(tracer))
        .try_init()?;
    Ok(handle)
}

pub(crate) fn write_metrics(
    handle: &PrometheusHandle,
    mut output: impl Write,
) -> Result<(), Box<dyn Error>> {
    let text = handle.render();
    Ok(output.write_all(text.as_bytes())?)
}

struct Call {
    function: &'static str,
    start: Instant,
}

impl Call {
    fn start(function: &'static str) -> Self {
        gauge!("shop_calls_in_flight", "function" => function).increment(1.0);
        let start = Instant::now();
        Self { function, start }
    }

    fn finish(self, failed: bool) {
        let Self { function, start } = self;
        let status = if failed { "error" } else { "ok" };
        gauge!("shop_calls_in_flight", "function" => function).decrement(1.0);
        counter!("shop_calls_total", "function" => function, "status" => status).increment(1);
        histogram!("shop_call_duration_seconds", "function" => function).record(start.elapsed());
        if failed {
            counter!("shop_call_errors_total", "function" => function).increment(1);
        }
    }
}

#[instrument(skip_all)]
pub(crate) fn price(product: &str) -> u64 {
    let call = Call::start("price");
    counter!("shop_quotes_total", "product" => product.to_owned()).increment(1);
    call.finish(false);
    500
}

#[instrument(skip_all, err)]
pub(crate) async fn charge(cents: u64) -> Result<u64, Declined> {
    let call = Call::start("charge");
    tokio::task::yield_now().await;
    let receipt = if cents == 0 { Err(Declined) } else { Ok(1) };
    call.finish(receipt.is_err());
    receipt
}

#[instrument(skip_all)]
pub(crate) async fn deliver() {
    let call = Call::start("deliver");
    future::pending::<()>().await;
    call.finish(false);
}
