//! Where spans go.

use std::{future::Future, pin::Pin};

use opentelemetry_sdk::trace::{SpanData, SpanExporter};

use super::{DropReason, counts::Counts};

/// An export under way.
pub(crate) type Exporting<'d> = Pin<Box<dyn Future<Output = Outcome> + Send + 'd>>;

/// What became of a batch. Spans of it that are neither exported nor rejected were lost for `reason`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) exported: u64,
    pub(crate) reason: DropReason,
}

impl Outcome {
    pub(crate) fn exported(spans: usize) -> Self {
        Self {
            exported: spans as u64,
            reason: DropReason::Rejected,
        }
    }

    pub(crate) fn lost(reason: DropReason) -> Self {
        Self {
            exported: 0,
            reason,
        }
    }
}

/// Something that takes batches, one after the other. It may be dropped half-way, and may panic.
pub(crate) trait Destination: Send + 'static {
    fn export<'d>(&'d mut self, batch: Vec<SpanData>, counts: &'d Counts) -> Exporting<'d>;
}

/// Any exporter written for the SDK.
#[derive(Debug)]
pub(crate) struct FromSpanExporter<E>(pub(crate) E);

impl<E: SpanExporter + 'static> Destination for FromSpanExporter<E> {
    fn export<'d>(&'d mut self, batch: Vec<SpanData>, counts: &'d Counts) -> Exporting<'d> {
        Box::pin(async move {
            let spans = batch.len();
            let Err(error) = self.0.export(batch).await else {
                return Outcome::exported(spans);
            };
            counts.failed(&error);
            Outcome::lost(DropReason::Failed)
        })
    }
}
