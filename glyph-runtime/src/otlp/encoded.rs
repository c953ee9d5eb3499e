//! Parts of messages that several signals have.

use std::time::{SystemTime, UNIX_EPOCH};

use opentelemetry_proto::{
    tonic::{
        common::v1::{AnyValue, KeyValue, any_value::Value},
        resource::v1::Resource as EncodedResource,
    },
    transform::common::tonic::ResourceAttributesWithSchema,
};

use super::Resource;

/// Returns a resource and the URL of its schema.
pub(super) fn resource(resource: &Resource) -> (EncodedResource, String) {
    let ResourceAttributesWithSchema {
        attributes,
        schema_url,
    } = (&resource.sdk()).into();
    let encoded = EncodedResource {
        attributes: attributes.0,
        ..EncodedResource::default()
    };
    (encoded, schema_url.unwrap_or_default())
}

/// Returns the nanoseconds since 1970.
pub(crate) fn unix_nanos(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

pub(crate) fn text(text: impl Into<String>) -> AnyValue {
    AnyValue {
        value: Some(Value::StringValue(text.into())),
    }
}

pub(crate) fn attribute(name: impl Into<String>, value: AnyValue) -> KeyValue {
    KeyValue {
        key: name.into(),
        value: Some(value),
        ..KeyValue::default()
    }
}
