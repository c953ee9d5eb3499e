//! The keys of a line, as the shape of lines has them.

use std::{borrow::Cow, time::Duration};

use tracing::Level;

use super::{
    shape::{DURATION, DurationFormat, LevelCase, LineShape},
    text,
};
use crate::context::ids::RESERVED;

/// The beginning of the key of a field that has the name of a field of the line itself.
pub(super) const PREFIX: &str = "field.";

/// The names that lines have, looked up by the names that fields have.
#[derive(Debug)]
pub(super) struct Names {
    /// The names of [`RESERVED`], in its order.
    line_fields: [Cow<'static, str>; RESERVED.len()],
    renamed: Vec<Renamed>,
    level: LevelCase,
    duration: DurationFormat,
}

/// A field that a line has by itself: the index of its name in [`RESERVED`].
#[derive(Clone, Copy, Debug)]
pub(super) enum LineField {
    Timestamp,
    Level,
    Message,
    Target,
    TraceId,
    SpanId,
    OmittedFields,
}

/// A field with another name in lines.
#[derive(Debug)]
struct Renamed {
    from: &'static str,
    to: Cow<'static, str>,
}

/// The key of a field in a line.
#[derive(Clone, Copy)]
pub(super) struct Key<'n> {
    pub(super) prefix: &'static str,
    pub(super) name: &'n str,
}

/// A key that a line has already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UsedKey {
    Field(&'static str),
    /// The index of a renamed field.
    Renamed(usize),
}

impl Names {
    /// Prepares the names of a shape that has [no problem](super::FieldNames::problem).
    pub(super) fn new(shape: &LineShape) -> Self {
        let LineShape {
            names,
            level,
            duration,
        } = shape;
        let line_fields = RESERVED.map(|default| {
            let entry = names.entries().find(|(name, _)| *name == default);
            entry.map_or(Cow::Borrowed(default), |(_, name)| name.clone())
        });
        let renamed = shape
            .named()
            .filter(|(from, to)| from != to && !RESERVED.contains(from))
            .map(|(from, to)| Renamed { from, to });
        Self {
            line_fields,
            renamed: renamed.collect(),
            level: *level,
            duration: *duration,
        }
    }

    /// Returns the name of a field that a line has by itself.
    pub(super) fn of(&self, field: LineField) -> &str {
        self.line_fields.get(field as usize).map_or("", |name| name)
    }

    /// Returns the key of a field. A field with the name of a field of the line itself gets a prefix.
    /// `level` and `field.level` get the same key, so that no line has a key twice.
    pub(super) fn key(&self, name: &'static str) -> (Key<'_>, UsedKey) {
        if let Some((index, renamed)) = self.renamed(name) {
            let key = Key {
                prefix: "",
                name: &renamed.to,
            };
            return (key, UsedKey::Renamed(index));
        }
        let name = match name.strip_prefix(PREFIX) {
            Some(bare) if self.is_reserved(bare) => bare,
            _ => name,
        };
        let prefix = if self.is_reserved(name) { PREFIX } else { "" };
        (Key { prefix, name }, UsedKey::Field(name))
    }

    /// Whether the key of a field is its name, with its value as it is.
    pub(super) fn has_plain_key(&self, name: &str) -> bool {
        let is_other_duration = name == DURATION && self.duration != DurationFormat::Milliseconds;
        let has_prefix = name.starts_with(PREFIX);
        !has_prefix && !is_other_duration && !self.is_reserved(name) && self.renamed(name).is_none()
    }

    fn is_reserved(&self, name: &str) -> bool {
        self.line_fields.iter().any(|field| field == name)
    }

    /// Finds a renamed field by its own name, or else by its name in lines.
    fn renamed(&self, name: &str) -> Option<(usize, &Renamed)> {
        let of = |matches: fn(&Renamed, &str) -> bool| {
            let mut renamed = self.renamed.iter().enumerate();
            renamed.find(|(_, renamed)| matches(renamed, name))
        };
        of(|renamed, name| renamed.from == name).or_else(|| of(|renamed, name| renamed.to == name))
    }

    pub(super) fn level(&self, level: Level) -> &'static str {
        if self.level == LevelCase::Upper {
            return level.as_str();
        }
        match level {
            Level::ERROR => "error",
            Level::WARN => "warn",
            Level::INFO => "info",
            Level::DEBUG => "debug",
            Level::TRACE => "trace",
        }
    }

    /// Returns the value of a field in the form of this shape, if it is a duration in another form.
    #[expect(
        clippy::cast_precision_loss,
        reason = "nanoseconds of up to 104 days are exact in a double, and longer durations are rounded"
    )]
    pub(super) fn duration(&self, name: &str, value: &[u8]) -> Option<Vec<u8>> {
        if name != DURATION || self.duration == DurationFormat::Milliseconds {
            return None;
        }
        let milliseconds: f64 = serde_json::from_slice(value).ok()?;
        // Whole nanoseconds, divided once: a product such as `1.005 * 1e3` is not exact.
        let duration = Duration::try_from_secs_f64(milliseconds / 1e3).ok()?;
        let nanoseconds = duration.as_nanos();
        let mut out = Vec::new();
        match self.duration {
            DurationFormat::Seconds => text::push_f64(&mut out, nanoseconds as f64 / 1e9),
            DurationFormat::Milliseconds => text::push_f64(&mut out, milliseconds),
            DurationFormat::Microseconds => text::push_f64(&mut out, nanoseconds as f64 / 1e3),
            DurationFormat::Nanoseconds => text::push_u128(&mut out, nanoseconds),
            DurationFormat::Text => text::push_debug(&mut out, &duration, usize::MAX),
        }
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::FieldNames;

    fn shown(duration: DurationFormat, value: &[u8]) -> Option<String> {
        let shape = LineShape {
            duration,
            ..LineShape::default()
        };
        let shown = Names::new(&shape).duration(DURATION, value);
        shown.map(|text| String::from_utf8_lossy(&text).into_owned())
    }

    #[test]
    fn durations_have_the_form_of_the_shape() {
        for (format, expected) in [
            (DurationFormat::Seconds, "0.0012345"),
            (DurationFormat::Microseconds, "1234.5"),
            (DurationFormat::Nanoseconds, "1234500"),
            (DurationFormat::Text, "\"1.2345ms\""),
        ] {
            assert_eq!(shown(format, b"1.2345").as_deref(), Some(expected));
        }
        assert_eq!(shown(DurationFormat::Milliseconds, b"1.2345"), None);
        for (format, expected) in [
            (DurationFormat::Seconds, "0.001005"),
            (DurationFormat::Microseconds, "1005.0"),
            (DurationFormat::Nanoseconds, "1005000"),
            (DurationFormat::Text, "\"1.005ms\""),
        ] {
            assert_eq!(shown(format, b"1.005").as_deref(), Some(expected));
        }
        assert_eq!(shown(DurationFormat::Text, b"\"soon\""), None);
        assert_eq!(shown(DurationFormat::Text, b"-1"), None);
    }

    #[test]
    fn fields_of_the_line_itself_have_their_own_names() {
        let names = Names::new(&LineShape::default());
        for (field, expected) in [
            (LineField::Timestamp, "timestamp"),
            (LineField::Level, "level"),
            (LineField::Message, "message"),
            (LineField::Target, "target"),
            (LineField::TraceId, "trace_id"),
            (LineField::SpanId, "span_id"),
            (LineField::OmittedFields, "omitted_fields"),
        ] {
            assert_eq!(names.of(field), expected);
        }
    }

    #[test]
    fn swapped_names_stay_separate() {
        let shape = LineShape {
            names: FieldNames {
                path: "http.route".into(),
                http_route: "url.path".into(),
                ..FieldNames::default()
            },
            ..LineShape::default()
        };
        assert_eq!(shape.names.problem(shape.duration), None);
        let names = Names::new(&shape);
        let (path, used) = names.key("url.path");
        let (route, other) = names.key("http.route");
        assert_eq!((path.name, route.name), ("http.route", "url.path"));
        assert_ne!(used, other);
    }
}
