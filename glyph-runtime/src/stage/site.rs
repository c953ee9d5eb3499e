//! What a site says of its stage: labels written as text are looked up while the program compiles.

use crate::{
    Label,
    catalog::message::{Message, same},
};

/// Looks up the label value written as `text` and puts its digit into `index`.
///
/// The value that it returns only tells the compiler the label's type. In a `const`, a text that is
/// no value of that type does not compile.
#[doc(hidden)]
#[must_use]
#[track_caller]
pub const fn literal<T: Label>(index: &mut usize, label: &str, text: &str) -> T {
    if !T::TEXT {
        Message::new("label `")
            .text(label)
            .text("` takes a number, not text: write it without quotes")
            .refuse()
    }
    if let Some(values) = T::VALUES {
        *index = digit(values, label, text);
    }
    T::ANY
}

#[track_caller]
#[expect(
    clippy::indexing_slicing,
    reason = "the index is compared with the length first"
)]
const fn digit(values: &[&str], label: &str, text: &str) -> usize {
    let mut index = 0;
    while index < values.len() {
        if same(values[index], text) {
            return index;
        }
        index += 1;
    }
    Message::new("label `")
        .text(label)
        .text("` has no value `")
        .text(text)
        .text("`; allowed: ")
        .list(values)
        .refuse()
}

/// Stands in a `const` for a value that is known at run time only.
#[doc(hidden)]
#[must_use]
pub const fn any<T: Label>() -> T {
    T::ANY
}

/// Ends the life of a stage that a `const` made to have its labels checked.
///
/// A label may own something, and a `const` cannot run destructors.
#[doc(hidden)]
pub const fn checked<S>(stage: S) {
    core::mem::forget(stage);
}

/// The value that [`literal`] found.
#[doc(hidden)]
#[inline]
#[must_use]
pub fn at<T: Label>(index: usize, text: &'static str) -> T {
    T::literal(index, text)
}
