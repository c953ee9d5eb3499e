//! The program whose log lines are compared has the same spans with records.

use glyph_runtime::trace::StageSpans;

use super::{exported, tree};

#[path = "../../logs/unsampled/program.rs"]
mod of_the_log;

#[test]
fn program_has_the_same_spans_with_both_kinds() {
    let [tracing, records] = [StageSpans::Tracing, StageSpans::Records]
        .map(|stages| tree::of(&exported(stages, of_the_log::run)));
    let differs = tracing.lines().zip(records.lines());
    for (tracing, records) in differs {
        assert_eq!(records, tracing);
    }
    assert_eq!(records, tracing);
}
