//! The smallest complete program: two metrics, one measured function, its spans, the log,
//! `/metrics`.

use std::error::Error;
use std::num::ParseIntError;
use std::time::Duration;

use glyph_runtime::{
    CallStatus, Counter, Histogram, LabelSet, Telemetry, instrument_stage, metric_catalog,
};

#[derive(LabelSet)]
struct Parsed {
    status: CallStatus,
}

/// The metrics of this program.
#[metric_catalog(namespace = "minimal", stages = stage, max_series = 64)]
struct Metrics {
    /// Duration of parsing a number.
    #[metric(name = "parse.duration", unit = seconds, buckets = [1us, 10us, 100us, 1ms])]
    #[stage(parse, requests = numbers)]
    parse_duration: Histogram,

    /// Parsed numbers, by outcome.
    #[metric(name = "numbers")]
    numbers: Counter<Parsed>,
}

#[instrument_stage(stage::parse)]
fn parse(text: &str) -> Result<u32, ParseIntError> {
    text.parse()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let telemetry = Telemetry::builder("minimal")
        .catalog(Metrics::global())
        .install()?;
    for text in ["7", "42", "many"] {
        match parse(text) {
            Ok(number) => println!("{text} is {number}"),
            Err(error) => println!("{text}: {error}"),
        }
    }
    if let Some(address) = telemetry.local_addr() {
        println!("see http://{address}/metrics; Ctrl-C ends");
    }
    telemetry.until_signal(Duration::ZERO).await?;
    // The log has what was not delivered. The work is done, so that is not an error of the program.
    let _report = telemetry.shutdown().await;
    Ok(())
}
