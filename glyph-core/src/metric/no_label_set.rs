//! Metrics whose type of labels is not a label set.
//!
//! The catalog reports such a type. Without these methods, rustc would report each recording too.

use std::{marker::PhantomData, ops::Deref, time::Duration};

use super::{
    Counter, CounterAmount, Exemplar, Gauge, GaugeValue, Histogram, HistogramSnapshot, Observation,
};

/// Stands for a metric whose type of labels is not a label set.
///
/// Its methods are found after those of the metric, which need a label set. They are type-checked, and
/// a program that would run one does not build.
#[doc(hidden)]
#[derive(Debug)]
pub struct NoLabelSet<M>(PhantomData<fn(M)>);

impl<M> NoLabelSet<M> {
    const ANY: Self = Self(PhantomData);
}

/// The value of a method that must not run.
pub(crate) const fn unrecorded<L, R>() -> R {
    const {
        // The size is known for a concrete `L` alone. Without it, an optimized build evaluates the panic
        // for the generic method, which no program has called.
        let _ = size_of::<L>();
        panic!("a metric is recorded whose labels are not a label set: add the bound `L: LabelSet`")
    }
}

/// A generic `L` without a bound is not `Unpin`, and so has none of these methods: the error of rustc names
/// the bound `LabelSet`.
macro_rules! metrics {
    ($($metric:ident<L $(, $value:ident)?>),*) => {$(
        #[doc(hidden)]
        impl<L: Unpin $(, $value)?> Deref for $metric<L $(, $value)?> {
            type Target = NoLabelSet<Self>;

            fn deref(&self) -> &NoLabelSet<Self> {
                &NoLabelSet::ANY
            }
        }
    )*};
}

metrics!(Counter<L>, Gauge<L>, Histogram<L, V>);

#[expect(
    clippy::unused_self,
    reason = "the methods have the signatures of those of a metric"
)]
impl<L> NoLabelSet<Counter<L>> {
    pub fn inc<T>(&self, _: T) {
        unrecorded::<L, ()>();
    }

    pub fn add<T>(&self, _: T, _: impl CounterAmount) {
        unrecorded::<L, ()>();
    }

    pub fn add_duration<T>(&self, _: T, _: Duration) {
        unrecorded::<L, ()>();
    }

    #[must_use]
    pub fn value<T>(&self, _: T) -> u64 {
        unrecorded::<L, _>()
    }
}

#[expect(
    clippy::unused_self,
    reason = "the methods have the signatures of those of a metric"
)]
impl<L> NoLabelSet<Gauge<L>> {
    pub fn inc<T>(&self, _: T) {
        unrecorded::<L, ()>();
    }

    pub fn dec<T>(&self, _: T) {
        unrecorded::<L, ()>();
    }

    pub fn add<T>(&self, _: T, _: impl GaugeValue) {
        unrecorded::<L, ()>();
    }

    pub fn sub<T>(&self, _: T, _: impl GaugeValue) {
        unrecorded::<L, ()>();
    }

    pub fn set<T>(&self, _: T, _: impl GaugeValue) {
        unrecorded::<L, ()>();
    }

    #[must_use]
    pub fn value<T>(&self, _: T) -> f64 {
        unrecorded::<L, _>()
    }
}

#[expect(
    clippy::unused_self,
    reason = "the methods have the signatures of those of a metric"
)]
impl<L, V> NoLabelSet<Histogram<L, V>> {
    pub fn observe<T>(&self, _: T, _: impl Observation<V>) {
        unrecorded::<L, ()>();
    }

    pub fn observe_with_exemplar<T>(&self, _: T, _: impl Observation<V>, _: Exemplar) {
        unrecorded::<L, ()>();
    }

    #[must_use]
    pub fn snapshot<T>(&self, _: T) -> HistogramSnapshot {
        unrecorded::<L, _>()
    }
}
