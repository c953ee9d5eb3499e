//! One value of a record.

use tracing::Value;

/// A value of a record.
#[derive(Clone, Copy, Debug)]
pub enum RecordedValue<'v> {
    /// A `bool`.
    Bool(bool),
    /// A float.
    F64(f64),
    /// A signed integer.
    I64(i64),
    /// An unsigned integer.
    U64(u64),
    /// A string, or the `Debug` or `Display` of a value.
    Str(&'v str),
    /// A string that is never freed, such as a label from a closed list.
    Static(&'static str),
}

impl RecordedValue<'_> {
    /// Returns it as a value of `tracing`'s.
    pub(in crate::span) fn as_value(&self) -> &dyn Value {
        match self {
            Self::Bool(value) => value,
            Self::F64(value) => value,
            Self::I64(value) => value,
            Self::U64(value) => value,
            Self::Str(value) | Self::Static(value) => value,
        }
    }
}
