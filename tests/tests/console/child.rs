//! One of two programs in one page: `console-child proxy OWN OTHER` shows another program too, and
//! `console-child auth OWN OTHER` lets it, with the ports of both.

use std::{env, error::Error, hint::black_box, thread, time::Duration};

use glyph_runtime::{Histogram, Telemetry, instrument_stage, metric_catalog};

/// The time between two calls.
const STEP: Duration = Duration::from_millis(50);

#[metric_catalog(namespace = "proxy", stages = proxy_stage)]
struct Proxy {
    /// Time to forward a request.
    #[metric(unit = seconds, buckets = [1ms, 10ms, 100ms])]
    #[stage(forward)]
    forwarding: Histogram,
}

#[metric_catalog(namespace = "auth", stages = auth_stage)]
struct Auth {
    /// Time to verify a token.
    #[metric(unit = seconds, buckets = [1ms, 10ms, 100ms])]
    #[stage(verify)]
    verifying: Histogram,
}

#[instrument_stage(proxy_stage::forward)]
fn forward(request: u32) -> u32 {
    thread::sleep(Duration::from_millis(2));
    black_box(request)
}

#[instrument_stage(auth_stage::verify)]
fn verify(request: u32) -> u32 {
    thread::sleep(Duration::from_millis(1));
    black_box(request)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let name = arguments.next().ok_or("missing name")?;
    let mut port =
        || -> Result<u16, Box<dyn Error>> { Ok(arguments.next().ok_or("missing port")?.parse()?) };
    let (own, other) = (port()?, format!("http://127.0.0.1:{}", port()?));
    let builder = Telemetry::builder(name.as_str())
        .listener(([127, 0, 0, 1], own))
        .console(true);
    let (builder, call): (_, fn(u32) -> u32) = match name.as_str() {
        "proxy" => (
            builder.catalog(Proxy::global()).console_program(other),
            forward,
        ),
        "auth" => (
            builder.catalog(Auth::global()).console_reader(other),
            verify,
        ),
        _ => return Err("unknown name: use proxy or auth".into()),
    };
    let _telemetry = builder.install()?;
    for request in 0.. {
        black_box(call(request));
        thread::sleep(STEP);
    }
    Ok(())
}
