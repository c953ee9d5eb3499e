//! Values of a span's fields.

use std::fmt::{Debug, Display};

use tracing::Value;

/// The value of one field, absent for one that is recorded later.
#[doc(hidden)]
pub type FieldValue<'call> = Option<&'call dyn Value>;

/// Returns the value of a field.
#[doc(hidden)]
#[inline]
pub fn value<V: Value>(value: &V) -> FieldValue<'_> {
    Some(value)
}

/// Returns a value that is shown by `Display`.
#[doc(hidden)]
#[inline]
pub fn displayed<V: Display>(value: &V) -> &dyn Display {
    value
}

/// Returns a value that is shown by `Debug`.
#[doc(hidden)]
#[inline]
pub fn debugged<V: Debug>(value: &V) -> &dyn Debug {
    value
}
