//! Destructors of thread-locals that were used first before, between and after glyph's.

use std::{any::Any, cell::RefCell, thread};

use tracing::{Span, level_filters::LevelFilter};
use tracing_subscriber::{Layer, layer::Identity};

use super::{install, install_with};
use crate::{check, check_drops, held};

/// Makes every call when it is dropped, and drops what it holds.
struct OnDrop {
    moment: String,
    held: Vec<(&'static str, u64, Box<dyn Any>)>,
}

impl Drop for OnDrop {
    fn drop(&mut self) {
        check_drops(
            &format!("{}, held", self.moment),
            std::mem::take(&mut self.held),
        );
        check(&self.moment);
    }
}

type Local = RefCell<Option<OnDrop>>;

thread_local! {
    static FIRST: Local = const { RefCell::new(None) };
    static AFTER_NEW_SPAN: Local = const { RefCell::new(None) };
    static AFTER_ENTERED_SPAN: Local = const { RefCell::new(None) };
    static LAST: Local = const { RefCell::new(None) };
}

fn on_drop(thread: &str, local: &str) -> OnDrop {
    OnDrop {
        moment: format!("{local} local of {thread}"),
        held: Vec::new(),
    }
}

/// Glyph is first used in the destructor.
fn unused(thread: &str) {
    FIRST.set(Some(on_drop(thread, "only")));
}

/// Locals are first used between the first uses of glyph, `tracing` and OpenTelemetry.
fn between(thread: &str) {
    FIRST.set(Some(on_drop(thread, "first")));
    let span = tracing::info_span!("new");
    AFTER_NEW_SPAN.set(Some(on_drop(thread, "second")));
    span.in_scope(|| ());
    AFTER_ENTERED_SPAN.set(Some(on_drop(thread, "third")));
    check(&format!("running {thread}"));
    LAST.set(Some(on_drop(thread, "last")));
}

/// `tracing` is first used after a local, and glyph in its destructor.
fn before(span: impl FnOnce() -> Span) {
    FIRST.set(Some(on_drop("a thread with a span", "only")));
    span().in_scope(|| ());
}

/// A local is first used between those of `tracing`, and glyph in its destructor.
fn inside(span: impl FnOnce() -> Span) {
    let span = span();
    AFTER_NEW_SPAN.set(Some(on_drop("a thread with a span", "inner")));
    span.in_scope(|| ());
}

/// A local that is older than all of glyph's holds calls that have begun.
fn holding(thread: &str) {
    FIRST.set(Some(on_drop(thread, "holding")));
    LAST.set(Some(on_drop(thread, "late holding")));
    let hold = |local: &Local| local.borrow_mut().as_mut().unwrap().held = held();
    FIRST.with(hold);
    LAST.with(hold);
}

pub(crate) fn of_one_thread(name: &'static str) {
    thread::spawn(|| between(name)).join().unwrap();
}

pub(super) fn of_threads(output: &str) {
    let _telemetry = install(output);
    for use_locals in [unused, between, holding] {
        thread::spawn(move || use_locals("a thread"))
            .join()
            .unwrap();
    }
}

/// Only the thread itself uses OpenTelemetry, which it drops before the local.
pub(super) fn after_opentelemetry(output: &str) {
    let _telemetry = install(output);
    let use_context = || {
        FIRST.set(Some(on_drop("a thread with a context", "only")));
        let _context = opentelemetry::Context::current();
    };
    thread::spawn(use_context).join().unwrap();
}

pub(super) fn around_spans(output: &str) {
    let _telemetry = install(output);
    spans_on_threads();
}

/// Only a layer of the program takes spans.
pub(super) fn around_spans_of_a_layer(output: &str) {
    let layer = Identity::new().with_filter(LevelFilter::DEBUG);
    let _telemetry = install_with(output, |builder| builder.layer(layer));
    spans_on_threads();
}

fn spans_on_threads() {
    for span in [
        || tracing::info_span!("new"),
        || tracing::debug_span!("new"),
    ] {
        thread::spawn(move || before(span)).join().unwrap();
        thread::spawn(move || inside(span)).join().unwrap();
    }
}

/// Their destructors run after `main` returned.
pub(super) fn of_the_main_thread(output: &str) {
    between("the main thread");
    let _telemetry = install(output);
    check("main");
}
