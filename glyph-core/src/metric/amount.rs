//! Values that can be observed, and values of gauges.

use std::time::Duration;

use super::{Scale, Scaled, scale::MAX_SECONDS};

/// A value that a histogram can observe: a number in the unit of the metric, or a [`Duration`] if the
/// values of the histogram can be times.
///
/// `V` is what the histogram observes: [`AnyValue`] or [`NotTime`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value of this histogram",
    label = "expected a number in the unit of the histogram",
    note = "a `Duration` is for a histogram with `unit = seconds`; one of bytes or of another unit takes a number. Labels come before the value"
)]
pub trait Observation<V = AnyValue>: Observed {}

/// Numbers and times: the values of a [`Histogram`](super::Histogram) in seconds or without a unit.
#[derive(Debug)]
pub enum AnyValue {}

/// Numbers: the values of a [`Histogram`](super::Histogram) of bytes or another unit that is not a time.
///
/// The macro writes it into the type of the field. A function that takes such a histogram names it:
///
/// ```
/// # use glyph_core as glyph_runtime;
/// use glyph_runtime::{Histogram, metric::NotTime, metric_catalog};
///
/// #[metric_catalog(namespace = "doc_not_time")]
/// pub struct Metrics {
///     /// Size of a message.
///     #[metric(unit = bytes, buckets = [1KiB, 64KiB])]
///     pub message_size: Histogram,
/// }
///
/// fn receive(size: &Histogram<(), NotTime>, message: &[u8]) {
///     size.observe(message.len());
/// }
///
/// # fn main() {
/// receive(&Metrics::global().message_size, b"hello");
/// assert_eq!(Metrics::global().message_size.snapshot().sum(), 5.0);
/// # }
/// ```
#[derive(Debug)]
pub enum NotTime {}

/// An amount that a counter can rise by: an unsigned integer, or an integer literal.
///
/// The type of a literal is `i32`. An amount below zero changes nothing, and is counted in
/// `glyph_observations_refused_total`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an amount of a counter",
    label = "expected an unsigned integer",
    note = "add a time with `add_duration`; a number that also falls belongs in a `Gauge`"
)]
pub trait CounterAmount: sealed::Amount {}

/// A value that a gauge can hold: a number, or a `bool` as 1 or 0.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value of a gauge",
    label = "expected a number or a `bool`"
)]
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

    pub trait Amount {
        /// Returns the amount, if it is not below zero.
        fn units(self) -> Option<u64>;
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

        impl<V> Observation<V> for $number {}
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

macro_rules! amounts {
    ($($integer:ty),*) => {$(
        impl sealed::Amount for $integer {
            #[inline]
            #[expect(clippy::allow_attributes, reason = "only some of these conversions can fail")]
            #[allow(irrefutable_let_patterns, clippy::unnecessary_fallible_conversions, reason = "one macro for all integers")]
            fn units(self) -> Option<u64> {
                u64::try_from(self).ok()
            }
        }

        impl CounterAmount for $integer {}
    )*};
}

amounts!(u8, u16, u32, u64, usize, i32);

impl sealed::GaugeNumber for bool {
    #[inline]
    fn value(self) -> f64 {
        f64::from(u8::from(self))
    }

    #[inline]
    fn integer(self) -> Option<i64> {
        Some(i64::from(self))
    }
}

impl GaugeValue for bool {}
