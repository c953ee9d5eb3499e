//! The model of a catalog. After an error it continues with a substitute, so that one build reports
//! all errors.

use std::collections::HashSet;

use proc_macro2::{Span, TokenStream};
use syn::{Ident, ItemStruct, LitInt, LitStr, Path, ext::IdentExt};

use super::{
    args::{CatalogArgs, IdentOrStr},
    artifact::{self, ArtifactArgs, Artifacts},
    field::{Meaning, Metric, Nested},
    metric_name,
    scope::{self, Scope},
    stage::{Known, Stage},
    stage_args::StageArgs,
    type_ranges::TypeRanges,
};
use crate::{
    diagnostic::{Errors, TokenRange},
    home::Home,
    label_name,
};

const DEFAULT_MAX_SERIES: usize = 10_000;

/// The target labels that every catalog knows, as in glyph-core.
pub(super) const TARGET_LABELS: [&str; 3] = ["job", "instance", "env"];

pub(super) struct Catalog {
    /// The user's struct, without the catalog's attributes.
    pub(super) structure: ItemStruct,
    pub(super) root: Path,
    pub(super) namespace: String,
    pub(super) max_series: usize,
    /// The tokens of `max_series`, or the struct's name.
    pub(super) max_series_range: TokenRange,
    pub(super) forbidden: Vec<String>,
    pub(super) target_labels: Vec<String>,
    /// The interval at which the rules are evaluated, in seconds.
    pub(super) rule_interval: Option<u64>,
    pub(super) scope: Option<Scope>,
    /// The public module of the stages.
    pub(super) stage_module: Option<Ident>,
    pub(super) metrics: Vec<Metric>,
    /// The alerts, objectives and panel of each metric.
    pub(super) artifacts: Vec<Artifacts>,
    pub(super) nested: Vec<Nested>,
    pub(super) stages: Vec<Stage>,
    pub(super) unread: Unread,
    /// Where the types of the labels of metrics are blamed.
    pub(super) set_ranges: TypeRanges,
    /// Where the types of the labels of stages are blamed.
    pub(super) label_ranges: TypeRanges,
    /// Whether no field was rejected.
    pub(super) is_whole: bool,
    pub(super) line: usize,
}

/// The stages whose labels are unknown after an error, and the scope.
pub(super) struct Unread {
    pub(super) names: Vec<Ident>,
    /// The names of fields that they cannot record.
    pub(super) unbound: Vec<Ident>,
    /// The name of the scope's struct.
    pub(super) scope: Option<Ident>,
    /// The type in place of each struct. Uses of the stage or the scope have no further error.
    pub(super) unknown: Option<TokenStream>,
}

impl Unread {
    /// `names` are those of rejected fields.
    fn new(
        mut names: Vec<Ident>,
        incomplete: Vec<Stage>,
        scope: Option<Ident>,
        errors: &Errors,
    ) -> Self {
        let mut unbound = Vec::new();
        for stage in incomplete {
            unbound.extend(stage.unbound);
            names.push(stage.ident);
        }
        Self {
            names,
            unbound,
            scope,
            unknown: errors.unknown_type(),
        }
    }
}

impl Catalog {
    pub(super) fn read(
        mut structure: ItemStruct,
        args: CatalogArgs,
        home: Home,
        errors: &mut Errors,
    ) -> Self {
        let root = home.root(args.root, "metric_catalog", errors);
        if let Some(namespace) = &args.namespace {
            metric_name::check_namespace(namespace, errors);
        }
        for label in &args.forbidden {
            label_name::check(&label.value(), label, errors);
        }
        let rule_interval = args.rule_interval.as_ref();
        let rule_interval = rule_interval.and_then(|interval| errors.ok(interval.seconds()));
        let target_labels = target_labels(&args.target_labels, errors);
        let namespace = args
            .namespace
            .as_ref()
            .map(LitStr::value)
            .unwrap_or_default();
        let max_series = max_series(args.max_series.as_ref(), errors);
        let forbidden: Vec<String> = args.forbidden.iter().map(IdentOrStr::value).collect();
        let (scope, unread_scope) = scope::read(
            args.scope.as_ref(),
            args.lacks_scope,
            &args.forbidden,
            errors,
        );
        let mut fields = Fields::read(&mut structure, &namespace, &root, errors);
        metric_name::check_reserved(&fields.metrics, &root, errors);
        metric_name::check_clashes(&fields.metrics, errors);
        check_labels_of_scope(&mut fields.metrics, scope.as_ref(), errors);
        check_stage_module(args.stages.as_ref(), &fields, errors);
        let known = Known {
            catalog: &structure.ident,
            metrics: &fields.metrics,
            rejected: &fields.rejected,
            scope: scope.as_ref(),
            target_labels: &target_labels,
        };
        let (stages, incomplete) = stages(&known, fields.stages, errors);
        let artifacts = artifact::read(&known, fields.artifacts, errors);
        let sets = fields
            .metrics
            .iter()
            .filter_map(|metric| metric.labels.as_ref());
        let labels = stages.iter().flat_map(Stage::labels);
        Self {
            max_series_range: args
                .max_series
                .as_ref()
                .map_or_else(|| TokenRange::of(&structure.ident), TokenRange::of),
            line: structure.ident.span().start().line,
            root,
            namespace,
            max_series,
            forbidden,
            target_labels,
            rule_interval,
            scope,
            stage_module: args.stages,
            set_ranges: TypeRanges::new(sets),
            label_ranges: TypeRanges::new(labels.map(|label| &label.ty)),
            metrics: fields.metrics,
            artifacts,
            nested: fields.nested,
            stages,
            unread: Unread::new(fields.unread_stages, incomplete, unread_scope, errors),
            is_whole: fields.rejected.is_empty(),
            structure,
        }
    }
}

impl Catalog {
    /// A module with a name that no other catalog has. It holds what the catalog generates: if the public
    /// name is taken, that is the only error.
    pub(super) fn module_of(&self, what: &str) -> Ident {
        let catalog = self.structure.ident.unraw();
        Ident::new(&format!("{what}_of_{catalog}"), Span::call_site())
    }
}

/// The fields, sorted by what they declare.
#[derive(Default)]
struct Fields {
    metrics: Vec<Metric>,
    nested: Vec<Nested>,
    /// Each stage with the index of its metric.
    stages: Vec<(usize, StageArgs)>,
    /// The alerts, objectives and panel of each metric.
    artifacts: Vec<ArtifactArgs>,
    rejected: HashSet<String>,
    /// The names of the stages of rejected fields.
    unread_stages: Vec<Ident>,
}

impl Fields {
    fn read(structure: &mut ItemStruct, namespace: &str, root: &Path, errors: &mut Errors) -> Self {
        let mut fields = Self::default();
        for field in &mut structure.fields {
            let name = field.ident.as_ref().map(Ident::to_string);
            match Meaning::read(field, namespace, errors) {
                Meaning::Metric(metric, stages, artifacts) => {
                    let index = fields.metrics.len();
                    metric.mark_values(&mut field.ty, root);
                    fields.metrics.push(*metric);
                    fields.artifacts.push(*artifacts);
                    fields
                        .stages
                        .extend(stages.into_iter().map(|stage| (index, stage)));
                }
                Meaning::Nested(nested) => fields.nested.push(*nested),
                Meaning::Unknown(stages) => {
                    fields.rejected.extend(name);
                    fields.unread_stages.extend(stages);
                }
            }
        }
        fields
    }
}

/// The declared target labels. Reports the labels that every catalog has.
fn target_labels(written: &[IdentOrStr], errors: &mut Errors) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for label in written {
        let name = label.value();
        if TARGET_LABELS.contains(&name.as_str()) {
            errors.at(
                label,
                format!("every catalog knows the target label `{name}`: remove it"),
            );
        } else if kept.contains(&name) {
            errors.at(label, format!("duplicate label `{name}`: remove one"));
        } else {
            let before = errors.len();
            label_name::check(&name, label, errors);
            kept.extend((errors.len() == before).then_some(name));
        }
    }
    kept
}

fn max_series(written: Option<&LitInt>, errors: &mut Errors) -> usize {
    written
        .and_then(|written| {
            let number = written.base10_parse().ok();
            if number.is_none() {
                errors.at(written, "expected a number: `max_series = 10000`");
            }
            number
        })
        .unwrap_or(DEFAULT_MAX_SERIES)
}

/// Reports and removes names of labels that the scope has.
fn check_labels_of_scope(metrics: &mut [Metric], scope: Option<&Scope>, errors: &mut Errors) {
    let labels: Vec<_> = scope.iter().flat_map(|scope| &scope.labels).collect();
    for metric in metrics {
        let label = metric.label.take_if(|label| {
            let name = label.value();
            labels.iter().any(|of_scope| of_scope.name == name)
        });
        if let Some(label) = label {
            let name = label.value();
            let message =
                format!("label `{name}` comes from the scope: remove `label`, or rename it");
            errors.at(label, message);
        }
    }
}

/// Reports the first stage if there is no module for it.
fn check_stage_module(written: Option<&Ident>, fields: &Fields, errors: &mut Errors) {
    if let (None, Some((_, first))) = (written, fields.stages.first()) {
        errors.at(
            &first.name,
            "missing module for the stages: add `#[metric_catalog(stages = stage)]`",
        );
    }
}

/// The stages, and those whose labels are unknown after an error.
fn stages(
    known: &Known<'_>,
    args: Vec<(usize, StageArgs)>,
    errors: &mut Errors,
) -> (Vec<Stage>, Vec<Stage>) {
    let (mut stages, mut incomplete): (Vec<Stage>, Vec<Stage>) = Default::default();
    for (metric, args) in args {
        let mut all = stages.iter().chain(&incomplete);
        if all.any(|stage| stage.ident == args.name) {
            let name = &args.name;
            errors.at(name, format!("duplicate stage `{name}`: rename one"));
            continue;
        }
        let read = if args.lacks_labels {
            &mut incomplete
        } else {
            &mut stages
        };
        read.extend(known.stage(args, metric, errors));
    }
    (stages, incomplete)
}
