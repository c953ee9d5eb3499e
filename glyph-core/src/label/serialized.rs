//! Closed labels in serde's formats: a value is its string.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserializer, Serializer,
    de::{Error, Visitor},
};

use super::{Label, parsed};

/// Serializes a label as its value.
#[doc(hidden)]
pub fn serialized<T: Label, S: Serializer>(label: &T, serializer: S) -> Result<S::Ok, S::Error> {
    label.with_text(|text| serializer.serialize_str(text))
}

/// Deserializes a label from its value.
#[doc(hidden)]
pub fn deserialized<'de, T: Label, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_str(Value(PhantomData))
}

struct Value<T>(PhantomData<fn() -> T>);

impl<T: Label> Visitor<'_> for Value<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a value of label `{}`", T::NAME)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        parsed(text).map_err(E::custom)
    }
}
