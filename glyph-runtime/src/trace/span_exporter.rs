//! Span exporters of the program or of other crates.

use opentelemetry_sdk::trace::SpanExporter;

use super::{
    export_item::{ExportItem, spans},
    records::FieldNames,
};
use crate::export::{Counts, Destination, DropReason, Exporting, Outcome};

/// An exporter that implements the `SpanExporter` trait of the SDK.
#[derive(Debug)]
pub(crate) struct FromSpanExporter<E> {
    exporter: E,
    names: FieldNames,
}

impl<E> FromSpanExporter<E> {
    pub(crate) fn new(exporter: E) -> Self {
        Self {
            exporter,
            names: FieldNames::default(),
        }
    }
}

impl<E: SpanExporter + 'static> Destination<ExportItem> for FromSpanExporter<E> {
    fn export<'d>(&'d mut self, batch: Vec<ExportItem>, counts: &'d Counts) -> Exporting<'d> {
        Box::pin(async move {
            let batch = spans(batch, &mut self.names);
            let spans = batch.len();
            let Err(error) = self.exporter.export(batch).await else {
                return Outcome::exported(spans);
            };
            counts.failed(&error);
            Outcome::lost(DropReason::Failed)
        })
    }
}
