//! Call sites of stages. Label values written as literals are looked up at compile time.

use std::marker::PhantomData;

use super::Stage;
use crate::{
    Label,
    descriptor::message::{Message, same},
    nearest::nearest,
};

/// The labels of a call site, known at compile time.
#[doc(hidden)]
#[derive(Debug)]
pub struct CallSite<const TEXTS: usize> {
    /// The label values written as literals.
    pub texts: [LiteralValue; TEXTS],
    /// The names of the stage's labels.
    pub labels: &'static [&'static str],
}

/// A label value written as a literal.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct LiteralValue {
    /// The digit of the value. Zero if the label is open.
    pub digit: usize,
    /// The allowed values, if the label is closed and this is not one of them.
    mistaken: Option<&'static [&'static str]>,
    number: bool,
}

impl LiteralValue {
    /// Creates a literal that is not looked up yet.
    pub const UNKNOWN: Self = Self {
        digit: 0,
        mistaken: None,
        number: false,
    };
}

/// Rejects a literal that is not a value of its label, at compile time in a `const`.
#[doc(hidden)]
#[track_caller]
pub const fn check_literal(found: &LiteralValue, label: &str, text: &str) {
    if found.number {
        Message::new("label `")
            .text(label)
            .text("` is a number: write its value without quotes")
            .reject()
    }
    if let Some(values) = found.mistaken {
        rejected(label, text, values).reject()
    }
}

/// Returns the error about a literal that is not a value of a closed label.
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

/// Looks up the label value written as `text`, and stores the result in `found`.
///
/// The returned value only tells the compiler the type of the label.
#[doc(hidden)]
#[must_use]
pub const fn literal<T: Label>(found: &mut LiteralValue, text: &str) -> T {
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

/// A stage at a call site.
///
/// A value that is not a stage is one error, where this is created: `C` is then a type that the
/// compiler does not know and does not report again.
#[doc(hidden)]
#[derive(Debug)]
pub struct Staged<S, C> {
    stage: S,
    checked: PhantomData<C>,
}

/// Takes the stage of a call site.
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
    /// Forgets a stage that was created in a `const`.
    ///
    /// A label may own memory, and a `const` cannot run destructors.
    pub(super) const fn forget(self) {
        core::mem::forget(self);
    }
}

/// Forgets a stage that was created in a `const` to check its labels, and returns their names.
///
/// A label may own memory, and a `const` cannot run destructors.
#[doc(hidden)]
pub const fn checked<S, C: Stage>(staged: Staged<S, C>) -> &'static [&'static str] {
    core::mem::forget(staged);
    C::LABELS
}

/// Returns the stage, at run time.
#[doc(hidden)]
#[inline]
#[must_use]
pub fn ready<S, C: From<S>>(staged: Staged<S, C>) -> C {
    C::from(staged.stage)
}

/// Stands for the labels that an expansion lacks after an error. It is type-checked, and never called.
#[doc(hidden)]
#[must_use]
#[expect(
    clippy::empty_loop,
    reason = "nothing calls it, and a panic is an error of the const that has the call"
)]
pub const fn unread<T>() -> T {
    loop {}
}

/// A placeholder in a `const` for a value that is known only at run time.
#[doc(hidden)]
#[must_use]
pub const fn any<T: Label>() -> T {
    T::ANY
}

/// Returns the value that [`literal`] found.
#[doc(hidden)]
#[inline]
#[must_use]
pub fn at<T: Label>(index: usize, text: &'static str) -> T {
    T::literal(index, text)
}
