//! Span exporters of the program or of other crates.

use opentelemetry_sdk::trace::{SpanData, SpanExporter};

use super::size;
use crate::{
    export::{Counts, Destination, DropReason, Exporting, Item, Outcome},
    otlp::unique::keep_last_values,
};

impl Item for SpanData {
    const NAME: &'static str = "spans";

    fn bytes(&self) -> usize {
        size::of_span(self)
    }
}

/// An exporter that implements the `SpanExporter` trait of the SDK.
#[derive(Debug)]
pub(crate) struct FromSpanExporter<E>(pub(crate) E);

impl<E: SpanExporter + 'static> Destination<SpanData> for FromSpanExporter<E> {
    fn export<'d>(&'d mut self, mut batch: Vec<SpanData>, counts: &'d Counts) -> Exporting<'d> {
        Box::pin(async move {
            let spans = batch.len();
            batch.iter_mut().for_each(keep_last_values);
            let Err(error) = self.0.export(batch).await else {
                return Outcome::exported(spans);
            };
            counts.failed(&error);
            Outcome::lost(DropReason::Failed)
        })
    }
}
