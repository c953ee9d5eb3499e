//! The same moments with records of stages in place of spans.

use glyph_tests::kinds::again_with_records;

#[test]
fn calls_record_as_ever_with_records() {
    again_with_records(&["forks::", "moments::"], 12);
}
