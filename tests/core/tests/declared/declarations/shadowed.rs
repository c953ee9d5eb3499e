//! Expansions use no name that a user can shadow.

#![expect(
    dead_code,
    unused_macros,
    reason = "the items exist only to shadow the prelude"
)]

use ::glyph_core as renamed;
use renamed::{Counter, Gauge, Histogram, Label, LabelSet, Status, metric_catalog};

mod core {}
mod std {}
mod alloc {}
mod glyph_core {}
struct Option;
struct Some;
struct None;
struct Result;
struct Ok;
struct Err;
struct Vec;
struct Box;
trait Sized {}
trait FnOnce {}
trait Fn {}
trait Send {}
trait Sync {}
macro_rules! vec {
    () => {};
}
macro_rules! file {
    () => {};
}
macro_rules! panic {
    () => {};
}
macro_rules! concat {
    () => {};
}

/// Shadows a primitive type.
#[expect(non_camel_case_types, reason = "it has the name that it shadows")]
struct usize;
#[expect(non_camel_case_types, reason = "it has the name that it shadows")]
struct u32;
#[expect(non_camel_case_types, reason = "it has the name that it shadows")]
struct f64;

#[derive(Label)]
#[label(crate = renamed)]
enum Kind {
    Llm,
    Stt,
}

#[derive(Label)]
#[label(crate = renamed, outcome)]
enum Ending {
    Ok,
    Error,
    Timeout,
}

#[derive(LabelSet)]
#[label(crate = renamed)]
struct Call<'a> {
    kind: Kind,
    #[label(max = 4)]
    tool: &'a str,
    ending: Ending,
}

#[derive(LabelSet)]
#[label(crate = renamed)]
struct Job {
    status: Status,
}

#[metric_catalog(namespace = "inner", crate = renamed)]
struct Inner {
    /// Jobs.
    jobs: Counter<Job>,
}

#[metric_catalog(namespace = "shadowed", stages = stage, forbid_labels(org_id), crate = renamed)]
struct Metrics {
    /// Calls.
    calls: Counter<Call<'_>>,
    /// Calls under way.
    running: Gauge,
    /// Time of a call.
    #[metric(unit = seconds)]
    #[stage(call, requests = calls, in_flight = running, labels(kind: Kind = Kind::Stt, tool: &str),
        end_labels(other: Kind = Kind::Llm, text: &str = ""))]
    duration: Histogram,
    #[catalog]
    inner: Inner,
}

#[test]
fn catalog_compiles_with_every_name_shadowed() {
    let metrics = Metrics::global();
    let call = || Call {
        kind: Kind::Llm,
        tool: "dice",
        ending: Ending::Timeout,
    };
    metrics.calls.inc(call());
    metrics.inner.jobs.inc(Job { status: Status::Ok });
    metrics.running.inc();
    metrics.duration.observe(0.5);
    assert_eq!(metrics.calls.value(call()), 1);
    assert_eq!(metrics.inner.jobs.value(Job { status: Status::Ok }), 1);
    let _ = (
        stage::call { tool: "dice" },
        Kind::Stt,
        Ending::Ok,
        Ending::Error,
    );
}
