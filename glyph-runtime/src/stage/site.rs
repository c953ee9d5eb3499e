//! What a site says of its stage: labels written as text are looked up while the program compiles.

use std::marker::PhantomData;

use super::Stage;
use crate::{
    Label,
    catalog::{
        message::{Message, same},
        nearest::nearest,
    },
};

/// What the compiler knows of a site.
#[doc(hidden)]
#[derive(Debug)]
pub struct Site<const TEXTS: usize> {
    /// The labels written as text.
    pub texts: [Text; TEXTS],
    /// The names of the stage's labels.
    pub labels: &'static [&'static str],
}

/// A label value written as text.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// Its digit, zero when the label is open.
    pub digit: usize,
    /// The values that the label has, if it is closed and this is none of them.
    mistaken: Option<&'static [&'static str]>,
    number: bool,
}

impl Text {
    /// One that is yet to be looked up.
    pub const UNKNOWN: Self = Self {
        digit: 0,
        mistaken: None,
        number: false,
    };

    /// In a `const`, a text that is no value of its label does not compile.
    #[track_caller]
    pub const fn check(&self, label: &str, text: &str) {
        if self.number {
            Message::new("label `")
                .text(label)
                .text("` is a number: write its value without quotes")
                .refuse()
        }
        if let Some(values) = self.mistaken {
            rejected(label, text, values).refuse()
        }
    }
}

/// The error about a text that is not a value of a closed label.
#[expect(
    clippy::indexing_slicing,
    reason = "`nearest` returns an index of the list"
)]
const fn rejected(label: &str, text: &str, values: &[&str]) -> Message {
    let message = Message::new("`")
        .text(text)
        .text("` is not a value of label `")
        .text(label)
        .text("`; ");
    let message = match nearest(text, values) {
        Some(index) => message
            .text("did you mean `")
            .text(values[index])
            .text("`? "),
        None => message,
    };
    message.text("allowed: ").list(values)
}

/// Looks up the label value written as `text` and puts what it finds into `found`.
///
/// The value that it returns only tells the compiler the label's type.
#[doc(hidden)]
#[must_use]
pub const fn literal<T: Label>(found: &mut Text, text: &str) -> T {
    found.number = !T::TEXT;
    if let Some(values) = T::VALUES {
        match digit(values, text) {
            Some(digit) => found.digit = digit,
            None => found.mistaken = Some(values),
        }
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

/// A stage as it stands at a site.
///
/// A value that is no stage is refused where this is made, and there alone: `C` is then a type that the compiler does
/// not know, about which it says nothing further.
#[doc(hidden)]
#[derive(Debug)]
pub struct Staged<S, C> {
    stage: S,
    checked: PhantomData<C>,
}

/// Takes a stage from a site.
#[doc(hidden)]
#[inline]
#[must_use]
pub const fn staged<S: Stage>(stage: S) -> Staged<S, S::Checked> {
    Staged {
        stage,
        checked: PhantomData,
    }
}

impl<S, C> Staged<S, C> {
    /// Ends the life of a stage that a `const` made.
    ///
    /// A label may own something, and a `const` cannot run destructors.
    pub(super) const fn forget(self) {
        core::mem::forget(self);
    }
}

/// Ends the life of a stage that a `const` made to have its labels checked, and gives their names.
///
/// A label may own something, and a `const` cannot run destructors.
#[doc(hidden)]
pub const fn checked<S, C: Stage>(staged: Staged<S, C>) -> &'static [&'static str] {
    core::mem::forget(staged);
    C::LABELS
}

/// The stage, at run time.
#[doc(hidden)]
#[inline]
#[must_use]
pub fn ready<S, C: From<S>>(staged: Staged<S, C>) -> C {
    C::from(staged.stage)
}

/// Stands in a `const` for a value that is known at run time only.
#[doc(hidden)]
#[must_use]
pub const fn any<T: Label>() -> T {
    T::ANY
}

/// The value that [`literal`] found.
#[doc(hidden)]
#[inline]
#[must_use]
pub fn at<T: Label>(index: usize, text: &'static str) -> T {
    T::literal(index, text)
}
