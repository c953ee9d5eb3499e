//! Values that can be observed, and values of gauges.

use std::time::Duration;

use super::{Scale, Scaled, scale::MAX_SECONDS};

/// A value that a histogram can observe: a number in the unit of the metric, or a [`Duration`].
pub trait Observation: Observed {}

/// A value that a gauge can hold.
pub trait GaugeValue: sealed::GaugeNumber {}

mod sealed {
    use super::{Duration, Scale, Scaled, nanoseconds};

    pub trait Observed {
        /// The value itself.
        fn value(&self) -> f64;

        /// See [`Scale::scaled`].
        #[inline]
        fn scaled(&self, scale: Scale) -> Option<Scaled> {
            scale.scaled(self.value())
        }
    }

    impl Observed for Duration {
        fn value(&self) -> f64 {
            self.as_secs_f64()
        }

        #[inline]
        fn scaled(&self, scale: Scale) -> Option<Scaled> {
            match scale {
                Scale::Nanoseconds => {
                    nanoseconds(*self).map(|parts| Scaled::parts(parts.cast_signed()))
                }
                Scale::Whole | Scale::Float => scale.scaled(self.as_secs_f64()),
            }
        }
    }

    pub trait GaugeNumber: Copy {
        fn value(self) -> f64;

        /// Returns the number, if its type is one of integers and it fits.
        fn integer(self) -> Option<i64>;
    }
}

pub(crate) use sealed::Observed;

/// Returns a duration in nanoseconds, if it is short enough for an observation: 126 years.
#[inline]
pub(super) fn nanoseconds(time: Duration) -> Option<u64> {
    let seconds = time.as_secs();
    (seconds < MAX_SECONDS).then(|| seconds * 1_000_000_000 + u64::from(time.subsec_nanos()))
}

impl Observation for Duration {}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl sealed::Observed for $number {
            #[inline]
            #[expect(clippy::allow_attributes, reason = "only some of these conversions lose anything")]
            #[allow(clippy::cast_lossless, clippy::cast_precision_loss, trivial_numeric_casts, reason = "integers beyond 2^53 round, as in the exposition")]
            fn value(&self) -> f64 {
                *self as f64
            }
        }

        impl Observation for $number {}
        impl GaugeValue for $number {}
    )*};
}

macro_rules! integers {
    ($($number:ty),*) => {$(
        impl sealed::GaugeNumber for $number {
            #[inline]
            fn value(self) -> f64 {
                sealed::Observed::value(&self)
            }

            #[inline]
            #[expect(clippy::allow_attributes, reason = "only some of these conversions can fail")]
            #[allow(irrefutable_let_patterns, clippy::unnecessary_fallible_conversions, reason = "one macro for all integers")]
            fn integer(self) -> Option<i64> {
                i64::try_from(self).ok()
            }
        }
    )*};
}

macro_rules! floats {
    ($($number:ty),*) => {$(
        impl sealed::GaugeNumber for $number {
            #[inline]
            fn value(self) -> f64 {
                sealed::Observed::value(&self)
            }

            #[inline]
            fn integer(self) -> Option<i64> {
                None
            }
        }
    )*};
}

numbers!(f64, f32, u8, u16, u32, u64, usize, i8, i16, i32, i64, isize);
integers!(u8, u16, u32, u64, usize, i8, i16, i32, i64, isize);
floats!(f64, f32);
