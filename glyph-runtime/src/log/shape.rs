//! The shape of lines: names of fields, the case of the level, the form of durations.

use std::{borrow::Cow, mem};

use crate::context::ids::MESSAGE;

/// The longest name, in bytes. The room that a line keeps for its own fields fits such names.
const LONGEST_NAME: usize = 40;

/// The name of a field in lines.
type Name = Cow<'static, str>;

/// The shape of lines, for readers that expect other names or forms.
///
/// The names are of the fields that glyph itself writes, and of the program's own fields that have
/// the default name of one: an event with `url.path` has it under the name of the shape as well.
/// Redaction goes by the default names and, in lines, by the names of the shape. The shape is that of
/// log lines and of the audit trail, and not of log records, whose names are OpenTelemetry's.
///
/// ```
/// use glyph_runtime::log::{DurationFormat, FieldNames, LevelCase, LineShape};
///
/// // {"time":"..","level":"info","msg":"request completed","method":"GET","duration":"1.2ms",..}
/// let shape = LineShape {
///     names: FieldNames {
///         timestamp: "time".into(),
///         message: "msg".into(),
///         ..FieldNames::short()
///     },
///     level: LevelCase::Lower,
///     duration: DurationFormat::Text,
/// };
/// assert_eq!(shape.names.http_method, "method");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineShape {
    /// The names of fields.
    pub names: FieldNames,
    /// The case of the level. Pretty lines have upper case.
    pub level: LevelCase,
    /// The form of the field `duration_ms`, as far as it has a number.
    pub duration: DurationFormat,
}

/// The case of the level in lines.
///
/// ```
/// use glyph_runtime::log::{LevelCase, LineShape};
///
/// // {"level":"info",..}
/// let shape = LineShape { level: LevelCase::Lower, ..LineShape::default() };
/// assert_ne!(shape.level, LevelCase::default());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LevelCase {
    /// `INFO`.
    #[default]
    Upper,
    /// `info`.
    Lower,
}

/// The form of durations in lines.
///
/// ```
/// use glyph_runtime::log::{DurationFormat, LineShape};
///
/// // {"duration_us":1234.5,..}
/// let shape = LineShape { duration: DurationFormat::Microseconds, ..LineShape::default() };
/// assert_ne!(shape.duration, DurationFormat::default());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum DurationFormat {
    /// A number of seconds, as `duration_s`.
    Seconds,
    /// A number of milliseconds, as `duration_ms`.
    #[default]
    Milliseconds,
    /// A number of microseconds, as `duration_us`.
    Microseconds,
    /// A number of nanoseconds, as `duration_ns`.
    Nanoseconds,
    /// Text with its unit, such as `"1.2ms"`, as `duration`.
    Text,
}

impl LineShape {
    /// Returns the default name of each field and its name.
    pub(super) fn named(&self) -> impl Iterator<Item = (&'static str, Name)> {
        let duration = self.names.duration_name(self.duration);
        let others = self.names.entries();
        let others = others.map(|(field, name)| (field, name.clone()));
        others.chain([(DURATION, duration)])
    }
}

macro_rules! field_names {
    ($($(#[$doc:meta])+ $field:ident = $default:expr, $short:expr;)+) => {
        /// The names of fields in lines. No two fields can have the same name.
        ///
        /// A name has 1 to 40 visible ASCII characters without `"` and `\`, and does not begin with
        /// `field.`, which marks the program's own fields with the name of another field.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct FieldNames {
            $($(#[$doc])+ pub $field: Name,)+
            /// The duration of a request or a call. Default: `None`, which is `duration` with the
            /// unit of the [`DurationFormat`], `duration_ms`.
            pub duration: Option<Name>,
        }

        impl Default for FieldNames {
            fn default() -> Self {
                Self { $($field: Cow::Borrowed($default),)+ duration: None }
            }
        }

        impl FieldNames {
            /// Returns short names for what OpenTelemetry's conventions name: `method`, `path`,
            /// `route`, `status`, `error` and so on.
            #[must_use]
            pub const fn short() -> Self {
                Self { $($field: Cow::Borrowed($short),)+ duration: None }
            }

            /// Returns the names that [`FieldNames::try_set`] knows.
            pub(crate) fn known() -> impl Iterator<Item = &'static str> {
                [$($default,)+ DURATION_KEY].into_iter()
            }

            /// Returns the default name of each field and its name.
            pub(super) fn entries(&self) -> impl Iterator<Item = (&'static str, &Name)> {
                [$(($default, &self.$field)),+].into_iter()
            }

            fn field(&mut self, default: &str) -> Option<&mut Name> {
                $(if default == $default {
                    return Some(&mut self.$field);
                })+
                None
            }
        }
    };
}

field_names! {
    /// The time of the event. Default: `timestamp`.
    timestamp = "timestamp", "timestamp";
    /// The level. Default: `level`.
    level = "level", "level";
    /// The text of the event. Default: `message`.
    message = MESSAGE, MESSAGE;
    /// The target. Default: `target`.
    target = "target", "target";
    /// The id of the trace. Default: `trace_id`.
    trace_id = "trace_id", "trace_id";
    /// The id of the span. Default: `span_id`.
    span_id = "span_id", "span_id";
    /// The number of fields without room. Default: `omitted_fields`.
    omitted_fields = "omitted_fields", "omitted_fields";
    /// The id of the request. Default: `request_id`.
    request_id = "request_id", "request_id";
    /// The method of an HTTP request. Default: `http.request.method`; short: `method`.
    http_method = "http.request.method", "method";
    /// The path of an HTTP request. Default: `url.path`; short: `path`.
    path = "url.path", "path";
    /// The template of the route. Default: `http.route`; short: `route`.
    http_route = "http.route", "route";
    /// The status of an HTTP response. Default: `http.response.status_code`; short: `status`.
    http_status = "http.response.status_code", "status";
    /// The size of a request's body. Default: `http.request.body.size`; short: `request_bytes`.
    request_size = "http.request.body.size", "request_bytes";
    /// The size of a response's body. Default: `http.response.body.size`; short: `response_bytes`.
    response_size = "http.response.body.size", "response_bytes";
    /// The method of a gRPC call. Default: `rpc.method`; short: `rpc_method`.
    rpc_method = "rpc.method", "rpc_method";
    /// The status of a gRPC call. Default: `rpc.status_code`; short: `rpc_status`.
    rpc_status = "rpc.status_code", "rpc_status";
    /// The kind of a failure. Default: `error.type`; short: `error_type`.
    error_type = "error.type", "error_type";
    /// The text of an error. Default: `error.message`; short: `error`.
    error_message = "error.message", "error";
    /// The backtrace of a panic or an error. Default: `exception.stacktrace`; short: `stacktrace`.
    stacktrace = "exception.stacktrace", "stacktrace";
}

/// The default name of the field with a duration.
pub(super) const DURATION: &str = "duration_ms";
/// The name by which [`FieldNames::try_set`] knows that field.
const DURATION_KEY: &str = "duration";

impl FieldNames {
    /// Sets the name of a field by the field's default name, `duration` for the duration. Returns
    /// whether there is such a field.
    pub(crate) fn try_set(&mut self, default: &str, name: &str) -> bool {
        if default == DURATION_KEY {
            self.duration = Some(name.to_owned().into());
            return true;
        }
        let field = self.field(default);
        field
            .map(|field| mem::replace(field, name.to_owned().into()))
            .is_some()
    }

    /// Returns why these cannot be the names, if they cannot.
    pub(crate) fn problem(&self, format: DurationFormat) -> Option<(String, &'static str)> {
        let duration = self.duration_name(format);
        let mut names: Vec<_> = self.entries().map(|(_, name)| &**name).collect();
        names.push(&duration);
        let invalid = names.iter().find(|name| !is_valid(name));
        if let Some(name) = invalid {
            let rule = "use 1 to 40 visible ASCII characters without quotes and backslashes, not beginning with `field.`";
            return Some(((*name).to_owned(), rule));
        }
        names.sort_unstable();
        let twice = names.windows(2).find(|pair| pair.first() == pair.last());
        let name = twice.and_then(|pair| pair.first())?;
        Some(((*name).to_owned(), "two fields have this name: rename one"))
    }

    pub(super) fn duration_name(&self, format: DurationFormat) -> Name {
        let chosen = self.duration.clone();
        chosen.unwrap_or_else(|| Cow::Borrowed(format.default_name()))
    }
}

impl DurationFormat {
    const fn default_name(self) -> &'static str {
        match self {
            Self::Seconds => "duration_s",
            Self::Milliseconds => DURATION,
            Self::Microseconds => "duration_us",
            Self::Nanoseconds => "duration_ns",
            Self::Text => "duration",
        }
    }
}

fn is_valid(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len())
        && !name.starts_with(super::names::PREFIX)
        && name
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"\"\\".contains(&byte))
}
