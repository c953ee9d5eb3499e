//! Labels, which distinguish the series of one metric.
//!
//! A *closed* label lists its values in its type: an enum under `#[derive(Label)]`, or `bool`. An
//! *open* one takes any string and has a limit where it is used, so that input cannot create series
//! without end.
//!
//! ```
//! # use glyph_core as glyph_runtime;
//! use glyph_runtime::{Label, LabelSet, label::LabelValues};
//!
//! /// A closed label.
//! #[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
//! pub enum Provider { Deepgram, Elevenlabs }
//!
//! #[derive(LabelSet)]
//! pub struct Call<'a> {
//!     pub provider: Provider,
//!     #[label(max = 128)] // an open label states its limit
//!     pub tool: &'a str,
//! }
//!
//! # fn main() {
//! assert_eq!(Provider::VALUES, Some(&["deepgram", "elevenlabs"][..]));
//! let [provider, tool] = Call::LABELS else { unreachable!("two labels are declared") };
//! assert!(matches!(provider.values, LabelValues::Closed(_)));
//! assert!(matches!(tool.values, LabelValues::Open { .. }));
//! # }
//! ```

mod call_lookup;
mod descriptor;
mod label_ref;
mod names;
mod open_values;
mod optional;
mod outcome_count;
mod parsed;
mod sampled_id;
#[cfg(feature = "serde")]
mod serialized;
mod set;
mod status;
mod text;
mod values;

pub use descriptor::{LabelDescriptor, LabelValues};
pub use names::{LabelName, LabelNames};
pub use open_values::OVERFLOW;
pub use outcome_count::OUTCOME_COUNT;
pub use parsed::ParseLabelError;
pub use sampled_id::SampledId;
pub use set::LabelSet;
pub use status::{CallStatus, Status};
pub use text::LabelText;

pub use call_lookup::{CallLookup, Overflowed};
pub(crate) use descriptor::cardinality;
pub use descriptor::{label_of, only_label, open_labels, renamed_label};
pub use label_ref::{LabelRef, NotALabel, ShownLabel};
pub(crate) use open_values::Hashed;
pub use open_values::{OpenValues, sanitized};
pub use parsed::parsed;
#[cfg(feature = "serde")]
pub use serialized::{deserialized, serialized};
pub(crate) use set::known_series;
pub use set::{LabelStride, OpenLookup, strides};

/// A type of label values.
///
/// Enums derive it (see the derive macro of the same name). `bool`, `&str`, `String`, `Cow<str>`,
/// `Arc<str>` and the integers implement it. Strings and integers are open: the label set sets their
/// limit with `#[label(max = ..)]`.
///
/// An `Option` of a label is a label: `None` is the value `none`. If the label has a value `none`
/// itself, both are the same series.
///
/// ```
/// # use glyph_core as glyph_runtime;
/// use glyph_runtime::{Counter, Label, metric_catalog};
///
/// #[derive(Label, Clone, Copy, Debug)]
/// pub enum Provider {
///     Deepgram,
///     Elevenlabs,
/// }
///
/// #[metric_catalog(namespace = "doc_label")]
/// pub struct Metrics {
///     /// Requests by the provider that served them.
///     pub requests: Counter<Option<Provider>>,
/// }
///
/// # fn main() {
/// let requests = &Metrics::global().requests;
/// requests.inc(Some(Provider::Deepgram));
/// requests.inc(None);
/// assert_eq!(requests.value(None), 1);
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a label",
    label = "not a label",
    note = "add `#[derive(Label)]` to an enum of the values, or use `bool`, an integer, a string or an `Option` of one of these; record measurements in a histogram; put ids in `fields(..)`"
)]
pub trait Label: Sized {
    /// The values in the order of their digits, for a closed label; `None` for an open one.
    const VALUES: Option<&'static [&'static str]>;

    /// For a label that the outcome of a stage fills: the digit of each outcome, in the order of
    /// [`Outcome::ALL`](crate::Outcome::ALL).
    const OUTCOMES: Option<[usize; OUTCOME_COUNT]> = None;

    /// The name of the label in errors. Empty if the type has none.
    #[doc(hidden)]
    const NAME: &'static str = "";

    /// The label name in a metric whose only label has this type. Empty if it has none, or one that a
    /// label cannot have.
    #[doc(hidden)]
    const SET_NAME: &'static str = "";

    /// The type's name, if it is marked `#[label(never)]`.
    #[doc(hidden)]
    const NEVER: Option<&'static str> = None;

    /// Any value. A `const` infers the label's type from it.
    #[doc(hidden)]
    const ANY: Self;

    /// Whether a string literal can be a value.
    #[doc(hidden)]
    const TEXT: bool = true;

    /// Returns the index of this value among the label's values. An open label asks `open` for it.
    #[doc(hidden)]
    fn digit(&self, open: Option<(&OpenValues, usize)>) -> usize;

    /// Returns the value written as `text`. Its digit is `index` if the label is closed.
    #[doc(hidden)]
    fn literal(index: usize, text: &'static str) -> Self;

    /// Passes the value as a string to `read`.
    #[doc(hidden)]
    fn with_text<R>(&self, read: impl FnOnce(&str) -> R) -> R;
}
