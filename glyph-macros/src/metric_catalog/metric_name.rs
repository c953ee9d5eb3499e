//! The names of a metric: its Prometheus family and its OpenTelemetry name.

use std::collections::HashMap;

use heck::ToSnakeCase;
use quote::ToTokens;
use syn::{Ident, LitStr, Path, ext::IdentExt};

use super::{
    field::{Kind, Metric},
    unit::Unit,
};
use crate::diagnostic::Errors;

/// Suffixes that a histogram's samples have.
const HISTOGRAM_SUFFIXES: [&str; 5] = ["_bucket", "_count", "_sum", "_created", "_info"];

/// The words after `glyph_` that start the names of glyph's own metrics. A test compares them with
/// the runtime's list.
const RESERVED: [&str; 11] = [
    "audit",
    "catalog",
    "export",
    "facade",
    "label",
    "log",
    "observations",
    "scrape",
    "scrapes",
    "series",
    "trace",
];

pub(super) struct MetricName {
    /// The OpenTelemetry name: `glyphoxa.stt.duration`.
    pub(super) otel: String,
    /// The Prometheus family: `glyphoxa_stt_duration_seconds`.
    pub(super) family: String,
}

impl MetricName {
    pub(super) fn read(
        field: &Ident,
        written: Option<&LitStr>,
        namespace: &str,
        unit: &Unit,
        kind: Kind,
        errors: &mut Errors,
    ) -> Self {
        let name = written.map_or_else(|| field.unraw().to_string(), LitStr::value);
        let prefix = |separator| match namespace {
            "" => String::new(),
            namespace => format!("{namespace}{separator}"),
        };
        let otel = format!("{}{name}", prefix("."));
        let mut family = format!("{}{name}", prefix("_")).replace('.', "_");
        if let Some(problem) = problem(&name, &family, unit, kind) {
            match written {
                Some(written) => errors.at(written, problem),
                None => errors.at(field, problem),
            }
        }
        family = with_unit(&family, unit);
        Self { otel, family }
    }
}

/// Reports a malformed namespace.
pub(super) fn check_namespace(namespace: &LitStr, errors: &mut Errors) {
    let value = namespace.value();
    if !is_well_formed(&value) {
        errors.at(
            namespace,
            format!(
                "`{value}` is not a namespace: use lowercase letters, digits, `_` and `.`, a letter first{}",
                such_as(&value)
            ),
        );
    }
}

fn problem(name: &str, family: &str, unit: &Unit, kind: Kind) -> Option<String> {
    if name.is_empty() {
        return Some("a metric name cannot be empty: write one, or remove `name`".to_owned());
    }
    if !is_well_formed(name) {
        return Some(format!(
            "`{name}` is not a metric name: use lowercase letters and digits, a letter first, and one `_` or `.` between words{}",
            such_as(name)
        ));
    }
    if is_of_the_scrape(&with_unit(family, unit)) {
        return Some(format!(
            "`{family}` is a name that Prometheus or OpenTelemetry gives to a metric of the target: rename it, or add a `namespace`"
        ));
    }
    if let Some(unit) = unit.suffix()
        && let Some(rest) = without_suffix(name, unit)
    {
        return Some(format!(
            "`unit = {unit}` already adds `_{unit}` to `{name}`: write {}",
            instead(name, rest)
        ));
    }
    if let Some(rest) = without_suffix(name, "total") {
        let reason = match kind {
            Kind::Counter => "counters get `_total` automatically",
            Kind::Gauge | Kind::Histogram => "only counters end in `_total`",
        };
        return Some(format!("{reason}: write {}", instead(name, rest)));
    }
    let suffix = HISTOGRAM_SUFFIXES
        .iter()
        .find(|suffix| family.ends_with(**suffix));
    let (Kind::Histogram, None, Some(suffix)) = (kind, unit.suffix(), suffix) else {
        return None;
    };
    Some(format!(
        "a histogram name cannot end in `{suffix}`: its samples use that suffix"
    ))
}

/// Whether Prometheus adds a series of this name to each scrape, or OpenTelemetry to each page.
fn is_of_the_scrape(family: &str) -> bool {
    let names = [
        "up",
        "target",
        "target_info",
        "otel_scope",
        "otel_scope_info",
    ];
    names.contains(&family) || family.starts_with("scrape_")
}

fn with_unit(family: &str, unit: &Unit) -> String {
    match unit.suffix() {
        Some(unit) => format!("{family}_{unit}"),
        None => family.to_owned(),
    }
}

/// `, such as ..` with the words of `name`, if that is a name.
fn such_as(name: &str) -> String {
    let words = name.to_snake_case();
    if is_well_formed(&words) && words != name {
        format!(", such as `{words}`")
    } else {
        String::new()
    }
}

/// Reports metrics with the names of glyph's own. glyph declares those with `crate = crate`.
pub(super) fn check_reserved(metrics: &[Metric], root: &Path, errors: &mut Errors) {
    if root.is_ident("crate") {
        return;
    }
    for metric in metrics {
        let family = metric.name.otel.replace('.', "_");
        if is_reserved(&family) {
            let words = RESERVED.join("`, `");
            errors.at(
                metric.name_tokens(),
                format!(
                    "`{family}` is reserved: after `glyph_`, a name cannot start with `{words}`; rename it"
                ),
            );
        }
    }
}

/// `name` without its last word, if that is `suffix`.
fn without_suffix<'name>(name: &'name str, suffix: &str) -> Option<&'name str> {
    let rest = name.strip_suffix(suffix)?;
    if rest.is_empty() {
        return Some(rest);
    }
    rest.strip_suffix(['_', '.'])
}

fn instead(name: &str, rest: &str) -> String {
    if rest.is_empty() {
        format!("a name other than `{name}`")
    } else {
        format!("`{rest}`")
    }
}

fn is_reserved(family: &str) -> bool {
    let first_word = |rest: &str| rest.split('_').next().map(str::to_owned);
    let word = family.strip_prefix("glyph_").and_then(first_word);
    word.is_some_and(|word| RESERVED.contains(&word.as_str()))
}

fn is_well_formed(name: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .chars()
                .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
    };
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.split(['_', '.']).all(is_word)
}

/// Reports metrics with samples of the same name, at the second metric.
pub(super) fn check_clashes(metrics: &[Metric], errors: &mut Errors) {
    let mut taken: HashMap<String, &Metric> = HashMap::new();
    for metric in metrics {
        let samples = sample_names(metric);
        let clash = samples
            .iter()
            .find_map(|sample| Some((sample, *taken.get(sample)?)));
        if let Some((sample, first)) = clash {
            errors.at(metric.name_tokens(), clash_message(sample, first, metric));
        }
        for sample in samples {
            taken.entry(sample).or_insert(metric);
        }
    }
}

fn clash_message(sample: &str, first: &Metric, second: &Metric) -> String {
    let rename = "rename one with `#[metric(name = \"..\")]`";
    if first.name.family == second.name.family {
        let (family, first) = (&first.name.family, &first.ident);
        let second = &second.ident;
        return format!("duplicate metric `{family}` of fields `{first}` and `{second}`: {rename}");
    }
    let (first, second) = (&first.ident, &second.ident);
    format!("metrics `{second}` and `{first}` both expose `{sample}`: {rename}")
}

/// Every name that a family exposes: its own and those of its samples.
fn sample_names(metric: &Metric) -> Vec<String> {
    let suffixes: &[&str] = match metric.kind {
        Kind::Counter => &["", "_total", "_created"],
        Kind::Gauge => &[""],
        Kind::Histogram => &["", "_bucket", "_count", "_sum", "_created"],
    };
    suffixes
        .iter()
        .map(|suffix| format!("{}{suffix}", metric.name.family))
        .collect()
}

impl Metric {
    /// The field's name.
    pub(super) fn field(&self) -> String {
        self.ident.unraw().to_string()
    }

    /// The tokens with the metric's name.
    fn name_tokens(&self) -> proc_macro2::TokenStream {
        self.written_name
            .as_ref()
            .map_or_else(|| self.ident.to_token_stream(), ToTokens::to_token_stream)
    }
}
