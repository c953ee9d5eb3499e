//! Directives in the syntax of `RUST_LOG`.

use glyph_core::__runtime::SpanReader;
use tracing::{Level, Metadata, level_filters::LevelFilter};
use tracing_subscriber::{EnvFilter, filter::Directive};

use super::{answers::Change, error::LogError};

/// The prefix of the targets of OpenTelemetry's crates.
const SDK: &str = "opentelemetry";

/// A filter, and what it was parsed from.
#[derive(Debug)]
pub(super) struct Directives {
    pub(super) text: String,
    pub(super) filter: EnvFilter,
    /// Whether a directive names the SDK of OpenTelemetry.
    names_sdk: bool,
    /// Present if a directive is about spans, which it has to see then, sampled or not.
    pub(super) spans: Option<SpanReader>,
    /// Present if the program runs with other directives before.
    change: Option<Change>,
}

impl Directives {
    pub(super) fn parse(text: &str, change: Option<Change>) -> Result<Self, LogError> {
        let parts = text.split(',').map(str::trim);
        let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
        let joined = parts.join(",");
        let names_spans = parts.iter().any(|part| part.contains('['));
        let names_sdk = parts.iter().any(|part| part.starts_with(SDK));
        let parsed = parts.into_iter().map(|part| {
            part.parse::<Directive>()
                .map_err(|error| LogError::Directive {
                    directive: part.chars().take(128).collect(),
                    reason: error.to_string(),
                })
        });
        parsed.collect::<Result<Vec<_>, _>>()?;
        let filter = EnvFilter::builder()
            .with_default_directive(LevelFilter::INFO.into())
            .parse_lossy(&joined);
        Ok(Self {
            text: if joined.is_empty() {
                LevelFilter::INFO.to_string()
            } else {
                joined.clone()
            },
            filter,
            names_sdk,
            spans: names_spans.then(SpanReader::new),
            change,
        })
    }

    /// Excludes events of the SDK below `WARN`, which describe its internals, unless a directive
    /// names the SDK.
    pub(super) fn excludes(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() > &Level::WARN && metadata.target().starts_with(SDK) && !self.names_sdk
    }

    /// Whether a directive names a field's value, as in `[request{user=ada}]`.
    pub(super) fn names_values(&self) -> bool {
        self.text.contains('{')
    }

    /// Whether a directive may name a value of this field in spans of this name. It looks at the text
    /// alone, so it is also true for parts of names.
    pub(super) fn may_name(&self, span: &str, field: &str) -> bool {
        let mut parts = self.text.split(',').filter_map(|part| part.split_once('{'));
        parts.any(|(before, fields)| {
            let named = before.rsplit_once('[').map(|(_target, span)| span.trim());
            named.is_none_or(|named| named.is_empty() || named.contains(span))
                && fields.contains(field)
        })
    }

    pub(super) fn is_off(&self) -> bool {
        self.most_verbose() == LevelFilter::OFF
    }

    pub(super) fn most_verbose(&self) -> LevelFilter {
        self.filter.max_level_hint().unwrap_or(LevelFilter::TRACE)
    }

    /// Returns the change after which there can be spans that a directive is about, and the filter
    /// does not know.
    pub(super) fn change_of_spans(&self) -> Option<Change> {
        self.change.filter(|_| self.spans.is_some())
    }
}
