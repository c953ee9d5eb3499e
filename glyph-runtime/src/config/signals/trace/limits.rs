//! The limits of a span.

use crate::{
    config::{error::ConfigError, reading::Reading, setting::Setting},
    trace::SpanLimits,
};

impl Reading<'_, '_> {
    pub(super) fn limits(&mut self) -> Result<SpanLimits, ConfigError> {
        let mut limits = SpanLimits::default();
        let length = |text: &str| text.parse::<u32>().ok().map(|length| length as usize);
        let general = self.value(Setting::AttributeValueLength, length)?;
        let own = self.value(Setting::SpanAttributeValueLength, length)?;
        limits.attribute_value_length = own.or(general);
        let attributes = self.value(Setting::AttributeCount, count)?;
        for (setting, limit, general) in [
            (
                Setting::SpanAttributeCount,
                &mut limits.attributes,
                attributes,
            ),
            (Setting::SpanEventCount, &mut limits.events, None),
            (Setting::SpanLinkCount, &mut limits.links, None),
            (
                Setting::EventAttributeCount,
                &mut limits.attributes_per_event,
                attributes,
            ),
            (
                Setting::LinkAttributeCount,
                &mut limits.attributes_per_link,
                attributes,
            ),
        ] {
            if let Some(count) = self.value(setting, count)?.or(general) {
                *limit = count;
            }
        }
        Ok(limits)
    }
}

fn count(text: &str) -> Option<u32> {
    text.parse().ok()
}
