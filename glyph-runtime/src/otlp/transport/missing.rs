//! A protocol that the program was built without.

use super::{Endpoint, OtlpError, OtlpSettings, Transport};

#[expect(clippy::needless_pass_by_value, reason = "as the transports take it")]
pub(super) fn connect(
    settings: &OtlpSettings,
    _: Endpoint,
    _: &'static str,
) -> Result<Box<dyn Transport>, OtlpError> {
    Err(OtlpError::ProtocolMissing(settings.protocol))
}
