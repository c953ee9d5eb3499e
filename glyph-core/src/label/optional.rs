//! Labels that can be absent.

use std::marker::PhantomData;

use super::{
    Label, LabelDescriptor, LabelName, LabelNames, LabelSet, OpenLookup, OpenValues, only_label,
};

/// The value of a label that is absent.
const ABSENT: &str = "none";

/// The limit of values of a closed label in an `Option`.
const MOST_VALUES: usize = 256;

/// The values of a closed label and [`ABSENT`].
struct WithAbsent<T>(PhantomData<T>);

impl<T: Label> WithAbsent<T> {
    const PADDED: &'static [&'static str; MOST_VALUES + 1] = &padded(T::VALUES);

    /// The digit of [`ABSENT`]. It is that of a value `none` of the label, if there is one.
    const ABSENT_DIGIT: usize = absent_digit(T::VALUES);

    const VALUES: &'static [&'static str] = match T::VALUES {
        Some(values) if Self::ABSENT_DIGIT < values.len() => values,
        _ => Self::PADDED.split_at(Self::ABSENT_DIGIT + 1).0,
    };
}

#[expect(
    clippy::indexing_slicing,
    reason = "evaluated in consts, and the index is compared with both lengths"
)]
const fn padded(values: Option<&[&'static str]>) -> [&'static str; MOST_VALUES + 1] {
    let mut padded = [ABSENT; MOST_VALUES + 1];
    let Some(values) = values else {
        return padded;
    };
    assert!(
        values.len() <= MOST_VALUES,
        "a label in an `Option` has at most 256 values"
    );
    let mut index = 0;
    while index < values.len() {
        padded[index] = values[index];
        index += 1;
    }
    padded
}

const fn absent_digit(values: Option<&[&'static str]>) -> usize {
    match values {
        Some(values) => match position(values, ABSENT) {
            Some(digit) => digit,
            None => values.len(),
        },
        None => 0,
    }
}

impl<T: Label> Label for Option<T> {
    const VALUES: Option<&'static [&'static str]> = match T::VALUES {
        Some(_) => Some(WithAbsent::<T>::VALUES),
        None => None,
    };
    const NAME: &'static str = T::NAME;
    const SET_NAME: &'static str = T::SET_NAME;
    const NEVER: Option<&'static str> = T::NEVER;
    const ANY: Self = None;
    const TEXT: bool = T::TEXT;

    #[inline]
    fn digit(&self, open: Option<(&OpenValues, usize)>) -> usize {
        match (self, open) {
            (Some(label), _) => label.digit(open),
            (None, Some((values, max))) => values.digit(ABSENT, max),
            (None, None) => WithAbsent::<T>::ABSENT_DIGIT,
        }
    }

    fn literal(index: usize, text: &'static str) -> Self {
        let is_absent = T::VALUES.is_some() && index == WithAbsent::<T>::ABSENT_DIGIT;
        (!is_absent).then(|| T::literal(index, text))
    }

    fn with_text<R>(&self, read: impl FnOnce(&str) -> R) -> R {
        match self {
            Some(label) => label.with_text(read),
            None => read(ABSENT),
        }
    }
}

macro_rules! only_labels {
    ($([$($generics:tt)*] $label:ty),*) => {$(
        impl<$($generics)*> LabelNames for $label {
            type Names = LabelName<Self>;

            const NAMES: Self::Names = LabelName::new(0);
        }

        impl<$($generics)*> LabelSet for $label {
            type Of<'call> = Self;

            const LABELS: &'static [LabelDescriptor] = &[only_label::<Self>()];

            #[inline]
            fn series_index(of: &Self, _: OpenLookup<'_>) -> usize {
                of.digit(None)
            }
        }
    )*};
}

only_labels!([] bool, [T: Label] Option<T>);

/// Returns the digit of a value, in a `const`.
#[expect(
    clippy::indexing_slicing,
    reason = "the index is compared with the length first"
)]
const fn position(values: &[&str], text: &str) -> Option<usize> {
    let mut index = 0;
    while index < values.len() {
        if is_same(values[index].as_bytes(), text.as_bytes()) {
            return Some(index);
        }
        index += 1;
    }
    None
}

const fn is_same(left: &[u8], right: &[u8]) -> bool {
    match (left.split_first(), right.split_first()) {
        (Some((left, lefts)), Some((right, rights))) => *left == *right && is_same(lefts, rights),
        (None, None) => true,
        _ => false,
    }
}
