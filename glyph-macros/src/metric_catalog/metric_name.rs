//! What a metric is called on the page and in OpenTelemetry.

use std::collections::HashMap;

use quote::ToTokens;
use syn::{Ident, LitStr, Path, ext::IdentExt};

use super::{
    field::{Kind, Metric},
    unit::Unit,
};
use crate::diagnostic::Errors;

/// Endings that mean something else on a histogram's page.
const HISTOGRAM_ENDINGS: [&str; 5] = ["_bucket", "_count", "_sum", "_created", "_info"];

/// First words, after `glyph_`, of the families that glyph declares. A test compares them with the
/// runtime's list.
const RESERVED: [&str; 10] = [
    "audit",
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
    /// In OpenTelemetry's notation: `glyphoxa.stt.duration`.
    pub(super) otel: String,
    /// The family: `glyphoxa_stt_duration_seconds`.
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
        if let Some(unit) = unit.suffix() {
            family.push('_');
            family.push_str(unit);
        }
        Self { otel, family }
    }
}

/// Reports a namespace that no metric may have.
pub(super) fn check_namespace(namespace: &LitStr, errors: &mut Errors) {
    let value = namespace.value();
    if !is_well_formed(&value) {
        errors.at(
            namespace,
            format!(
                "namespace `{value}`: use lowercase letters, digits, `_` and `.`, a letter first"
            ),
        );
    }
}

fn problem(name: &str, family: &str, unit: &Unit, kind: Kind) -> Option<String> {
    if !is_well_formed(name) {
        return Some(format!(
            "metric name `{name}`: use lowercase letters, digits, `_` and `.`, a letter first, one separator between two words"
        ));
    }
    if let Some(unit) = unit.suffix()
        && let Some(rest) = without_ending(name, unit)
    {
        return Some(format!(
            "unit said twice: `{name}` with `unit = {unit}`; write {}",
            instead(name, rest)
        ));
    }
    if let Some(rest) = without_ending(name, "total") {
        let reason = match kind {
            Kind::Counter => "a counter gets its `_total` on the page by itself",
            Kind::Gauge | Kind::Histogram => "only counters end in `_total`",
        };
        return Some(format!("{reason}; write {}", instead(name, rest)));
    }
    let ending = HISTOGRAM_ENDINGS
        .iter()
        .find(|ending| family.ends_with(**ending));
    let (Kind::Histogram, None, Some(ending)) = (kind, unit.suffix(), ending) else {
        return None;
    };
    Some(format!(
        "a histogram's name does not end in `{ending}`, which its samples may"
    ))
}

/// Reports metrics that could pass for glyph's own, whose catalogs are those that glyph's runtime
/// declares inside itself, `crate = crate`.
pub(super) fn check_reserved(metrics: &[Metric], runtime: Option<&Path>, errors: &mut Errors) {
    if runtime.is_some_and(|path| path.is_ident("crate")) {
        return;
    }
    for metric in metrics {
        let family = metric.name.otel.replace('.', "_");
        if is_reserved(&family) {
            let words = RESERVED.join("`, `");
            errors.at(metric.name_place(), format!("`{family}` could be what glyph says of itself: behind `glyph_`, the words `{words}` are taken; choose another name"));
        }
    }
}

/// `name` without its last word, if that is `ending`.
fn without_ending<'name>(name: &'name str, ending: &str) -> Option<&'name str> {
    let rest = name.strip_suffix(ending)?;
    if rest.is_empty() {
        return Some(rest);
    }
    rest.strip_suffix(['_', '.'])
}

fn instead(name: &str, rest: &str) -> String {
    if rest.is_empty() {
        format!("another name than `{name}`")
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

/// Reports metrics whose samples would meet on the page, at the later one.
pub(super) fn check_clashes(metrics: &[Metric], errors: &mut Errors) {
    let mut taken: HashMap<String, &Metric> = HashMap::new();
    for metric in metrics {
        let samples = sample_names(metric);
        let clash = samples
            .iter()
            .find_map(|sample| Some((sample, *taken.get(sample)?)));
        if let Some((sample, first)) = clash {
            errors.at(metric.name_place(), clash_message(sample, first, metric));
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
        return format!("two metrics are called `{family}`, this one and `{first}`: {rename}");
    }
    let (first, second) = (&first.ident, &second.ident);
    format!(
        "metric `{second}` meets `{first}` on the page: both have samples called `{sample}`; {rename}"
    )
}

/// Every name that a family takes on the page: its own and those of its samples.
fn sample_names(metric: &Metric) -> Vec<String> {
    let endings: &[&str] = match metric.kind {
        Kind::Counter => &["", "_total", "_created"],
        Kind::Gauge => &[""],
        Kind::Histogram => &["", "_bucket", "_count", "_sum", "_created"],
    };
    endings
        .iter()
        .map(|ending| format!("{}{ending}", metric.name.family))
        .collect()
}

impl Metric {
    /// The field's name.
    pub(super) fn field(&self) -> String {
        self.ident.unraw().to_string()
    }

    /// Where the metric's name is written.
    fn name_place(&self) -> proc_macro2::TokenStream {
        self.written_name
            .as_ref()
            .map_or_else(|| self.ident.to_token_stream(), ToTokens::to_token_stream)
    }
}
