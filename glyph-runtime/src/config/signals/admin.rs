//! The admin listener. Its address is in [`admin`](crate::admin).

use super::SignalVariables;
use crate::{
    config::{environment::Configuration, error::ConfigError, reading::Reading, setting::Setting},
    redaction::Secret,
};

pub(super) const VARIABLES: SignalVariables = SignalVariables {
    read,
    ignores_disabled: true,
};

/// An invalid token is reported later, by an error that does not show it.
fn read(
    reading: &mut Reading<'_, '_>,
    configuration: &mut Configuration,
) -> Result<(), ConfigError> {
    let token = reading.value(Setting::AdminToken, |text| Some(text.to_owned()))?;
    configuration.admin_token = token.map(Secret::new);
    #[cfg(feature = "console")]
    {
        use crate::config::values::boolean;
        configuration.console = reading.value(Setting::Console, boolean)?;
    }
    Ok(())
}
