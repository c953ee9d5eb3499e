//! A shop that prices products, charges customers and delivers orders.

use std::error::Error;
use std::io::Write;
use std::{fmt, future};

use glyph_runtime::expose::Format;
use glyph_runtime::{
    CallStatus, Counter, Gauge, Histogram, Label, LabelSet, Outcome, Telemetry, instrument_stage,
    metric_catalog,
};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
enum Function {
    Price,
    Charge,
    Deliver,
}

#[derive(LabelSet)]
struct Call {
    function: Function,
    status: CallStatus,
}

#[derive(LabelSet)]
struct Running {
    function: Function,
}

#[derive(LabelSet)]
struct Quote<'a> {
    #[label(max = 100)]
    product: &'a str,
}

#[metric_catalog(namespace = "shop", stages = stage, max_series = 256)]
struct ShopMetrics {
    /// Duration of calls.
    #[metric(name = "call.duration", unit = seconds, buckets = [1ms, 10ms, 100ms, 1s, 10s])]
    #[stage(call, requests = calls, errors = call_errors, in_flight = calls_in_flight, labels(function: Function))]
    call_duration: Histogram<Running>,

    /// Calls, by outcome.
    calls: Counter<Call>,

    /// Calls that failed.
    call_errors: Counter<Running>,

    /// Calls in flight.
    calls_in_flight: Gauge<Running>,

    /// Prices that were computed.
    quotes: Counter<Quote<'_>>,
}

#[derive(Debug, Outcome)]
pub(crate) struct Declined;

impl fmt::Display for Declined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("declined")
    }
}

pub(crate) fn install() -> Result<Telemetry, Box<dyn Error>> {
    let builder = Telemetry::builder("shop").catalog(ShopMetrics::global());
    Ok(builder.install()?)
}

pub(crate) fn write_metrics(
    telemetry: &Telemetry,
    mut output: impl Write,
) -> Result<(), Box<dyn Error>> {
    let text = telemetry.render(Format::Text);
    Ok(output.write_all(text.as_bytes())?)
}

#[instrument_stage(stage::call, labels(function = "price"), name = "price")]
pub(crate) fn price(product: &str) -> u64 {
    ShopMetrics::global().quotes.inc(Quote { product });
    500
}

#[instrument_stage(stage::call, labels(function = "charge"), name = "charge")]
pub(crate) async fn charge(cents: u64) -> Result<u64, Declined> {
    tokio::task::yield_now().await;
    if cents == 0 { Err(Declined) } else { Ok(1) }
}

#[instrument_stage(stage::call, labels(function = "deliver"), name = "deliver")]
pub(crate) async fn deliver() {
    future::pending::<()>().await;
}
