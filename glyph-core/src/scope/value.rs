//! Values of scope labels.

use std::borrow::Cow;

use crate::label::Label;

/// The value of a scope label: a string, an integer, `bool`, a closed label, or an `Option` of one.
///
/// The label is absent if the value is `None` or an empty string.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the value of a scope label",
    label = "not a label value",
    note = "use a string, an integer, `bool`, a `SampledId`, an enum with `#[derive(Label)]`, or an `Option` of one",
    note = "put a `#[label(never)]` id in `fields(..)` of a span or in the log"
)]
pub trait ScopeValue {
    /// Passes the value as a string to `read`.
    #[doc(hidden)]
    fn with_scope_text<R>(&self, read: impl FnOnce(Option<&str>) -> R) -> R;
}

impl<V: ScopeValue> ScopeValue for Option<V> {
    fn with_scope_text<R>(&self, read: impl FnOnce(Option<&str>) -> R) -> R {
        match self {
            Some(value) => value.with_scope_text(read),
            None => read(None),
        }
    }
}

impl<V: ScopeValue + ?Sized> ScopeValue for &V {
    fn with_scope_text<R>(&self, read: impl FnOnce(Option<&str>) -> R) -> R {
        V::with_scope_text(self, read)
    }
}

impl ScopeValue for str {
    fn with_scope_text<R>(&self, read: impl FnOnce(Option<&str>) -> R) -> R {
        read(Some(self))
    }
}

impl ScopeValue for String {
    fn with_scope_text<R>(&self, read: impl FnOnce(Option<&str>) -> R) -> R {
        read(Some(self))
    }
}

impl ScopeValue for Cow<'_, str> {
    fn with_scope_text<R>(&self, read: impl FnOnce(Option<&str>) -> R) -> R {
        read(Some(self))
    }
}

macro_rules! labels {
    ($($label:ty),*) => {$(
        impl ScopeValue for $label {
            fn with_scope_text<R>(&self, read: impl FnOnce(Option<&str>) -> R) -> R {
                self.with_text(|text| read(Some(text)))
            }
        }
    )*};
}

labels!(
    bool,
    u8,
    u16,
    u32,
    u64,
    usize,
    i8,
    i16,
    i32,
    i64,
    isize,
    crate::label::SampledId
);
