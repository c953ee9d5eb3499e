//! The names that expressions may use.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use super::{
    declared::{bounds, label_shape, sort_of},
    known::{INTERNAL_SERIES, OPERATOR, PROCESS, PROMETHEUS, SHARED_NAMESPACES, TARGET},
    shape::{LabelShape, Shape, Sort},
};
use crate::{families::Families, objective::record_names};
use glyph_core::catalog::{Kind, MetricDescriptor, ScopeLabel};

/// The series that expressions may use, by name.
#[derive(Clone)]
pub(super) struct Names {
    series: BTreeMap<String, Shape>,
    /// The Prometheus names of metrics under their OpenTelemetry names.
    by_otel_name: BTreeMap<String, String>,
    /// The labels that every series may have.
    target: BTreeMap<String, LabelShape>,
    /// The series that catalogs declared before, each with what to write instead.
    former: BTreeMap<String, String>,
    /// The beginnings of names that only the catalogs declare.
    own: Vec<String>,
    reader: Reader,
}

/// Where expressions come from, which decides about names that no catalog declares.
#[derive(Clone)]
enum Reader {
    /// An attribute of a catalog: each other metric is in `external(..)`.
    Attribute,
    /// A file for a Prometheus with several programs: only names in the namespaces of the catalogs
    /// are checked.
    File {
        external: Vec<Regex>,
        /// Whether the recording rules of all files are known.
        has_all_records: bool,
    },
}

impl Names {
    /// Returns the names that attributes of the catalogs may use.
    pub(super) fn new(families: &Families, target_labels: &[String]) -> Self {
        let certain = |is_certain| LabelShape {
            is_certain,
            ..LabelShape::default()
        };
        let fixed = TARGET.map(|label| (label.to_owned(), certain(true)));
        let others = target_labels
            .iter()
            .map(|label| (label.clone(), certain(false)));
        let mut names = Self {
            series: BTreeMap::new(),
            by_otel_name: BTreeMap::new(),
            target: others.chain(fixed).collect(),
            former: BTreeMap::new(),
            own: internal_prefixes(),
            reader: Reader::Attribute,
        };
        names.declare_all(families);
        names
    }

    /// Returns the names that files may use. `external` are patterns for the metrics of other
    /// programs in the namespaces of the catalogs.
    pub(super) fn for_files(
        families: &Families,
        target_labels: &[String],
        external: &[String],
    ) -> Self {
        let own = ["env".to_owned()];
        let targets: Vec<_> = target_labels.iter().chain(&own).cloned().collect();
        let mut names = Self::new(families, &targets);
        for label in OPERATOR {
            names.target.entry(label.to_owned()).or_insert(LabelShape {
                is_implied: true,
                ..LabelShape::default()
            });
        }
        names.declare_all(families);
        let external = external.iter();
        names.reader = Reader::File {
            external: external
                .filter_map(|pattern| super::alternatives::anchored(pattern))
                .collect(),
            has_all_records: false,
        };
        for namespace in families.catalogs().iter().map(|catalog| catalog.namespace) {
            names.own_namespace(&namespace.replace('.', "_"));
        }
        names
    }

    /// Adds a namespace in which only the catalogs declare metrics.
    pub(super) fn own_namespace(&mut self, namespace: &str) {
        if !namespace.is_empty() && !SHARED_NAMESPACES.contains(&namespace) {
            self.own.push(format!("{namespace}_"));
            self.own.push(format!("{namespace}:"));
        }
    }

    /// Adds a series that the catalogs declared before. `message` says what to write instead.
    pub(super) fn forget(&mut self, name: &str, message: String) {
        self.former.insert(name.to_owned(), message);
    }

    /// Returns what to write instead of a series that the catalogs declared before.
    pub(super) fn former(&self, name: &str) -> Option<&str> {
        self.former.get(name).map(String::as_str)
    }

    /// Sets that the recording rules of all files are known.
    pub(super) fn with_all_records(mut self) -> Self {
        if let Reader::File {
            has_all_records, ..
        } = &mut self.reader
        {
            *has_all_records = true;
        }
        self
    }

    fn declare_all(&mut self, families: &Families) {
        let known = PROMETHEUS.iter().chain(&PROCESS).chain(&INTERNAL_SERIES);
        for (name, labels) in known {
            let mut shape = self.target_shape().with_sort(sort_of(name));
            for label in *labels {
                shape.insert(label, LabelShape::default());
            }
            // Targets of other programs have other labels.
            let is_of_glyph = name.starts_with("glyph_");
            shape.is_open = !is_of_glyph;
            // Without labels of its own, a series has the labels that the scrape sets, and no others.
            shape.has_only_targets = labels.is_empty() && !is_of_glyph;
            // OpenMetrics has a series with the start of each counter.
            if let Some(family) = name.strip_suffix("_total") {
                let created = shape.clone().with_sort(Sort::Gauge);
                self.series.insert(format!("{family}_created"), created);
            }
            self.series.insert((*name).to_owned(), shape);
        }
        for metric in families.metrics() {
            self.declare(metric, families.scope(metric));
        }
        for objective in families.metrics().flat_map(|metric| metric.objectives) {
            for name in record_names(objective) {
                let mut shape = self.target_shape().with_sort(Sort::Gauge);
                for label in objective.by.iter().chain(&["objective", "indicator"]) {
                    shape.insert(label, LabelShape::default());
                }
                self.record(&name, shape);
            }
        }
    }

    fn target_shape(&self) -> Shape {
        let mut shape = Shape::default();
        for (label, target) in &self.target {
            shape.insert(label, target.clone());
        }
        shape
    }

    fn declare(&mut self, metric: &MetricDescriptor, scope: &[ScopeLabel]) {
        let mut shape = self.target_shape();
        for label in scope {
            shape.insert(label.name, LabelShape::default());
        }
        for label in metric.labels {
            shape.insert(label.name, label_shape(label));
        }
        // Counters and histograms have no sample with the name of the family.
        let suffixes = metric.kind.sample_suffixes().iter();
        let suffixes = suffixes.filter(|suffix| !suffix.is_empty() || metric.kind == Kind::Gauge);
        for suffix in suffixes {
            let sort = match metric.kind {
                Kind::Gauge => Sort::Gauge,
                Kind::Counter | Kind::Histogram => sort_of(suffix),
            };
            let mut shape = shape.clone().with_sort(sort);
            if *suffix == "_bucket" {
                shape.insert("le", bounds(metric.buckets));
            }
            let name = format!("{}{suffix}", metric.name);
            self.by_otel_name
                .insert(format!("{}{suffix}", metric.otel_name), name.clone());
            self.by_otel_name.insert(
                format!("{}{suffix}", metric.otel_name).replace('.', "_"),
                name.clone(),
            );
            self.series.insert(name, shape);
        }
    }

    /// Adds a recorded series. Rules may record one name several times.
    pub(super) fn record(&mut self, name: &str, shape: Shape) {
        let shape = match self.series.remove(name) {
            Some(known) => known.or(shape),
            None => shape,
        };
        self.series.insert(name.to_owned(), shape);
    }

    /// Sets the shape of a recorded series.
    pub(super) fn record_again(&mut self, name: &str, shape: Shape) {
        self.series.insert(name.to_owned(), shape);
    }

    pub(super) fn series(&self, name: &str) -> Option<&Shape> {
        let translated = || self.series.get(self.by_otel_name.get(name)?);
        let is_quoted = name.contains('.');
        let dotless = || self.series.get(&name.replace('.', "_"));
        let found = self.series.get(name);
        found
            .or_else(|| is_quoted.then(translated).flatten())
            .or_else(|| is_quoted.then(dotless).flatten())
    }

    /// Returns the names of all series.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &Shape)> {
        self.series
            .iter()
            .map(|(name, shape)| (name.as_str(), shape))
    }

    /// Returns whether another program may expose a name that no catalog declares.
    pub(super) fn may_be_external(&self, name: &str) -> bool {
        let is_shared = || {
            let mut shared = SHARED_NAMESPACES.iter();
            shared.any(|shared| {
                name.strip_prefix(shared)
                    .is_some_and(|rest| rest.starts_with('_'))
            }) && self.resembled(name).is_none()
        };
        match &self.reader {
            Reader::Attribute => is_shared(),
            Reader::File {
                external,
                has_all_records,
            } => {
                let mut own = self.own.iter();
                let is_own = own.any(|own| name.starts_with(own.as_str()));
                let is_internal = name.starts_with("objective:");
                let is_recorded_elsewhere = name.contains(':') && !has_all_records && !is_internal;
                external.iter().any(|pattern| pattern.is_match(name))
                    || ((!is_own || is_recorded_elsewhere) && self.resembled(name).is_none())
            }
        }
    }

    /// Returns the declared name that another one differs from in one or two letters. The first
    /// word, which is the namespace, has the same letters: another one is another program's.
    fn resembled(&self, name: &str) -> Option<&str> {
        let nearest = nearest(name, self.series.keys().map(String::as_str))?;
        let is_close = name.len() > 8 && strsim::damerau_levenshtein(name, nearest) <= 2;
        let letters = |name: &str| {
            let first = name.split(['_', ':']).next().unwrap_or_default();
            let mut letters: Vec<char> = first.chars().collect();
            letters.sort_unstable();
            letters
        };
        let is_of_namespace = || letters(name) == letters(nearest);
        (is_close && is_of_namespace()).then_some(nearest)
    }

    /// Returns what to write for a metric of another program.
    pub(super) fn external_advice(&self) -> &'static str {
        match self.reader {
            Reader::Attribute => "list metrics of other programs in `external(\"..\")`",
            Reader::File { .. } => "list metrics of other programs in `Artifacts::external(..)`",
        }
    }

    /// Returns whether an expression may select all series of a target.
    pub(super) fn may_be_nameless(&self) -> bool {
        matches!(self.reader, Reader::File { .. })
    }

    /// Returns the declared name nearest to an unknown one.
    pub(super) fn nearest(&self, name: &str) -> Option<&str> {
        nearest(name, self.series.keys().map(String::as_str))
    }

    pub(super) fn is_target_label(&self, label: &str) -> bool {
        self.target.contains_key(label)
    }
}

/// Returns the beginnings of the names of glyph's internal metrics, and of recorded objectives.
/// Programs may have other metrics in the namespace `glyph`.
fn internal_prefixes() -> Vec<String> {
    let names = INTERNAL_SERIES.iter().map(|(name, _)| *name);
    let words = names.filter_map(|name| name.strip_prefix("glyph_")?.split('_').next());
    let prefixes = words.map(|word| format!("glyph_{word}"));
    let prefixes = prefixes.chain(std::iter::once("objective:".to_owned()));
    let prefixes: BTreeSet<String> = prefixes.collect();
    prefixes.into_iter().collect()
}

/// Returns the known name that `name` was probably meant to be: one with a small edit distance, or
/// one that starts with it, such as `tenant_id` for `tenant`.
pub(crate) fn nearest<'known>(
    name: &str,
    known: impl Iterator<Item = &'known str>,
) -> Option<&'known str> {
    let limit = (name.chars().count() / 3).max(1);
    let known: Vec<&str> = known.collect();
    let continues = |known: &&str| {
        let rest = known.strip_prefix(name);
        let is_longer = rest.is_some_and(|rest| rest.starts_with('_') && rest != "_created");
        !name.is_empty() && is_longer
    };
    let longer = known.iter().copied().find(continues);
    let near = known
        .into_iter()
        .map(|known| (strsim::damerau_levenshtein(name, known), known))
        .filter(|(distance, _)| *distance <= limit)
        .min();
    match (near, longer) {
        (Some((distance, near)), Some(longer)) => Some(if distance > 1 { longer } else { near }),
        (near, longer) => near.map(|(_, near)| near).or(longer),
    }
}
