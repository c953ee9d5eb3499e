//! The resource of OpenTelemetry's SDK.

use opentelemetry::KeyValue;
use opentelemetry_sdk::{
    Resource as SdkResource,
    resource::{ResourceDetector, TelemetryResourceDetector},
};

use super::{Attribute, Resource, Value, text};

/// Returns the attributes of the SDK and the name of the host.
pub(super) fn detected() -> impl Iterator<Item = Attribute> {
    let host = gethostname::gethostname().into_string().ok();
    let sdk = TelemetryResourceDetector.detect();
    let sdk: Vec<Attribute> = sdk
        .iter()
        .map(|(name, value)| {
            let value = Value::Text(value.to_string().into());
            (name.to_string().into(), value)
        })
        .collect();
    sdk.into_iter()
        .chain(host.map(|host| text("host.name", host)))
}

impl Resource {
    /// Returns the resource as the SDK has it.
    pub(crate) fn sdk(&self) -> SdkResource {
        let attributes = self.attributes().map(|(name, value)| {
            let name = name.to_owned();
            match value {
                Value::Text(text) => KeyValue::new(name, text.to_string()),
                Value::Integer(integer) => KeyValue::new(name, *integer),
            }
        });
        SdkResource::builder_empty()
            .with_attributes(attributes)
            .build()
    }
}
