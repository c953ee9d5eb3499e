//! Log lines and vitals of browsers.

use std::collections::HashMap;
use std::fmt::Write;

use glyph_runtime::log::CarriedIds;
use glyph_runtime::trace::propagation;

use super::payload::{Event, Exception, Frame, Log, Measurement, Payload, TraceOf};
use super::spans::cut;
use crate::telemetry::{ServiceMetrics, Vital};

pub(crate) const TARGET: &str = module_path!();

/// The longest text of a line, and the most frames of a stack.
const LONGEST: usize = 2048;
const MOST_FRAMES: usize = 20;

/// Writes a line for each signal other than a span, with the service and the session of the browser.
pub(super) fn write(payload: &Payload) {
    let meta = &payload.meta;
    let ids = CarriedIds::default();
    let ids = with(ids, "service", super::SERVICE);
    let ids = with(ids, "session_id", &meta.session.id);
    let (page, app) = (shown(&meta.page.url), shown(&meta.app.name));
    let (version, browser) = (shown(&meta.app.version), shown(&meta.browser.name));
    ids.in_scope(|| {
        tracing::debug!(
            app,
            version,
            browser,
            of = shown(&meta.browser.version),
            "signals received"
        );
        for exception in &payload.exceptions {
            traced(exception.trace.as_ref(), || exception.write(page));
        }
        for log in &payload.logs {
            traced(log.trace.as_ref(), || log.write(page));
        }
        for measurement in &payload.measurements {
            traced(measurement.trace.as_ref(), || measurement.write(page));
        }
        for event in &payload.events {
            traced(event.trace.as_ref(), || event.write(page));
        }
    });
}

/// Adds an id, unless it is empty or cannot be one.
fn with(ids: CarriedIds, name: &'static str, value: &str) -> CarriedIds {
    ids.clone().try_with(name, value).unwrap_or(ids)
}

/// Runs `write` in the trace of the signal, if it has one.
fn traced(trace: Option<&TraceOf>, write: impl FnOnce()) {
    let Some(TraceOf { trace_id, span_id }) = trace else {
        return write();
    };
    // The text is checked as a header of a request is.
    let parent = format!("00-{trace_id}-{span_id}-01");
    let headers = HashMap::from([("traceparent".to_owned(), parent)]);
    propagation::extract(&headers).in_scope(write);
}

fn shown(text: &str) -> &str {
    cut(text, LONGEST)
}

impl Log {
    fn write(&self, page: &str) {
        let text = shown(&self.message);
        match self.level.as_str() {
            "error" => tracing::error!(kind = "log", page, "{text}"),
            "warn" => tracing::warn!(kind = "log", page, "{text}"),
            "debug" | "trace" => tracing::debug!(kind = "log", page, "{text}"),
            _ => tracing::info!(kind = "log", page, "{text}"),
        }
    }
}

impl Exception {
    fn write(&self, page: &str) {
        let stack = self.stack();
        tracing::error!(
            kind = "exception",
            page,
            "exception.type" = shown(&self.kind),
            "exception.stacktrace" = shown(&stack),
            "{}",
            shown(&self.value)
        );
    }

    /// Returns a line for each frame.
    fn stack(&self) -> String {
        let frames = self.stacktrace.iter().flat_map(|stack| &stack.frames);
        let mut text = String::new();
        for frame in frames.take(MOST_FRAMES) {
            let Frame {
                filename,
                function,
                lineno,
                colno,
            } = frame;
            let (line, column) = (lineno.unwrap_or_default(), colno.unwrap_or_default());
            // Writing to a string does not fail.
            let _written = writeln!(text, "at {function} ({filename}:{line}:{column})");
        }
        text
    }
}

impl Measurement {
    fn write(&self, page: &str) {
        let values: Vec<_> = self.values.iter().take(MOST_FRAMES).collect();
        let values = format!("{values:?}");
        let (kind, values) = (shown(&self.kind), shown(&values));
        tracing::info!(
            kind = "measurement",
            page,
            measured = kind,
            values,
            "measured"
        );
    }
}

impl Event {
    fn write(&self, page: &str) {
        let attributes: Vec<_> = self.attributes.iter().take(MOST_FRAMES).collect();
        let attributes = format!("{attributes:?}");
        let (name, attributes) = (shown(&self.name), shown(&attributes));
        tracing::info!(kind = "event", page, event = name, attributes, "happened");
    }
}

/// Records a web vital. Times are in milliseconds; another measurement is no vital.
pub(super) fn observe(name: &str, value: f64) {
    let metrics = ServiceMetrics::global();
    let vital = match name {
        "lcp" => Vital::Lcp,
        "inp" => Vital::Inp,
        "ttfb" => Vital::Ttfb,
        "cls" => return metrics.browser_layout_shift.observe(value),
        _ => return,
    };
    metrics.browser_vitals.observe(vital, value / 1e3);
}
