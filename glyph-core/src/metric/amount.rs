//! Values that can be observed, and values of gauges.

use std::time::Duration;

use super::{Scale, Scaled};

/// A value that a histogram can observe: a number in the unit of the metric, or a [`Duration`].
pub trait Observation: Observed {}

/// A value that a gauge can hold.
pub trait GaugeValue: sealed::GaugeNumber {}

mod sealed {
    use super::{Duration, Scale, Scaled};

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
                Scale::Nanoseconds => i64::try_from(self.as_nanos()).ok().map(Scaled::parts),
                Scale::Whole | Scale::Float => scale.scaled(self.as_secs_f64()),
            }
        }
    }

    pub trait GaugeNumber {
        fn value(self) -> f64;
    }
}

pub(crate) use sealed::Observed;

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

        impl sealed::GaugeNumber for $number {
            #[inline]
            fn value(self) -> f64 {
                sealed::Observed::value(&self)
            }
        }

        impl Observation for $number {}
        impl GaugeValue for $number {}
    )*};
}

numbers!(f64, f32, u8, u16, u32, u64, usize, i8, i16, i32, i64, isize);
