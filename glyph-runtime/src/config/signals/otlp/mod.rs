//! Metrics and log records that are exported over OTLP.

#[cfg(feature = "log")]
pub(super) mod log_records;
pub(super) mod metrics;

use super::trace::{Exporter, endpoint};
use crate::{
    config::{error::ConfigError, reading::Reading, setting::Setting},
    trace::OtlpSettings,
};

impl Reading<'_, '_> {
    /// Returns the collector of a signal, and whether the environment asks for the export.
    ///
    /// A general endpoint does not ask for it: metrics are in the exposition and lines in the log's
    /// output already.
    fn exported(
        &mut self,
        setting: Setting,
        signal: &str,
    ) -> Result<(OtlpSettings, bool), ConfigError> {
        let exposition = setting == Setting::MetricsExporter;
        let named = self.value(setting, |text| Exporter::parse(text, exposition))?;
        let own = self.own_value(Setting::Endpoint, signal, endpoint::checked)?;
        let (collector, _) = self.collector(signal)?;
        let is_wanted = named.map_or(own.is_some(), |exporter| exporter == Exporter::Otlp);
        Ok((collector, is_wanted))
    }
}
