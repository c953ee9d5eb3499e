//! Fields that are recorded late, and bodies that use the current span.

use glyph_runtime::{instrument_stage, stage::current};
use tracing::{Instrument, Span, info, info_span};

use super::{
    assert_same,
    program::{search, search_in_a_block, stage},
    recorded as as_records, sampled, unsampled,
};

#[instrument_stage(stage::step, fields(early = 1, late = _))]
fn recorded() {
    helper(&Span::current());
    info!("with both");
}

#[instrument_stage(stage::step, fields(early = 1, late = _))]
fn recorded_by_a_helper() {
    helper_of_the_current();
    info!("with both");
}

#[instrument_stage(stage::step, fields(early = 1, late = "not yet"))]
fn recorded_by_a_handle() {
    current().record("late", "now");
    info!("with both");
}

fn helper(span: &Span) {
    span.record("late", "now");
}

fn helper_of_the_current() {
    helper(&Span::current());
}

#[instrument_stage(stage::step, fields(task = 1))]
async fn spawns() {
    let task = async { info!("in a task") }.in_current_span();
    std::thread::scope(|scope| {
        let dispatch = tracing::dispatcher::get_default(Clone::clone);
        scope.spawn(move || {
            tracing::dispatcher::with_default(&dispatch, || {
                futures_util::FutureExt::now_or_never(task)
            })
        });
    });
}

#[instrument_stage(stage::step, fields(failed = 1), err = event)]
fn fails(span: &mut Option<Span>) -> Result<(), std::num::ParseIntError> {
    *span = Some(info_span!("outlives", inside = 1));
    "x".parse::<u8>().map(|_| ())
}

#[test]
fn late_fields_are_on_the_lines() {
    for work in [recorded as fn(), recorded_by_a_helper] {
        let lines = unsampled(work);
        assert_eq!(lines[0]["late"], "now");
        assert_same(lines, sampled(work), "late");
    }
}

#[test]
fn fields_of_the_current_stage_are_on_the_lines() {
    let lines = unsampled(recorded_by_a_handle);
    assert_eq!(
        (&lines[0]["early"], &lines[0]["late"]),
        (&1.into(), &"now".into())
    );
    assert_same(lines.clone(), sampled(recorded_by_a_handle), "sampled");
    assert_same(lines, as_records(recorded_by_a_handle), "records");
}

#[test]
fn labels_known_at_the_end_are_on_the_lines_from_then_on() {
    let work = || {
        search("7").unwrap();
        search("x").unwrap_err();
        search_in_a_block();
    };
    let lines = unsampled(work);
    let found: Vec<_> = lines
        .iter()
        .map(|line| line["found"].as_str().unwrap_or_default())
        .collect();
    assert_eq!(found, ["", "wile", "", "none", "", "wile", "wile"]);
    assert_same(lines.clone(), sampled(work), "sampled");
    assert_same(lines, as_records(work), "records");
}

#[test]
fn task_in_the_current_span_has_the_fields_of_the_stage() {
    let work = || futures_util::FutureExt::now_or_never(spawns()).unwrap();
    let lines = unsampled(work);
    assert_eq!(lines[0]["task"], 1);
    assert_same(lines, sampled(work), "current");
}

#[test]
fn span_that_outlives_a_failed_stage_has_its_error() {
    let work = || {
        let mut span = None;
        assert!(fails(&mut span).is_err());
        span.unwrap().in_scope(|| info!("after the failure"));
    };
    let lines = unsampled(work);
    assert_eq!(lines[1]["error.type"], "core::num::error::ParseIntError");
    assert_same(lines, sampled(work), "error");
}
