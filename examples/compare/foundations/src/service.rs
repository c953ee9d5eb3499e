//! A shop that prices products, charges customers and delivers orders.

use std::error::Error;
use std::io::Write;
use std::sync::Arc;
use std::{fmt, future};

use foundations::telemetry::metrics::{
    Counter, Gauge, GaugeGuard, HistogramBuilder, HistogramTimer, TimeHistogram, collect, metrics,
};
use foundations::telemetry::settings::{MetricsSettings, TelemetrySettings};
use foundations::telemetry::tracing::span_fn;
use foundations::telemetry::{TelemetryConfig, TelemetryDriver, init};
use serde::Serialize;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Function {
    Price,
    Charge,
    Deliver,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Ok,
    Error,
}

#[metrics(unprefixed)]
mod shop {
    /// Duration of calls.
    #[ctor = HistogramBuilder { buckets: &[0.001, 0.01, 0.1, 1.0, 10.0] }]
    pub(crate) fn call_duration_seconds(function: Function) -> TimeHistogram;

    /// Calls, by outcome.
    pub(crate) fn calls_total(function: Function, status: Status) -> Counter;

    /// Calls that failed.
    pub(crate) fn call_errors_total(function: Function) -> Counter;

    /// Calls in flight.
    pub(crate) fn calls_in_flight(function: Function) -> Gauge;

    /// Prices that were computed.
    pub(crate) fn quotes_total(product: &Arc<str>) -> Counter;
}

#[derive(Debug)]
pub(crate) struct Declined;

impl fmt::Display for Declined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("declined")
    }
}

pub(crate) fn install() -> Result<TelemetryDriver, Box<dyn Error>> {
    let driver = init(TelemetryConfig {
        service_info: &foundations::service_info!(),
        settings: &TelemetrySettings::default(),
    })?;
    Ok(driver)
}

pub(crate) fn write_metrics(
    _driver: &TelemetryDriver,
    mut output: impl Write,
) -> Result<(), Box<dyn Error>> {
    let text = collect(&MetricsSettings::default()).map_err(|error| error.to_string())?;
    Ok(output.write_all(text.as_bytes())?)
}

struct Call {
    function: Function,
    _duration: HistogramTimer,
    _in_flight: GaugeGuard<Gauge>,
}

impl Call {
    fn start(function: Function) -> Self {
        Self {
            function,
            _duration: shop::call_duration_seconds(function).start_timer(),
            _in_flight: GaugeGuard::new(shop::calls_in_flight(function)),
        }
    }

    fn finish(self, status: Status) {
        shop::calls_total(self.function, status).inc();
        if status == Status::Error {
            shop::call_errors_total(self.function).inc();
        }
    }
}

#[span_fn("price")]
pub(crate) fn price(product: &str) -> u64 {
    let call = Call::start(Function::Price);
    shop::quotes_total(&product.into()).inc();
    call.finish(Status::Ok);
    500
}

#[span_fn("charge")]
pub(crate) async fn charge(cents: u64) -> Result<u64, Declined> {
    let call = Call::start(Function::Charge);
    tokio::task::yield_now().await;
    if cents == 0 {
        call.finish(Status::Error);
        return Err(Declined);
    }
    call.finish(Status::Ok);
    Ok(1)
}

#[span_fn("deliver")]
pub(crate) async fn deliver() {
    let call = Call::start(Function::Deliver);
    future::pending::<()>().await;
    call.finish(Status::Ok);
}
