//! Destructured arguments, whose parts are fields.

use glyph_core::instrument_stage;

use crate::attribute_cases::telemetry::{fields, only, stage};

struct Pair(usize, usize);

struct Point {
    x: usize,
    y: usize,
}

#[test]
fn tuple_parts_can_be_fields() {
    #[instrument_stage(stage::step, fields(first, second))]
    fn flat((first, second): (usize, usize)) -> usize {
        first + second
    }
    #[instrument_stage(stage::step, fields(a, b, c, d))]
    fn nested(((a, b), (c, d)): ((usize, usize), (usize, usize))) -> usize {
        a + b + c + d
    }
    let span = only(|| assert_eq!(flat((1, 2)), 3));
    assert_eq!(fields(&span), [("first", "1"), ("second", "2")]);
    let span = only(|| assert_eq!(nested(((1, 2), (3, 4))), 10));
    assert_eq!(
        fields(&span),
        [("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")]
    );
}

#[test]
fn reference_and_struct_parts_can_be_fields() {
    #[instrument_stage(stage::step, fields(text))]
    fn reference(&text: &&str) -> usize {
        text.len()
    }
    #[instrument_stage(stage::step, fields(one, other))]
    fn tuple_struct(Pair(one, other): Pair) -> usize {
        one + other
    }
    #[instrument_stage(stage::step, fields(x, renamed))]
    fn named(Point { x, y: renamed }: Point) -> usize {
        x + renamed
    }
    let span = only(|| assert_eq!(reference(&"x"), 1));
    assert_eq!(fields(&span), [("text", "x")]);
    let span = only(|| assert_eq!(tuple_struct(Pair(1, 2)), 3));
    assert_eq!(fields(&span), [("one", "1"), ("other", "2")]);
    let span = only(|| assert_eq!(named(Point { x: 1, y: 2 }), 3));
    assert_eq!(fields(&span), [("renamed", "2"), ("x", "1")]);
}

#[test]
fn all_patterns_work_in_one_async_function() {
    #[instrument_stage(stage::step, fields(x, above, other, last, text))]
    async fn take(
        (Point { x, y: above }, (Pair(other, ..), ref last)): (Point, (Pair, usize)),
        &text: &&str,
    ) -> usize {
        x + above + other + last + text.len()
    }
    let work = take((Point { x: 1, y: 2 }, (Pair(3, 0), 4)), &"12345");
    let span = only(|| assert_eq!(futures_util::FutureExt::now_or_never(work), Some(15)));
    assert_eq!(
        fields(&span),
        [
            ("above", "2"),
            ("last", "4"),
            ("other", "3"),
            ("text", "12345"),
            ("x", "1")
        ]
    );
}
