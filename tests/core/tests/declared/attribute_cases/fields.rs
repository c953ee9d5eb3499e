//! Fields of a span.

use std::fmt::Debug;

use glyph_core::instrument_stage;
use tracing::field::Empty;

use crate::attribute_cases::telemetry::{fields, only, stage};

#[test]
fn literals_can_be_fields() {
    #[instrument_stage(stage::step, fields(foo = "bar", flag = true, number = 1, share = 0.5))]
    fn without_arguments() {}
    assert_eq!(
        fields(&only(without_arguments)),
        [
            ("flag", "true"),
            ("foo", "bar"),
            ("number", "1"),
            ("share", "0.5")
        ]
    );
}

#[test]
fn arguments_are_not_fields_unless_named() {
    struct NotDebug;
    #[instrument_stage(stage::step, fields(foo = "bar"))]
    fn one_field(_argument: u32, _other: NotDebug) {}
    #[instrument_stage(stage::step, fields(argument, ?text, %shown))]
    fn named(argument: u32, text: &str, shown: char, _other: NotDebug) {
        let _ = (argument, text, shown);
    }
    let span = only(|| one_field(1, NotDebug));
    assert_eq!(fields(&span), [("foo", "bar")]);
    let span = only(|| named(1, "x", 'y', NotDebug));
    assert_eq!(
        fields(&span),
        [("argument", "1"), ("shown", "y"), ("text", "\"x\"")]
    );
}

#[test]
fn argument_expressions_can_be_fields() {
    #[instrument_stage(stage::step, fields(s.len = s.len(), s.is_empty = s.is_empty(), %s))]
    fn of_text(s: &str) {
        let _ = s;
    }
    #[instrument_stage(stage::step, fields(s = "another"))]
    fn instead_of_the_argument(s: &str) {
        let _ = s;
    }
    let span = only(|| of_text("hello"));
    assert_eq!(
        fields(&span),
        [("s", "hello"), ("s.is_empty", "false"), ("s.len", "5")]
    );
    let span = only(|| instead_of_the_argument("hello"));
    assert_eq!(fields(&span), [("s", "another")]);
}

#[test]
fn low_precedence_expressions_can_be_fields() {
    #[instrument_stage(
        stage::step,
        fields(sum = a + b, wide = a as usize, shown = %a * b, debug = ?a..b, less = a < b, negative = -1)
    )]
    fn of_numbers(a: u32, b: u32) -> u32 {
        a + b
    }
    let span = only(|| assert_eq!(of_numbers(2, 3), 5));
    assert_eq!(
        fields(&span),
        [
            ("debug", "2..3"),
            ("less", "true"),
            ("negative", "-1"),
            ("shown", "6"),
            ("sum", "5"),
            ("wide", "2"),
        ]
    );
}

#[test]
fn argument_moved_by_the_body_can_be_a_field() {
    #[instrument_stage(stage::step, fields(s = &s, length = s.len()))]
    fn taken(s: String) -> Vec<u8> {
        s.into_bytes()
    }
    #[instrument_stage(stage::step, fields(s = &s, length = s.len()))]
    async fn taken_later(s: String) -> Vec<u8> {
        s.into_bytes()
    }
    let expected = [("length", "5"), ("s", "hello")];
    let span = only(|| assert_eq!(taken("hello".into()).len(), 5));
    assert_eq!(fields(&span), expected);
    let later = taken_later("hello".into());
    let span = only(|| {
        futures_util::FutureExt::now_or_never(later).unwrap();
    });
    assert_eq!(fields(&span), expected);
}

#[test]
fn empty_field_is_recorded_later() {
    #[instrument_stage(stage::step, fields(foo = "bar", later = _, never = Empty))]
    fn fills_one(value: u8) {
        tracing::Span::current().record("later", value);
    }
    let span = only(|| fills_one(7));
    assert_eq!(fields(&span), [("foo", "bar"), ("later", "7")]);
    let declared: Vec<_> = span.metadata().fields().iter().collect();
    assert!(declared.iter().any(|field| field.name() == "never"));
}

#[test]
fn field_names_can_be_keywords_or_strings() {
    #[instrument_stage(stage::step, fields(keywords.impl.type.fn = argument, "a: b" = 1, r#match = 2))]
    fn strange(argument: &str) {
        let _ = argument;
    }
    let span = only(|| strange("x"));
    assert_eq!(
        fields(&span),
        [
            ("a: b", "1"),
            ("keywords.impl.type.fn", "x"),
            ("match", "2")
        ]
    );
}

#[test]
fn fields_read_self() {
    #[derive(Clone, Debug)]
    struct Session {
        id: &'static str,
    }
    impl Session {
        #[instrument_stage(stage::step, fields(id = self.id, ?self, of = Self::name(self)))]
        fn open(&self) {}

        fn name(&self) -> &'static str {
            self.id
        }
    }
    let session = Session { id: "s1" };
    let span = only(|| session.open());
    assert_eq!(
        fields(&span),
        [
            ("id", "s1"),
            ("of", "s1"),
            ("self", "Session { id: \"s1\" }")
        ]
    );
}

#[test]
fn generic_and_nested_arguments_can_be_fields() {
    #[instrument_stage(stage::step, fields(?one, other = ?other, size = N))]
    fn generic<S, T: Debug, const N: usize>(one: S, other: &[T; N])
    where
        S: Debug,
    {
        let _ = (one, other);
    }
    let span = only(|| generic(Some(1), &["x"]));
    assert_eq!(
        fields(&span),
        [("one", "Some(1)"), ("other", "[\"x\"]"), ("size", "1")]
    );
}
