//! Spans that are open.

use std::mem::{ManuallyDrop, replace};

use tracing::Span;

use super::{
    Annotate, EnteredShared, FieldValues, Parent, ParentContext, RecordSlot, SpanCallsite,
    SpanParent, TracedSpan, TypeName, Values,
    around::{Around, EnteredAround},
    build::build_again,
    inside::Inside,
    recorded::Recorded,
    running::{EnteredStage, enter_stage, leave_stage},
    traced::Traced,
    traces::current_span,
};

/// The span of a call: one of `tracing`'s, a record, or none.
#[doc(hidden)]
#[derive(Debug)]
pub struct OpenSpan(
    /// Dropped by the drop of the whole, if there is anything to drop. The compiler's own code for
    /// it would be a call in every instrumented function.
    pub(super) ManuallyDrop<State>,
);

/// Its tag is a byte, so that each step needs one comparison to find out that there is nothing.
#[derive(Debug)]
#[repr(u8)]
pub(super) enum State {
    Nothing,
    /// Nothing, in a trace that is not sampled.
    Unsampled,
    Recorded(Recorded),
    /// Nothing, in a trace that is not sampled, whose context is kept.
    Around(Box<Around>),
    /// A span of `tracing`'s, and the function that opened it, for its name. `None` for a block.
    Span(Span, Option<SpanParent>),
    /// A record that is exported.
    Traced(Traced),
}

/// Keeps a call current that several threads can enter. Drop it in the function that created it.
#[derive(Debug)]
#[must_use = "dropping it leaves the call"]
pub(crate) struct SharedInside<'call> {
    // Left in this order.
    _record: EnteredShared<'call>,
    _stage: EnteredStage<'call>,
    _around: Option<EnteredAround<'call>>,
}

struct EnteredCall<'call> {
    inside: Inside,
    open: &'call mut OpenSpan,
}

/// A call whose record is put in place.
const RECORDED: State = State::Recorded(Recorded::NOTHING);

/// A call whose span is put in place.
const STARTED: State = State::Traced(Traced::NOTHING);

/// The span of calls that have none.
pub(super) static NO_SPAN: Span = Span::none();

impl Drop for EnteredCall<'_> {
    fn drop(&mut self) {
        self.open.leave(self.inside);
    }
}

impl Drop for OpenSpan {
    #[inline]
    fn drop(&mut self) {
        if self.is_open() {
            self.close();
        }
    }
}

impl OpenSpan {
    /// Creates a guard without a span.
    #[inline]
    #[must_use]
    pub const fn nothing() -> Self {
        Self(ManuallyDrop::new(State::Nothing))
    }

    /// Whether there is anything to enter, to leave and to drop.
    #[inline]
    pub(super) fn is_open(&self) -> bool {
        !matches!(*self.0, State::Nothing | State::Unsampled)
    }

    /// Notes that there is nothing, in a trace that is not sampled. It writes less than
    /// [`set`](Self::set).
    #[inline]
    pub(super) fn set_unsampled(&mut self) {
        if self.is_open() {
            self.close();
        }
        self.0 = ManuallyDrop::new(State::Unsampled);
    }

    #[inline]
    pub(super) fn state(&self) -> &State {
        &self.0
    }

    #[inline]
    pub(super) fn set(&mut self, state: State) {
        if self.is_open() {
            self.close();
        }
        self.0 = ManuallyDrop::new(state);
    }

    /// Notes that the span of a record is started, in place, as [`set`](Self::set) does not.
    #[expect(
        clippy::inline_always,
        reason = "the compiler finds it too long for its few callers"
    )]
    #[inline(always)]
    pub(super) fn set_started(
        &mut self,
        callsite: &'static SpanCallsite,
        span: Box<dyn TracedSpan>,
    ) {
        if self.is_open() {
            self.close();
        }
        self.0 = ManuallyDrop::new(STARTED);
        if let State::Traced(traced) = &mut *self.0 {
            traced.start(callsite, span);
        }
    }

    /// Whether the span of a record is started.
    #[inline]
    pub(super) fn is_started(&self) -> bool {
        matches!(*self.0, State::Traced(_))
    }

    /// Whether the span of a record is started, and is recorded.
    #[inline]
    pub(super) fn is_recording(&self) -> bool {
        matches!(&*self.0, State::Traced(traced) if traced.is_exported())
    }

    /// Begins a call that has a record, with the values to keep. Returns whether a record can keep
    /// them: the call must not go on with this record otherwise.
    #[inline]
    pub(super) fn begin(
        &mut self,
        callsite: &'static SpanCallsite,
        parent: &Parent,
        values: Option<&FieldValues<'_, '_>>,
    ) -> bool {
        if let State::Traced(traced) = &mut *self.0 {
            return traced.begin(parent, values);
        }
        let is_kept = self.open_record(callsite, values);
        if let State::Recorded(recorded) = &mut *self.0
            && !matches!(parent, Parent::Current)
        {
            recorded.slot.set_named_parent(parent);
        }
        is_kept
    }

    /// Opens a record in place, with the values to keep. Returns whether a record can keep them.
    #[inline]
    pub(super) fn open_record(
        &mut self,
        callsite: &'static SpanCallsite,
        values: Option<&FieldValues<'_, '_>>,
    ) -> bool {
        if self.is_open() {
            self.close();
        }
        self.0 = ManuallyDrop::new(RECORDED);
        let State::Recorded(recorded) = &mut *self.0 else {
            return true;
        };
        recorded.callsite = Some(callsite);
        values.is_none_or(|values| recorded.slot.open(callsite, values))
    }

    #[inline(never)]
    fn close(&mut self) {
        let nothing = ManuallyDrop::new(State::Nothing);
        drop(ManuallyDrop::into_inner(replace(&mut self.0, nothing)));
    }

    /// Notes that the span is that of a function at `callsite`, opened in `context`.
    pub(crate) fn of_function(
        &mut self,
        callsite: &'static SpanCallsite,
        of: Option<TypeName>,
        context: ParentContext,
    ) {
        match &mut *self.0 {
            State::Span(_, parent) => {
                *parent = Some(SpanParent {
                    callsite,
                    of,
                    span: context.span,
                });
            }
            State::Traced(traced) => traced.set_function(of),
            State::Nothing | State::Unsampled | State::Recorded(_) | State::Around(_) => {}
        }
    }

    /// The span of `tracing`. Disabled if no span was built.
    #[inline]
    #[must_use]
    pub fn span(&self) -> &Span {
        match &*self.0 {
            State::Span(span, _) => span,
            State::Nothing
            | State::Unsampled
            | State::Recorded(_)
            | State::Around(_)
            | State::Traced(_) => &NO_SPAN,
        }
    }

    /// Returns the span of a record that is exported, unless a thread is in its call.
    pub(super) fn traced(&self) -> Option<Box<dyn Annotate>> {
        match &*self.0 {
            State::Traced(traced) => traced.span(),
            _ => None,
        }
    }

    /// Returns the span of `tracing` of a call that is [shared](Self::share), and builds one now if
    /// something else took its place. If no one reads records, it has no fields.
    pub(crate) fn built(&self, callsite: &'static SpanCallsite) -> &Span {
        match &*self.0 {
            State::Recorded(recorded) => recorded.built().unwrap_or(&NO_SPAN),
            State::Around(around) => {
                let built = around.built_by(|| build_again(callsite, &Values::default()));
                built.unwrap_or(&NO_SPAN)
            }
            State::Nothing | State::Unsampled | State::Span(..) | State::Traced(_) => self.span(),
        }
    }

    /// Reads the current span again: the call may be entered in another context than it was opened
    /// in.
    #[inline]
    pub(crate) fn entering(&mut self) {
        if let State::Span(_, Some(parent)) = &mut *self.0 {
            parent.span = current_span();
        }
    }

    /// Keeps what is around a call that may go on after it. Call it in what is around.
    pub(crate) fn outlive(&mut self) {
        match &mut *self.0 {
            State::Recorded(recorded) => recorded.outlive(Around::now()),
            State::Unsampled => self.set(State::Around(Box::new(Around::now()))),
            State::Traced(traced) => traced.outlive(),
            State::Nothing | State::Span(..) | State::Around(_) => {}
        }
    }

    /// Keeps what is around a record. The caller keeps the context of the trace.
    #[inline]
    pub fn outlive_without_context(&mut self) {
        match &mut *self.0 {
            State::Recorded(recorded) => recorded.outlive(Around::without_context()),
            State::Traced(traced) => traced.outlive(),
            State::Nothing | State::Unsampled | State::Span(..) | State::Around(_) => {}
        }
    }

    /// Lets several threads enter the call.
    pub(crate) fn share(&mut self) {
        self.outlive();
        if let State::Recorded(recorded) = &mut *self.0 {
            recorded.slot.share();
        }
    }

    /// Enters the call. Call [`leave`](Self::leave) on the same thread.
    #[inline]
    pub(crate) fn enter(&mut self) -> Inside {
        if self.is_open() {
            self.enter_open(false)
        } else {
            Inside::NOTHING
        }
    }

    /// [`enter`](Self::enter) for a call that ends when it is left.
    #[inline]
    pub(crate) fn enter_once(&mut self) -> Inside {
        if self.is_open() {
            self.enter_open(true)
        } else {
            Inside::NOTHING
        }
    }

    #[inline(never)]
    fn enter_open(&mut self, once: bool) -> Inside {
        match &mut *self.0 {
            State::Nothing | State::Unsampled => Inside::NOTHING,
            State::Span(span, _) => enter_stage(span),
            State::Around(around) => around.enter(),
            State::Recorded(recorded) => recorded.enter(),
            State::Traced(traced) => traced.enter(once),
        }
    }

    /// Leaves the call.
    #[inline]
    pub(crate) fn leave(&mut self, inside: Inside) {
        if inside != Inside::NOTHING {
            self.leave_open(inside);
        }
    }

    #[inline(never)]
    fn leave_open(&mut self, inside: Inside) {
        match &mut *self.0 {
            State::Span(span, _) => leave_stage(span, inside),
            State::Recorded(recorded) => {
                recorded.leave(inside);
                if inside.has(Inside::ENDS) {
                    self.forget_record();
                }
            }
            State::Around(around) => around.leave(inside),
            State::Traced(traced) if inside.has(Inside::ENDS) => {
                traced.leave_and_end(inside);
                self.forget_traced();
            }
            State::Traced(traced) => traced.leave(inside),
            State::Nothing | State::Unsampled => {}
        }
    }

    /// Runs `work` inside of the call.
    pub fn in_scope<R>(&mut self, work: impl FnOnce(&Self) -> R) -> R {
        let entered = EnteredCall {
            inside: self.enter(),
            open: self,
        };
        work(entered.open)
    }

    /// Enters a call that is [shared](Self::share).
    pub(crate) fn enter_shared(&self) -> SharedInside<'_> {
        let (around, record) = match &*self.0 {
            State::Recorded(recorded) => (recorded.around.as_deref(), Some(&recorded.slot)),
            State::Around(around) => (Some(&**around), None),
            // A call that is shared has a span of `tracing`'s if it is sampled.
            State::Nothing | State::Unsampled | State::Span(..) | State::Traced(_) => (None, None),
        };
        let built = around.and_then(Around::built);
        let (around, record) = if built.is_some() {
            (None, None)
        } else {
            (around, record)
        };
        let around = around.map(Around::entered);
        SharedInside {
            _stage: EnteredStage::enter(built.unwrap_or_else(|| self.span())),
            _record: record.map_or_else(|| EnteredShared::enter(None), RecordSlot::enter_shared),
            _around: around,
        }
    }

    /// Whether the call has a span of `tracing`'s or a record.
    #[inline]
    #[must_use]
    pub fn is_there(&self) -> bool {
        match &*self.0 {
            State::Nothing | State::Unsampled | State::Around(_) => false,
            State::Span(span, _) => !span.is_disabled(),
            State::Recorded(_) | State::Traced(_) => true,
        }
    }
}
