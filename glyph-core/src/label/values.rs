//! The label types of the standard library.

use std::{borrow::Cow, sync::Arc};

use super::{Label, OpenValues};

impl Label for bool {
    const VALUES: Option<&'static [&'static str]> = Some(&["false", "true"]);
    const ANY: Self = false;

    #[inline]
    fn digit(&self, _: Option<(&OpenValues, usize)>) -> usize {
        usize::from(*self)
    }

    fn literal(index: usize, _: &'static str) -> Self {
        index == 1
    }

    fn with_text<R>(&self, read: impl FnOnce(&str) -> R) -> R {
        read(if *self { "true" } else { "false" })
    }
}

fn open_digit(text: &str, open: Option<(&OpenValues, usize)>) -> usize {
    open.map_or(0, |(values, max)| values.digit(text, max))
}

impl Label for &str {
    const VALUES: Option<&'static [&'static str]> = None;
    const ANY: Self = "";

    #[inline]
    fn digit(&self, open: Option<(&OpenValues, usize)>) -> usize {
        open_digit(self, open)
    }

    fn literal(_: usize, text: &'static str) -> Self {
        text
    }

    fn with_text<R>(&self, read: impl FnOnce(&str) -> R) -> R {
        read(self)
    }
}

impl Label for String {
    const VALUES: Option<&'static [&'static str]> = None;
    const ANY: Self = Self::new();

    #[inline]
    fn digit(&self, open: Option<(&OpenValues, usize)>) -> usize {
        open_digit(self, open)
    }

    fn literal(_: usize, text: &'static str) -> Self {
        text.to_owned()
    }

    fn with_text<R>(&self, read: impl FnOnce(&str) -> R) -> R {
        read(self)
    }
}

impl Label for Cow<'_, str> {
    const VALUES: Option<&'static [&'static str]> = None;
    const ANY: Self = Cow::Borrowed("");

    #[inline]
    fn digit(&self, open: Option<(&OpenValues, usize)>) -> usize {
        open_digit(self, open)
    }

    fn literal(_: usize, text: &'static str) -> Self {
        Cow::Borrowed(text)
    }

    fn with_text<R>(&self, read: impl FnOnce(&str) -> R) -> R {
        read(self)
    }
}

impl Label for Arc<str> {
    const VALUES: Option<&'static [&'static str]> = None;
    // Only a stage needs it, and the labels of stages are borrowed.
    const ANY: Self = panic!("a stage label is borrowed: write `&str`");

    #[inline]
    fn digit(&self, open: Option<(&OpenValues, usize)>) -> usize {
        open_digit(self, open)
    }

    fn literal(_: usize, text: &'static str) -> Self {
        text.into()
    }

    fn with_text<R>(&self, read: impl FnOnce(&str) -> R) -> R {
        read(self)
    }
}

macro_rules! integers {
    ($($integer:ty),*) => {$(
        impl Label for $integer {
            const VALUES: Option<&'static [&'static str]> = None;
            const ANY: Self = 0;
            const TEXT: bool = false;

            fn digit(&self, open: Option<(&OpenValues, usize)>) -> usize {
                self.with_text(|text| open_digit(text, open))
            }

            fn literal(_: usize, _: &'static str) -> Self {
                0
            }

            fn with_text<R>(&self, read: impl FnOnce(&str) -> R) -> R {
                read(itoa::Buffer::new().format(*self))
            }
        }
    )*};
}

integers!(u8, u16, u32, u64, usize, i8, i16, i32, i64, isize);
