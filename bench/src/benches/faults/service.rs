//! A service under a steady load.

use std::thread;
use std::time::{Duration, Instant};

use glyph_runtime::trace::{OtlpSettings, Pipeline, Protocol, TraceSettings};
use tracing::info_span;
use tracing::subscriber::set_global_default;
use tracing_subscriber::Registry;
use tracing_subscriber::layer::SubscriberExt;

use super::Figure;
use crate::Result;
use crate::harness::resident;
use crate::subjects::glyph_stage::transcribe;

/// Time between two requests: a thousand a second, with five spans each.
const PERIOD: Duration = Duration::from_millis(1);
/// Time for the process to settle.
const SETTLE: Duration = Duration::from_secs(1);
/// Timeout of one export attempt, short enough that some attempts end during the measurement.
const TIMEOUT: Duration = Duration::from_secs(1);

/// Serves for `seconds`, and exports spans to the collector at `endpoint`.
pub(crate) fn serve(endpoint: &str, seconds: u16, figure: Figure) -> Result<f64> {
    let mut settings = TraceSettings::new("bench");
    let mut otlp = OtlpSettings::new(endpoint, Protocol::HttpProtobuf);
    otlp.timeout = TIMEOUT;
    settings.otlp = Some(otlp);
    settings.batch.delay = Duration::from_millis(100);
    settings.batch.export_timeout = 2 * TIMEOUT;
    let pipeline = Pipeline::start(&settings)?;
    set_global_default(Registry::default().with(pipeline.layer()))?;

    requests(SETTLE)?;
    let before = resident::anonymous_bytes()?;
    let mut taken = requests(Duration::from_secs(seconds.into()))?;
    let growth = resident::anonymous_bytes()?.saturating_sub(before);
    taken.sort_unstable();
    let figure = match figure {
        Figure::Median => at(&taken, 50),
        Figure::P99 => at(&taken, 99),
        Figure::Growth => u32::try_from(growth).ok(),
    };
    Ok(f64::from(figure.ok_or("no figure")?))
}

/// Returns the duration of each request in nanoseconds. The memory is reserved first, so that it
/// does not count as growth.
fn requests(during: Duration) -> Result<Vec<u32>> {
    let count = usize::try_from(during.as_millis() / PERIOD.as_millis())?;
    let mut taken = vec![u32::MAX; count];
    let mut next = Instant::now();
    for taken in &mut taken {
        thread::sleep(next.saturating_duration_since(Instant::now()));
        let start = Instant::now();
        info_span!("request").in_scope(|| {
            for turn in 0..4 {
                let _succeeds = transcribe(turn);
            }
        });
        *taken = u32::try_from(start.elapsed().as_nanos())?;
        next += PERIOD;
    }
    Ok(taken)
}

fn at(sorted: &[u32], percent: usize) -> Option<u32> {
    sorted.get(sorted.len() * percent / 100).copied()
}
