//! Panics as log lines.

use std::{
    any::Any,
    backtrace::{Backtrace, BacktraceStatus},
    iter,
    panic::{self, PanicHookInfo},
    sync::Arc,
    thread,
};

use tracing::Level;

use super::{
    fields::{MESSAGE, Policy},
    filter::EventFilter,
    line::{Head, Layout, Line, Style},
    names::Names,
    queue::{Queue, is_writer_thread},
    recent::RecentLines,
    text,
    timestamp::Timestamp,
};
use crate::{
    context::{current_context, ids::Correlation},
    source_path,
};

/// The target of lines about panics.
const TARGET: &str = "panic";

/// Writes a line for each panic.
pub(super) struct PanicLog {
    pub(super) policy: Policy,
    pub(super) style: Style,
    pub(super) names: Arc<Names>,
    pub(super) queue: Arc<Queue>,
    pub(super) recent: RecentLines,
    pub(super) filter: EventFilter,
}

impl PanicLog {
    /// Sets a panic hook that writes a line, and then calls the hook that was set before.
    ///
    /// A hook cannot be set by a thread that panics, so this does nothing then.
    pub(super) fn install(self: Arc<Self>) {
        if thread::panicking() {
            return;
        }
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if current_context::is_attempted() {
                return;
            }
            // A line for a panic of the output itself would cause the next one.
            if !is_writer_thread() && !self.filter.is_off() {
                self.write(panic);
            }
            previous(panic);
        }));
    }

    /// Writes the line without `tracing`: the panicking thread may hold the locks of its spans, and
    /// a layer that panics in here would abort the process.
    fn write(&self, panic: &PanicHookInfo<'_>) {
        let mut message = Vec::new();
        let Policy { limits, names, .. } = &self.policy;
        let redaction = names.redaction();
        let shown = redaction.shown(MESSAGE, payload(panic.payload()));
        text::push_str(&mut message, shown, limits.value_bytes);
        let mut timestamp = Timestamp::default();
        timestamp.set_to_now();
        let correlation = Correlation::current(TARGET);
        let head = Head {
            timestamp: timestamp.as_str(),
            level: Level::ERROR,
            target: TARGET,
            message: &message,
            correlation: &correlation,
        };
        if self.style != Style::Json && self.recent.is_on() {
            let line = self.rendered(Style::Json, &head, panic);
            self.recent.add(iter::once(&*line));
        }
        let line = self.rendered(self.style, &head, panic);
        self.queue.push(Level::ERROR, &line);
    }

    fn rendered(&self, style: Style, head: &Head<'_>, panic: &PanicHookInfo<'_>) -> Vec<u8> {
        let (mut out, mut used) = (Vec::new(), Vec::new());
        let layout = Layout {
            limits: &self.policy.limits,
            style,
            names: &self.names,
            known: &self.policy.names,
        };
        let mut line = Line::begin(&mut out, &mut used, layout, head);
        self.add_origin(&mut line, panic);
        line.scope();
        line.carried(head.correlation);
        line.end(head.correlation);
        out
    }

    /// Adds the source location, and the backtrace if `RUST_BACKTRACE` asks for one.
    fn add_origin(&self, line: &mut Line<'_>, panic: &PanicHookInfo<'_>) {
        let limit = self.policy.limits.value_bytes;
        if let Some(location) = panic.location() {
            let mut file = Vec::new();
            text::push_str(&mut file, source_path::relative(location.file()), limit);
            line.field("code.file.path", &file);
            line.field("code.line.number", location.line().to_string().as_bytes());
        }
        let backtrace = Backtrace::capture();
        if backtrace.status() == BacktraceStatus::Captured {
            let mut stack = Vec::new();
            text::push_display(&mut stack, &backtrace, limit);
            line.field("exception.stacktrace", &stack);
        }
    }
}

fn payload(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("panicked with a value that is not a string")
}
