//! The grammar of `#[metric_catalog(..)]` and of the attributes on its fields.

use proc_macro2::Span;
use syn::{
    Attribute, Ident, LitInt, LitStr, Meta, Path,
    ext::IdentExt,
    parse::{Parse, ParseStream, Parser},
};

use super::{
    artifact::ArtifactArgs, buckets::BucketsArg, quantity::Quantity, scope_args::ScopeArgs,
    sign::Sign, stage_args::StageArgs,
};
use crate::{
    arguments::{Arguments, assigned, assigned_path, listed},
    diagnostic::Errors,
};

/// The arguments of `#[metric_catalog(..)]`.
#[derive(Default)]
pub(super) struct CatalogArgs {
    pub(super) namespace: Option<LitStr>,
    /// The module for the stages.
    pub(super) stages: Option<Ident>,
    pub(super) max_series: Option<LitInt>,
    pub(super) forbidden: Vec<IdentOrStr>,
    /// Labels that a scrape or a collector sets on every series.
    pub(super) target_labels: Vec<IdentOrStr>,
    /// The interval at which the rules are evaluated.
    pub(super) rule_interval: Option<Quantity>,
    pub(super) scope: Option<ScopeArgs>,
    /// Whether the scope is missing after an error.
    pub(super) lacks_scope: bool,
    pub(super) root: Option<Path>,
}

impl CatalogArgs {
    pub(super) fn parser(errors: &mut Errors) -> impl Parser<Output = Self> {
        |input: ParseStream<'_>| {
            let mut args = Self::default();
            let keys = &[
                "namespace",
                "stages",
                "max_series",
                "forbid_labels",
                "target_labels",
                "rule_interval",
                "scope",
                "crate",
            ];
            let mut arguments = Arguments::new("metric_catalog", keys);
            arguments.read_rest(input, errors, |key, input, errors| {
                match key.to_string().as_str() {
                    "namespace" => args.namespace = Some(assigned(input)?),
                    "stages" => args.stages = Some(assigned(input)?),
                    "max_series" => args.max_series = Some(assigned(input)?),
                    "forbid_labels" => args.forbidden = listed(input)?,
                    "target_labels" => args.target_labels = listed(input)?,
                    "rule_interval" => args.rule_interval = Some(assigned(input)?),
                    "scope" => args.scope = Some(ScopeArgs::parse(key, input, errors)?),
                    _ => args.root = Some(assigned_path(input)?),
                }
                Ok(())
            });
            args.lacks_scope = args.scope.is_none() && arguments.unread("scope");
            // The stages keep the usual module: their uses have no further error.
            if args.stages.is_none() && arguments.unread("stages") {
                args.stages = Some(Ident::new("stage", input.span()));
            }
            Ok(args)
        }
    }
}

/// A name, as an identifier or as a string.
pub(super) enum IdentOrStr {
    Ident(Ident),
    Text(LitStr),
}

impl IdentOrStr {
    pub(super) fn value(&self) -> String {
        match self {
            Self::Ident(ident) => ident.unraw().to_string(),
            Self::Text(text) => text.value(),
        }
    }
}

impl IdentOrStr {
    /// The string, at the tokens of the name.
    pub(super) fn text(&self) -> LitStr {
        match self {
            Self::Ident(ident) => LitStr::new(&ident.unraw().to_string(), ident.span()),
            Self::Text(text) => text.clone(),
        }
    }
}

impl Parse for IdentOrStr {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(LitStr) {
            return Ok(Self::Text(input.parse()?));
        }
        Ok(Self::Ident(input.call(Ident::parse_any)?))
    }
}

impl quote::ToTokens for IdentOrStr {
    fn to_tokens(&self, tokens: &mut proc_macro2::TokenStream) {
        match self {
            Self::Ident(ident) => ident.to_tokens(tokens),
            Self::Text(text) => text.to_tokens(tokens),
        }
    }
}

const METRIC_KEYS: [&str; 8] = [
    "name",
    "label",
    "unit",
    "buckets",
    "sparse",
    "aggregate",
    "liveness",
    "starts",
];

/// The attributes of a field.
#[derive(Default)]
pub(super) struct FieldArgs {
    /// `#[catalog]`, which marks a nested catalog.
    pub(super) catalog: Option<Path>,
    /// The first `#[metric(..)]`.
    pub(super) metric: Option<Path>,
    pub(super) name: Option<LitStr>,
    /// The name of the metric's only label.
    pub(super) label: Option<LitStr>,
    pub(super) unit: Option<IdentOrStr>,
    /// The key `buckets`, and its value.
    pub(super) buckets: Option<(Ident, BucketsArg)>,
    pub(super) sparse: bool,
    /// The operator that combines several series of a gauge.
    pub(super) aggregate: Option<IdentOrStr>,
    /// What the metric says of its process.
    pub(super) sign: Option<Sign>,
    pub(super) stages: Vec<StageArgs>,
    pub(super) artifacts: ArtifactArgs,
}

impl FieldArgs {
    /// Removes the catalog's attributes from `attributes`.
    pub(super) fn take(attributes: &mut Vec<Attribute>, errors: &mut Errors) -> Self {
        let mut args = Self::default();
        let mut metric = Arguments::new("metric", &METRIC_KEYS);
        attributes.retain(|attribute| {
            let Some(name) = attribute.path().get_ident() else {
                return true;
            };
            match name.to_string().as_str() {
                "metric" => args.read_metric(attribute, &mut metric, errors),
                "stage" => args.stages.extend(StageArgs::read(attribute, errors)),
                "catalog" => args.read_catalog(attribute, errors),
                "cfg" | "cfg_attr" => errors.at(
                    &attribute.meta,
                    "`cfg` cannot be on a metric: move conditional metrics to a nested catalog in a module",
                ),
                "alert" => args.artifacts.read_alert(attribute, errors),
                "objective" => args.artifacts.read_objective(attribute, errors),
                "panel" => args.artifacts.read_panel(attribute, errors),
                _ => return true,
            }
            false
        });
        args.replace_unread(&metric);
        args
    }

    /// Sets what could not be read to a usual value: what needs it has no further error.
    fn replace_unread(&mut self, metric: &Arguments) {
        let is_missing = |key, is_read: bool| !is_read && metric.unread(key);
        if is_missing("unit", self.unit.is_some()) {
            self.unit = syn::parse_str("seconds").ok();
        }
        if is_missing("buckets", self.buckets.is_some()) {
            let key = Ident::new("buckets", Span::call_site());
            self.buckets = syn::parse_str("[1, 1000000]")
                .ok()
                .map(|bounds| (key, bounds));
        }
    }

    fn read_metric(&mut self, attribute: &Attribute, keys: &mut Arguments, errors: &mut Errors) {
        self.metric.get_or_insert_with(|| attribute.path().clone());
        keys.read(attribute, errors, |key, input, errors| {
            match key.to_string().as_str() {
                "name" => self.name = Some(assigned(input)?),
                "label" => self.label = Some(assigned(input)?),
                "unit" => self.unit = Some(assigned(input)?),
                "buckets" => self.buckets = Some((key.clone(), assigned(input)?)),
                "aggregate" => self.aggregate = Some(assigned(input)?),
                "liveness" => self.read_sign(Sign::Liveness(key.clone()), key, errors),
                "starts" => self.read_sign(Sign::Starts(key.clone()), key, errors),
                _ => self.sparse = true,
            }
            Ok(())
        });
    }

    fn read_sign(&mut self, sign: Sign, key: &Ident, errors: &mut Errors) {
        if self.sign.is_some() {
            errors.at(
                key,
                "`liveness` and `starts` exclude each other: remove one",
            );
        } else {
            self.sign = Some(sign);
        }
    }

    fn read_catalog(&mut self, attribute: &Attribute, errors: &mut Errors) {
        if !matches!(attribute.meta, Meta::Path(_)) {
            errors.at(&attribute.meta, "`#[catalog]` takes no arguments");
        } else if self.catalog.is_some() {
            errors.at(&attribute.meta, "duplicate `#[catalog]`: remove one");
        }
        self.catalog = Some(attribute.path().clone());
    }
}
