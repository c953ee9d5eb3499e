//! Subjects that send sampled spans to a collector over OTLP: HTTP/1.1, protobuf, no compression.
//!
//! Both have queues for two bursts, and batches of at most 512 spans. A burst ends with a flush, so
//! that no span is lost, and the time until it is exported counts.

mod glyph;
mod opentelemetry;

use std::time::Duration;

use clap::ValueEnum;

use super::GLYPH;
use crate::Result;

pub(crate) const PEER: &str = "tracing-opentelemetry + SDK batch + otlp";

pub(crate) const SUBJECTS: [&str; 2] = [GLYPH, PEER];

/// The spans of a burst: calls and their root.
pub(crate) const BURST: u32 = 4096;
/// The spans that fit into a queue.
const QUEUE: usize = 2 * BURST as usize;
/// The most spans in a request, as both have by default.
const BATCH: usize = 512;

/// The longest time that a span waits for a batch.
const DELAY: Duration = Duration::from_millis(100);

/// The time limits of exports and flushes, which take long under valgrind.
const LONG: Duration = Duration::from_mins(10);

/// The attributes of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Attributes {
    #[value(name = "2")]
    Two,
    #[value(name = "12")]
    Twelve,
}

impl Attributes {
    pub(crate) const fn count(self) -> u64 {
        match self {
            Self::Two => 2,
            Self::Twelve => 12,
        }
    }
}

/// A pipeline that exports spans, in a process of its own.
pub(crate) trait Exporting {
    /// Records a burst of spans below a root, and waits until they are exported.
    fn burst(&self, attributes: Attributes) -> Result<()>;
}

/// Installs the pipeline of a subject.
pub(crate) fn build(subject: &str, endpoint: &str) -> Result<Box<dyn Exporting>> {
    match subject {
        GLYPH => Ok(Box::new(glyph::Records::install(endpoint)?)),
        PEER => Ok(Box::new(opentelemetry::Spans::install(endpoint)?)),
        _ => Err(format!("unknown subject {subject:?}").into()),
    }
}

/// Calls a function for each span of a burst that is not the root.
fn calls(call: impl Fn(u64)) {
    (1..u64::from(BURST)).for_each(call);
}
