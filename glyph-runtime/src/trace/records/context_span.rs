//! The span of a call in OpenTelemetry's context, and what code adds to it there.

use std::{
    borrow::Cow,
    cell::Cell,
    mem::replace,
    sync::{
        Arc, Mutex,
        atomic::{
            AtomicBool,
            Ordering::{Acquire, Relaxed},
            fence,
        },
    },
    time::SystemTime,
};

use glyph_core::__runtime::lock_unless_lost;
use opentelemetry::{
    Context, KeyValue,
    trace::{Event, Link, Span, SpanContext, Status, TraceContextExt},
};
use opentelemetry_sdk::trace::{SpanEvents, SpanLinks};

use crate::trace::{SpanLimits, size};

/// Attributes, events and links that are not fields of the call.
#[derive(Clone, Debug, Default)]
pub(super) struct Additions {
    pub(super) attributes: Vec<KeyValue>,
    /// Those beyond the limit.
    pub(super) dropped_attributes: u32,
    pub(super) events: SpanEvents,
    pub(super) links: SpanLinks,
    pub(super) status: Status,
    pub(super) name: Option<Cow<'static, str>>,
    pub(super) end: Option<SystemTime>,
}

/// The additions to a call, until it has ended. Contexts that outlive the call share it.
#[derive(Debug)]
pub(super) struct Addable {
    limits: SpanLimits,
    kept: Mutex<Kept>,
    /// Whether there are additions, so that a call without any takes no lock.
    has_any: AtomicBool,
}

#[derive(Debug)]
enum Kept {
    /// The call runs.
    Open(Option<Box<Additions>>),
    Ended,
}

impl Addable {
    pub(super) fn new(limits: SpanLimits) -> Arc<Self> {
        Arc::new(Self {
            limits,
            kept: Mutex::new(Kept::Open(None)),
            has_any: AtomicBool::new(false),
        })
    }

    /// Whether the call has no additions, and no context refers to it that could add some.
    #[inline]
    pub(super) fn is_unused(this: &Arc<Self>) -> bool {
        if Arc::strong_count(this) > 1 {
            return false;
        }
        // Whatever the last context has added, on any thread, was added before that context was dropped.
        fence(Acquire);
        !this.has_any.load(Relaxed)
    }

    /// Takes the additions. Further ones are ignored.
    pub(super) fn end(&self) -> Option<Box<Additions>> {
        let mut kept = lock_unless_lost(&self.kept)?;
        replace(&mut *kept, Kept::Ended).additions()
    }

    /// Passes the additions to `add`, unless the call has ended. A forked process whose parent was
    /// using them at the fork leaves them as they are.
    fn with(&self, add: impl FnOnce(&mut Additions, SpanLimits)) {
        if let Some(mut kept) = lock_unless_lost(&self.kept)
            && let Kept::Open(additions) = &mut *kept
        {
            self.has_any.store(true, Relaxed);
            add(additions.get_or_insert_default(), self.limits);
        }
    }

    fn is_open(&self) -> bool {
        let kept = lock_unless_lost(&self.kept);
        kept.is_some_and(|kept| matches!(*kept, Kept::Open(_)))
    }

    pub(super) fn add_attribute(&self, attribute: KeyValue) {
        self.with(|additions, limits| additions.add_attribute(attribute, limits));
    }
}

impl Kept {
    fn additions(self) -> Option<Box<Additions>> {
        match self {
            Self::Open(additions) => additions,
            Self::Ended => None,
        }
    }
}

impl Additions {
    /// The approximate size in bytes.
    pub(super) fn bytes(&self) -> usize {
        let name = self.name.as_ref().map_or(0, |name| name.len());
        let of_events = size::of_events(&self.events) + size::of_links(&self.links);
        size_of::<Self>() + name + of_events + size::of_attributes(&self.attributes)
    }

    fn add_attribute(&mut self, attribute: KeyValue, limits: SpanLimits) {
        if self.attributes.len() >= at_most(limits.attributes) {
            self.dropped_attributes = self.dropped_attributes.saturating_add(1);
            return;
        }
        self.attributes.push(attribute);
    }

    fn add_event(&mut self, mut event: Event, limits: SpanLimits) {
        if self.events.events.len() >= at_most(limits.events) {
            self.events.dropped_count = self.events.dropped_count.saturating_add(1);
            return;
        }
        let dropped = cut(&mut event.attributes, limits.attributes_per_event);
        event.dropped_attributes_count = dropped;
        self.events.events.push(event);
    }

    fn add_link(&mut self, to: SpanContext, mut attributes: Vec<KeyValue>, limits: SpanLimits) {
        if self.links.links.len() >= at_most(limits.links) {
            self.links.dropped_count = self.links.dropped_count.saturating_add(1);
            return;
        }
        let dropped = cut(&mut attributes, limits.attributes_per_link);
        self.links.links.push(Link::new(to, attributes, dropped));
    }
}

/// Cuts attributes at their limit, and returns the number of dropped ones.
pub(super) fn cut(attributes: &mut Vec<KeyValue>, limit: u32) -> u32 {
    let dropped = attributes.len().saturating_sub(at_most(limit));
    attributes.truncate(at_most(limit));
    u32::try_from(dropped).unwrap_or(u32::MAX)
}

fn at_most(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

/// The span of a call in a context.
#[derive(Debug)]
pub(super) struct ContextSpan {
    context: SpanContext,
    /// Tells the pipelines of the process apart.
    pipeline: usize,
    /// `None` for a call that is not recorded.
    addable: Option<Arc<Addable>>,
}

thread_local! {
    /// The pipeline of the span that was asked last whether it is recording.
    static ASKED: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Whether the current span of OpenTelemetry is that of a call which this pipeline has decided about,
/// and whether that is recorded. A task can have the span of a call that has ended.
pub(in crate::trace) fn is_current(pipeline: usize, context: &Context) -> Option<bool> {
    // A context does not show the type of its span, but it asks it.
    let _ = ASKED.try_with(|asked| asked.set(None));
    let is_recording = context.span().is_recording();
    let is_asked = ASKED.try_with(Cell::get) == Ok(Some(pipeline));
    is_asked.then_some(is_recording)
}

impl ContextSpan {
    #[expect(
        clippy::inline_always,
        reason = "ids are moved once less, and the compiler finds it too long"
    )]
    #[inline(always)]
    pub(super) const fn new(
        context: SpanContext,
        pipeline: usize,
        addable: Option<Arc<Addable>>,
    ) -> Self {
        Self {
            context,
            pipeline,
            addable,
        }
    }

    fn with(&self, add: impl FnOnce(&mut Additions, SpanLimits)) {
        if let Some(addable) = &self.addable {
            addable.with(add);
        }
    }
}

impl Span for ContextSpan {
    fn add_event_with_timestamp<T: Into<Cow<'static, str>>>(
        &mut self,
        name: T,
        timestamp: SystemTime,
        attributes: Vec<KeyValue>,
    ) {
        let event = Event::new(name, timestamp, attributes, 0);
        self.with(|additions, limits| additions.add_event(event, limits));
    }

    fn span_context(&self) -> &SpanContext {
        &self.context
    }

    fn is_recording(&self) -> bool {
        let _ = ASKED.try_with(|asked| asked.set(Some(self.pipeline)));
        self.addable
            .as_ref()
            .is_some_and(|addable| addable.is_open())
    }

    fn set_attribute(&mut self, attribute: KeyValue) {
        self.with(|additions, limits| additions.add_attribute(attribute, limits));
    }

    fn set_status(&mut self, status: Status) {
        self.with(|additions, _| {
            if status > additions.status {
                additions.status = status;
            }
        });
    }

    fn update_name<T: Into<Cow<'static, str>>>(&mut self, name: T) {
        self.with(|additions, _| additions.name = Some(name.into()));
    }

    fn add_link(&mut self, to: SpanContext, attributes: Vec<KeyValue>) {
        self.with(|additions, limits| additions.add_link(to, attributes, limits));
    }

    /// The span is exported when its call ends, with the time of this end.
    fn end_with_timestamp(&mut self, timestamp: SystemTime) {
        self.with(|additions, _| {
            additions.end.get_or_insert(timestamp);
        });
    }
}
