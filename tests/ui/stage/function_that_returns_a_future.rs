mod telemetry;

use glyph_runtime::instrument_stage;

use std::{future::Future, pin::Pin};

#[instrument_stage(telemetry::stage::connect, labels(port = 443))]
fn opaque() -> impl Future<Output = u8> + Send {
    std::future::ready(1)
}

#[instrument_stage(telemetry::stage::connect, labels(port = 443))]
fn boxed<'a>() -> Pin<Box<dyn std::future::Future<Output = u8> + Send + 'a>> {
    Box::pin(std::future::ready(1))
}

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

#[instrument_stage(telemetry::stage::connect, labels(port = 443))]
fn named() -> BoxFuture<'static, u8> {
    Box::pin(std::future::ready(1))
}

fn main() {
    let _ = (opaque(), boxed(), named());
}
