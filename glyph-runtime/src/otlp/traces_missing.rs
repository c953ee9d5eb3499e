//! Spans, in a program that was built without OTLP.

use std::time::Duration;

use opentelemetry_sdk::trace::SpanData;

use super::{OtlpError, OtlpSettings, Resource};
use crate::export::Destination;

pub(crate) fn exporter(
    settings: &OtlpSettings,
    _: Duration,
    _: &Resource,
) -> Result<Box<dyn Destination<SpanData>>, OtlpError> {
    Err(OtlpError::ProtocolMissing(settings.protocol))
}
