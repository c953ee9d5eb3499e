//! Functions that set labels from the value that they return.

use super::{
    EndLabelsOf, Guard, Stage, Wrap,
    call_result::{AtEnd, IntoCallResult},
    start,
};

/// [`start`] for a call with such labels, whose type it returns.
#[doc(hidden)]
#[inline]
pub fn start_labelled<S: Stage>(guard: &mut Guard, stage: S) -> EndLabelsOf<S::EndLabels> {
    start(guard, stage);
    EndLabelsOf::KNOWN
}

/// [`run`](super::run) for a body whose value has labels, which `labels` sets.
#[doc(hidden)]
#[inline]
pub fn run_labelled<R, V: IntoCallResult>(
    guard: &mut Guard,
    body: impl FnOnce() -> R,
    labels: impl FnOnce(&mut Guard, &R),
    classify: impl FnOnce(&R) -> V,
) -> R {
    let recorded = |guard: &mut Guard| {
        let result = body();
        // First, so that the events of `classify` have the labels.
        labels(guard, &result);
        guard.record(classify(&result));
        result
    };
    let result = guard.within_once(recorded);
    guard.over();
    result
}

/// [`wrap`](super::wrap) for a body whose value has labels, which `labels` sets.
#[doc(hidden)]
#[inline]
pub fn wrap_labelled<F, L, C, V>(
    guard: &mut Guard,
    body: F,
    labels: L,
    classify: C,
) -> Wrap<&mut Guard, F, LabelledEnd<L, C>>
where
    F: Future,
    L: Fn(&mut Guard, &F::Output),
    C: Fn(&F::Output) -> V,
    V: IntoCallResult,
{
    Wrap::new(guard, body, LabelledEnd { labels, classify })
}

/// Sets the labels of a value that contains a stream, with which the call continues.
#[doc(hidden)]
pub fn labelled<R>(
    (mut guard, result): (Guard, R),
    labels: impl FnOnce(&mut Guard, &R),
) -> (Guard, R) {
    guard.within(|guard| labels(guard, &result), |()| false);
    (guard, result)
}

/// Sets the labels of a value, and ends the call with its result.
#[doc(hidden)]
#[derive(Debug)]
pub struct LabelledEnd<L, C> {
    labels: L,
    classify: C,
}

impl<R, L, C, V> AtEnd<R> for LabelledEnd<L, C>
where
    L: Fn(&mut Guard, &R),
    C: Fn(&R) -> V,
    V: IntoCallResult,
{
    type Output = R;

    const ENDS: bool = true;

    #[inline]
    fn here(&self, guard: &mut Guard, result: &R) {
        (self.labels)(guard, result);
        guard.record((self.classify)(result));
    }

    #[inline]
    fn end(guard: &mut Guard, result: R) -> R {
        guard.over();
        result
    }
}
