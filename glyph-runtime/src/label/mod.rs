//! Labels: what tells the series of one metric apart.
//!
//! A *closed* label has its values in its type (an enum under `#[derive(Label)]`, `bool`); an *open*
//! one takes any text and states a bound where it is used, so that nothing from outside can grow the page.

mod descriptor;
mod open_values;
mod sampled_id;
mod set;
mod status;
mod values;

pub use descriptor::{LabelDescriptor, LabelValues};
pub use open_values::OVERFLOW;
pub use sampled_id::SampledId;
pub use set::LabelSet;
pub use status::Status;

pub(crate) use descriptor::cardinality;
pub(crate) use descriptor::refuse_never;
pub use descriptor::{asked_label, check_bound, given_label, label_of, open_labels};
pub use open_values::OpenValues;
pub(crate) use open_values::sanitized;
pub use set::{Place, places};

/// A type whose values may stand as a label value.
///
/// Enums derive it (see the derive macro of the same name); `bool`, `&str`, `String`, `Cow<str>` and
/// the integers have it already. Text and integers are open: the label set that holds one states
/// its bound with `#[label(max = ..)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a label",
    label = "not a label",
    note = "derive `Label` on an enum of the values, or use `bool`, an integer or a string; record measurements in a histogram; put ids in `fields(..)`"
)]
pub trait Label: Sized {
    /// The values in the order of their digits, for a closed label; `None` for an open one.
    const VALUES: Option<&'static [&'static str]>;

    /// For a label that tells how a stage ended: the digit of each outcome, in the order of
    /// [`Outcome::ALL`](crate::Outcome::ALL).
    const OUTCOMES: Option<[usize; 5]> = None;

    /// The type's name, where its values may not label anything (`#[label(never)]`).
    #[doc(hidden)]
    const NEVER: Option<&'static str> = None;

    /// Any value: a `const` learns the label's type from it.
    #[doc(hidden)]
    const ANY: Self;

    /// Whether a string literal may stand for a value.
    #[doc(hidden)]
    const TEXT: bool = true;

    /// The place of this value among the label's values; an open label asks `open` for it.
    #[doc(hidden)]
    fn digit(&self, open: Option<(&OpenValues, usize)>) -> usize;

    /// The value written as `text`, which has the digit `index` when the label is closed.
    #[doc(hidden)]
    fn literal(index: usize, text: &'static str) -> Self;

    /// Lends the value's text.
    #[doc(hidden)]
    fn with_text<R>(&self, read: impl FnOnce(&str) -> R) -> R;
}
