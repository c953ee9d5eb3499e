//! Span exporters of the program or of other crates.

use opentelemetry_sdk::trace::SpanExporter;

use super::export_item::{ExportItem, spans};
use crate::{
    export::{Counts, Destination, DropReason, Exporting, Outcome},
    otlp::unique::keep_last_values,
};

/// An exporter that implements the `SpanExporter` trait of the SDK.
#[derive(Debug)]
pub(crate) struct FromSpanExporter<E>(pub(crate) E);

impl<E: SpanExporter + 'static> Destination<ExportItem> for FromSpanExporter<E> {
    fn export<'d>(&'d mut self, batch: Vec<ExportItem>, counts: &'d Counts) -> Exporting<'d> {
        Box::pin(async move {
            let mut batch = spans(batch);
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
