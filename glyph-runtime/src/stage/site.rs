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
        let Some(digit) = digit(values, text) else {
            Message::new("label `")
                .text(label)
                .text("` has no value `")
                .text(text)
                .text("`; allowed: ")
                .list(values)
                .refuse()
        };
        *index = digit;
    }
    T::ANY
}

/// [`literal`] for a text that another site of the same stage has looked up, which is told of a mistake.
#[doc(hidden)]
#[must_use]
pub const fn repeated<T: Label>(index: &mut usize, text: &str) -> T {
    if let Some(values) = T::VALUES
        && let Some(digit) = digit(values, text)
    {
        *index = digit;
    }
    T::ANY
}

#[expect(
    clippy::indexing_slicing,
    reason = "the index is compared with the length first"
)]
pub(super) const fn digit(values: &[&str], text: &str) -> Option<usize> {
    let mut index = 0;
    while index < values.len() {
        if same(values[index], text) {
            return Some(index);
        }
        index += 1;
    }
    None
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
