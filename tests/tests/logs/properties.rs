//! Whatever the names and values of its fields, a line is one object that has them.

use glyph_runtime::log::LogSettings;
use proptest::{collection::vec, prelude::*};
use serde_json::{Map, Value};
use tracing::{
    Event, Level, Metadata,
    callsite::{Callsite, Identifier},
    field::{FieldSet, Value as Recorded},
    metadata::Kind,
    subscriber::Interest,
};

use crate::capture::{lines_of, parsed, text_of};

struct Site;

impl Callsite for Site {
    fn set_interest(&self, _: Interest) {}

    fn metadata(&self) -> &Metadata<'_> {
        unreachable!("nobody registers this place")
    }
}

static SITE: Site = Site;

/// Emits an event with arbitrary field names, which the macros do not permit.
fn emit(names: &[String; 3], values: &[String; 3]) {
    let names: Vec<&'static str> = names.iter().map(|name| &*name.clone().leak()).collect();
    let fields = FieldSet::new(names.leak(), Identifier(&SITE));
    let metadata = Metadata::new(
        "event",
        "any",
        Level::INFO,
        None,
        None,
        None,
        fields,
        Kind::EVENT,
    );
    let metadata: &'static Metadata<'static> = Box::leak(Box::new(metadata));
    let fields: Vec<_> = metadata.fields().iter().collect();
    let given: Vec<_> = fields
        .iter()
        .zip(values)
        .map(|(field, value)| (field, Some(value as &dyn Recorded)))
        .collect();
    let given: [_; 3] = given.try_into().unwrap();
    Event::dispatch(metadata, &metadata.fields().value_set(&given));
}

const OWN: [&str; 6] = [
    "timestamp",
    "level",
    "target",
    "trace_id",
    "span_id",
    "omitted_fields",
];

fn expected(names: &[String; 3], values: &[String; 3]) -> Map<String, Value> {
    let mut line = Map::new();
    line.insert("message".to_owned(), "".into());
    line.insert("level".to_owned(), "INFO".into());
    line.insert("target".to_owned(), "any".into());
    for (name, value) in names.iter().zip(values).rev() {
        let name = name.strip_prefix("r#").unwrap_or(name);
        let own = OWN.contains(&name);
        let key = if own {
            format!("field.{name}")
        } else {
            name.to_owned()
        };
        line.insert(key, value.as_str().into());
    }
    line
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>().prop_filter("longer than names may be", |name| name.len() <= 256),
        prop::sample::select(OWN.to_vec()).prop_map(str::to_owned),
        prop::sample::select(vec!["message", "field.level", "request_id", "\"", "\n", ""])
            .prop_map(str::to_owned),
    ]
}

fn three<T: std::fmt::Debug>(of: impl Strategy<Value = T>) -> impl Strategy<Value = [T; 3]> {
    vec(of, 3).prop_map(|three| three.try_into().unwrap())
}

/// Returns a strategy for a few letters, repeated.
fn long(most: usize) -> impl Strategy<Value = String> {
    (".{0,4}", 0..most).prop_map(|(letters, times)| letters.repeat(times))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn line_has_every_recorded_field(names in three(name()), values in three(any::<String>())) {
        let mut lines = lines_of(LogSettings::default(), || emit(&names, &values));
        prop_assert_eq!(lines.len(), 1);
        let mut line = lines.remove(0);
        let line = line.as_object_mut().unwrap();
        prop_assert!(line.remove("timestamp").is_some());
        prop_assert_eq!(&*line, &expected(&names, &values));
    }

    #[test]
    fn line_is_bounded_and_valid(names in three(long(100)), values in three(long(10_000))) {
        let settings = LogSettings::default();
        let most = settings.limits.line_bytes;
        let text = text_of(settings, || emit(&names, &values));
        prop_assert!(text.len() <= most);
        prop_assert_eq!(parsed(&text).len(), 1);
    }
}
