//! Attributes with unique names.

use std::borrow::Cow;

use opentelemetry::KeyValue;
use opentelemetry_sdk::trace::SpanData;

/// Keeps the last value of each attribute (OpenTelemetry specification, "Set Attributes"). The SDK
/// appends an attribute that is set again.
pub(crate) fn keep_last_values(span: &mut SpanData) {
    keep_last(&mut span.attributes);
    for event in &mut span.events.events {
        keep_last(&mut event.attributes);
    }
}

fn keep_last(attributes: &mut Vec<KeyValue>) {
    if let Cow::Owned(kept) = last_values(attributes) {
        *attributes = kept;
    }
}

/// Returns the attributes with the last value of each.
pub(crate) fn last_values(attributes: &[KeyValue]) -> Cow<'_, [KeyValue]> {
    if !may_repeat(attributes) {
        return Cow::Borrowed(attributes);
    }
    let mut kept: Vec<KeyValue> = Vec::with_capacity(attributes.len());
    for attribute in attributes {
        match kept.iter_mut().find(|kept| kept.key == attribute.key) {
            Some(kept) => kept.value = attribute.value.clone(),
            None => kept.push(attribute.clone()),
        }
    }
    Cow::Owned(kept)
}

/// Whether two names have the same hash. It is a simple one: few spans have more than ten
/// attributes, and each is looked at.
fn may_repeat(attributes: &[KeyValue]) -> bool {
    let mut seen = 0_u64;
    attributes.iter().any(|attribute| {
        let name = attribute.key.as_str().as_bytes();
        let last = name.last().copied().map_or(0, usize::from);
        let bit = 1 << ((name.len() * 31 + last) % 64);
        let repeats = seen & bit != 0;
        seen |= bit;
        repeats
    })
}

#[cfg(test)]
mod tests {
    use opentelemetry::KeyValue;

    use super::keep_last;

    #[test]
    fn last_value_stays_in_the_position_of_the_first() {
        let mut attributes = vec![
            KeyValue::new("rpc.method", "shop.Stock/Missing"),
            KeyValue::new("rpc.system.name", "grpc"),
            KeyValue::new("rpc.method", "_OTHER"),
        ];
        keep_last(&mut attributes);
        assert_eq!(
            attributes,
            [
                KeyValue::new("rpc.method", "_OTHER"),
                KeyValue::new("rpc.system.name", "grpc"),
            ]
        );
    }
}
