//! Labels of a stage whose values are known at the end of a call.
//!
//! They are part of no series until then. The call is settled when it has its values: those that the
//! attribute reads from the returned value, those that a block sets, or the declared ones.

use std::{fmt, marker::PhantomData};

use super::{Guard, StageCells, roles::EveryCall};
use crate::{
    label::{CallLookup, Hashed, LabelStride},
    span::value,
};

/// The labels of a stage that are known at the end of a call, as a struct of the catalog.
///
/// It is implemented for the `'static` form of a struct that borrows.
#[doc(hidden)]
pub trait EndLabels: 'static {
    /// The struct as it is used for one call.
    type Of<'call>;

    /// Returns the values of a call that sets none.
    fn declared<'call>() -> Self::Of<'call>;

    /// Calls `read` with the values in the order of their declaration.
    fn read(of: &Self::Of<'_>, read: &mut ReadEndValues<'_>);
}

/// The labels of a stage that knows all of them when a call starts.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct StageWithoutEndLabels;

impl EndLabels for StageWithoutEndLabels {
    type Of<'call> = Self;

    fn declared<'call>() -> Self::Of<'call> {
        Self
    }

    fn read(_: &Self, read: &mut ReadEndValues<'_>) {
        read(&[]);
    }
}

/// The value of one label at the end of a call.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct EndValue<'text> {
    /// Zero for an open label.
    pub(super) digit: usize,
    pub(super) text: &'text str,
    /// Whether the span has the value already.
    pub(super) is_on_span: bool,
}

impl<'text> EndValue<'text> {
    /// Creates the value of a label from its digit and its text.
    #[inline]
    #[must_use]
    pub const fn new(digit: usize, text: &'text str) -> Self {
        Self {
            digit,
            text,
            is_on_span: false,
        }
    }
}

/// The labels of a stage, among its cells.
#[doc(hidden)]
pub struct EndLabelsOfStage {
    /// The names in the order of their declaration.
    pub names: &'static [&'static str],
    /// For each label, its strides in the duration, the requests and the errors.
    pub strides: &'static [[LabelStride; 3]],
    /// Passes the values of a call that sets none on.
    pub declared: fn(&mut ReadEndValues<'_>),
}

/// A reader of the values of all labels.
#[doc(hidden)]
pub type ReadEndValues<'read> = dyn FnMut(&[EndValue<'_>]) + 'read;

impl fmt::Debug for EndLabelsOfStage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("EndLabelsOfStage")
            .field("names", &self.names)
            .finish_non_exhaustive()
    }
}

/// Passes the declared values on.
#[doc(hidden)]
pub fn declared<E: EndLabels>(read: &mut ReadEndValues<'_>) {
    E::read(&E::declared(), read);
}

/// The type of the labels of a call that runs.
#[doc(hidden)]
#[derive(Debug)]
pub struct EndLabelsOf<E>(PhantomData<fn() -> E>);

impl<E> EndLabelsOf<E> {
    pub(super) const KNOWN: Self = Self(PhantomData);
}

impl<E> Clone for EndLabelsOf<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for EndLabelsOf<E> {}

/// Returns the declared values, to set some of them.
#[doc(hidden)]
#[must_use]
pub fn declared_labels<'call, E: EndLabels>(_: EndLabelsOf<E>) -> E::Of<'call> {
    E::declared()
}

/// Sets a label to the value that the closure of a call site reads from the returned value.
///
/// The closure gets the type of its argument from this signature, and `label` the type of its value.
#[doc(hidden)]
#[inline]
pub fn set_label<'call, R, T>(label: &mut T, result: &'call R, value: impl FnOnce(&'call R) -> T) {
    *label = value(result);
}

/// Settles a call with these values. The thread must be right in the call.
#[doc(hidden)]
pub fn settle<E: EndLabels>(guard: &mut Guard, _: EndLabelsOf<E>, of: &E::Of<'_>) {
    E::read(of, &mut |values| guard.settle(values));
}

impl Guard {
    /// Adds the values to the series and to the span. The thread must be right in the call.
    pub(super) fn settle(&mut self, values: &[EndValue<'_>]) {
        let Some((cells, labels)) = self.end_labels() else {
            return;
        };
        let metrics = [
            (
                EveryCall::Duration,
                Some(&cells.duration),
                &mut self.series.duration,
            ),
            (
                EveryCall::Requests,
                cells.requests.as_ref(),
                &mut self.series.requests,
            ),
            (
                EveryCall::Errors,
                cells.errors.as_ref(),
                &mut self.series.errors,
            ),
        ];
        let mut lookup = CallLookup::new(true);
        for (metric, bound, series) in metrics {
            let Some(bound) = bound else {
                continue;
            };
            let number = metric as usize;
            let offsets = labels.strides.iter().zip(values).map(|(strides, value)| {
                let stride = strides.get(number).unwrap_or(&LabelStride::ABSENT);
                if stride.open.is_none() {
                    return value.digit * stride.stride;
                }
                let text = Hashed::new(value.text);
                lookup.open_offset(stride, text, bound.metric.parts.open, number)
            });
            *series = series.plus_offset(offsets.sum());
        }
        self.series.overflowed.settle(lookup.overflowed());
        for (name, end) in labels.names.iter().zip(values) {
            if !end.is_on_span {
                self.open_span.set_labels(&[(name, value(&end.text))]);
            }
        }
    }

    /// Settles a call that has set no label, if its stage has some. The thread must be right in the
    /// call.
    #[cold]
    pub(super) fn settle_as_declared(&mut self) {
        if let Some((_, labels)) = self.end_labels() {
            (labels.declared)(&mut |values| self.settle(values));
        }
    }

    /// The labels of the stage of a running call that is not settled.
    fn end_labels(&self) -> Option<(&'static StageCells, &'static EndLabelsOfStage)> {
        let cells = self
            .cells
            .filter(|_| !self.series.overflowed.is_settled())?;
        Some((cells, cells.end_labels?))
    }
}
