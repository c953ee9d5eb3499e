//! A protocol that the program was built without.

use super::{Endpoint, OtlpError, OtlpSettings, Transport};

pub(super) fn connect(
    settings: &OtlpSettings,
    _: Endpoint,
    _: &'static str,
) -> Result<Box<dyn Transport>, OtlpError> {
    Err(OtlpError::ProtocolMissing(settings.protocol))
}
