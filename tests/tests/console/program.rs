//! A program with a console.

use std::{io, net::SocketAddr};

use glyph_runtime::{
    CallStatus, Counter, Gauge, Histogram, LabelSet, Telemetry, TelemetryBuilder, instrument_stage,
    metric_catalog,
};
use glyph_tests::environment;
use tracing::{Dispatch, dispatcher::with_default};
use tracing_subscriber::layer::SubscriberExt;

#[derive(LabelSet)]
pub(crate) struct Payment {
    pub(crate) status: CallStatus,
}

#[derive(LabelSet)]
pub(crate) struct Order<'a> {
    #[label(max = 20)]
    pub(crate) item: &'a str,
}

#[metric_catalog(namespace = "console_shop", stages = stage, max_series = 100)]
pub(crate) struct Shop {
    /// Time to pay.
    #[metric(unit = seconds, buckets = [10ms, 100ms, 1s])]
    #[stage(pay, requests = payments, in_flight = paying)]
    pub(crate) payment: Histogram,
    /// Payments.
    pub(crate) payments: Counter<Payment>,
    /// Payments that run.
    pub(crate) paying: Gauge,
    /// Orders by item.
    pub(crate) orders: Counter<Order<'_>>,
}

/// Pays, or fails without an order.
#[instrument_stage(stage::pay, fields(order), err = event)]
pub(crate) fn pay(order: &str) -> Result<(), io::Error> {
    if order.is_empty() {
        return Err(io::Error::other("no order"));
    }
    Ok(())
}

/// Fails after a step.
#[instrument_stage(stage::pay, fields(order), err = event)]
pub(crate) fn pay_by(order: &str, step: impl FnOnce()) -> Result<(), io::Error> {
    step();
    Err(io::Error::other("declined"))
}

/// Installs a program without a log on a loopback address, with what `change` sets.
pub(crate) fn program(
    change: impl FnOnce(TelemetryBuilder) -> TelemetryBuilder,
) -> (Telemetry, SocketAddr) {
    program_with_log(|builder| change(builder.without_log()))
}

/// Installs a program on a loopback address, with what `change` sets.
pub(crate) fn program_with_log(
    change: impl FnOnce(TelemetryBuilder) -> TelemetryBuilder,
) -> (Telemetry, SocketAddr) {
    let builder = environment::telemetry("shop")
        .version("1.2.3")
        .without_panic_log()
        .without_facade()
        .without_subscriber()
        .listener(([127, 0, 0, 1], 0))
        .catalog(Shop::global());
    let telemetry = change(builder).install().unwrap();
    let address = telemetry.local_addr().unwrap();
    (telemetry, address)
}

/// Records spans of `work` in the telemetry, once for each telemetry.
pub(crate) fn traced(telemetry: &Telemetry, work: impl FnOnce()) {
    with_default(&subscriber(telemetry), work);
}

/// Returns a subscriber with the layers of the telemetry, which it has once.
pub(crate) fn subscriber(telemetry: &Telemetry) -> Dispatch {
    Dispatch::new(tracing_subscriber::registry().with(telemetry.layers()))
}
