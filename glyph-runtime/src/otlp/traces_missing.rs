//! Spans, in a program that was built without OTLP.

use std::time::Duration;

use super::{OtlpError, OtlpSettings, Resource};
use crate::export::Destination;

pub(crate) fn exporter<T>(
    settings: &OtlpSettings,
    _: Duration,
    _: &Resource,
) -> Result<Box<dyn Destination<T>>, OtlpError> {
    Err(OtlpError::ProtocolMissing(settings.protocol))
}
