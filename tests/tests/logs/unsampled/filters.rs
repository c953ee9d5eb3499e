//! Filters by span, below an unsampled root.
//!
//! Each test has its own process: while a filter has directives for spans, spans are built in all of
//! it.

use glyph_runtime::instrument_stage;
use glyph_tests::children::alone;
use serde_json::Value;
use tracing::{debug, info, info_span};

use super::{filtered_by, off, on, program::stage};

#[instrument_stage(stage::step, fields(tenant))]
fn step(tenant: &str) {
    debug!(tenant, "in the step");
}

/// Returns the messages and tenants of the lines.
fn lines_with(filter: &str, is_sampled: bool) -> Vec<(String, String)> {
    let sampler = if is_sampled { on() } else { off() };
    let lines = filtered_by(filter, sampler, || {
        info_span!("root").in_scope(|| {
            debug!(tenant = "none", "outside");
            step("acme");
            step("wile");
            info!(tenant = "none", "at the end");
        });
    });
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let pair = |line: &Value| (text(&line["message"]), text(&line["tenant"]));
    lines.iter().map(pair).collect()
}

fn expected(lines: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(message, tenant): &(&str, &str)| ((*message).into(), (*tenant).into());
    lines.iter().map(owned).collect()
}

#[test]
fn directive_with_a_stage_shows_its_events() {
    let all = [
        ("in the step", "acme"),
        ("in the step", "wile"),
        ("at the end", "none"),
    ];
    alone(|| {
        for is_sampled in [true, false] {
            assert_eq!(lines_with("info,[step]=debug", is_sampled), expected(&all));
        }
    });
}

#[test]
fn directive_with_a_field_shows_the_events_of_that_value() {
    let one = [("in the step", "wile"), ("at the end", "none")];
    alone(|| {
        for is_sampled in [true, false] {
            let filter = "info,[step{tenant=wile}]=debug";
            assert_eq!(lines_with(filter, is_sampled), expected(&one));
        }
    });
}

#[test]
fn other_directives_keep_the_events_of_stages_out() {
    for is_sampled in [true, false] {
        let lines = lines_with("info", is_sampled);
        assert_eq!(lines, expected(&[("at the end", "none")]));
    }
}
