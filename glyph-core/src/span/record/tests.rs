//! Values of records.

use std::{error::Error, fmt};

use super::{RecordReader, Values};
use crate::{
    descriptor::SourceCrate,
    span::{FieldValue, FieldValues, SpanCallsite, value},
};

static SITE: SpanCallsite = SpanCallsite::new(
    &SITE,
    [&[], &["first", "second"]],
    ["test", "test", module_path!(), file!(), ""],
    line!(),
    tracing::Level::INFO,
    SourceCrate::of_module(module_path!(), None),
);

fn texts(values: &Values) -> Vec<(&'static str, String)> {
    let mut texts = Vec::new();
    values.each(&mut |name, value| texts.push((name, format!("{value:?}"))));
    texts
}

/// Returns the values, and whether they could all be kept.
fn of(fields: &[FieldValue<'_>]) -> (Values, bool) {
    let mut values = Values::default();
    let fields = FieldValues {
        labels: &[],
        texts: &[],
        fields,
    };
    let are_kept = values.begin(&SITE, &fields, false);
    (values, are_kept)
}

/// A value whose `Display` and `Debug` fail after their first word.
struct Broken;

impl fmt::Debug for Broken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("half ")?;
        Err(fmt::Error)
    }
}

#[test]
fn field_that_is_set_again_and_again_takes_no_more_memory() {
    let _reader = RecordReader::new(100, 1000);
    let (mut values, _) = of(&[value(&"kept"), value(&"0")]);
    for round in 0..10_000 {
        let text = format!("a text in round {round}");
        values.update(&Values::of_text("second", &text));
        let shown = [
            ("first", "Str(\"kept\")".to_owned()),
            ("second", format!("Str({text:?})")),
        ];
        assert_eq!(texts(&values), shown);
    }
    assert!(values.capacity() < 1000, "{}", values.capacity());
    assert_eq!(values.omitted(), 0);
}

#[test]
fn value_that_cannot_be_formatted_is_kept_as_far_as_it_can() {
    let _reader = RecordReader::new(100, 1000);
    let (values, _) = of(&[value(&tracing::field::debug(Broken)), value(&7)]);
    assert_eq!(
        texts(&values),
        [
            ("first", "Str(\"half \")".to_owned()),
            ("second", "I64(7)".to_owned())
        ]
    );
}

#[test]
fn callsite_whose_field_is_an_error_formats_no_values_for_records() {
    let error: &(dyn Error + 'static) = &fmt::Error;
    assert!(!SITE.has_error());
    assert!(!of(&[value(&error), value(&7)]).1);
    assert!(SITE.has_error());
}
