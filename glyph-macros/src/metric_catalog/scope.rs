//! The model of `scope(..)`: labels that come from the current context.

use proc_macro2::Span;
use syn::{Ident, LitInt, ext::IdentExt};

use super::{
    args::IdentOrStr,
    scope_args::{LabelArg, ScopeArgs},
};
use crate::{diagnostic::Errors, label_name};

/// The highest limit of a label. Each value costs cells in the catalog's metrics.
const MAX_VALUES: usize = 1_000_000;

/// The limit of scope labels, as at run time.
const MOST_LABELS: usize = 8;

/// The default limit of combinations, unless the labels have more values.
const DEFAULT_MAX_SCOPES: usize = 10_000;

const DEFAULT_IDLE_SECONDS: u64 = 3600;

pub(super) struct Scope {
    /// The struct with a field for each label.
    pub(super) ident: Ident,
    pub(super) labels: Vec<ScopeLabel>,
    pub(super) max_scopes: usize,
    pub(super) idle_seconds: u64,
}

pub(super) struct ScopeLabel {
    pub(super) ident: Ident,
    pub(super) name: String,
    pub(super) max: usize,
}

/// Reads the scope. If `scope` has no list, returns the name of its struct alone.
pub(super) fn read(
    args: Option<&ScopeArgs>,
    is_missing: bool,
    forbidden: &[IdentOrStr],
    errors: &mut Errors,
) -> (Option<Scope>, Option<Ident>) {
    match args {
        Some(args) => (Scope::read(args, forbidden, errors), None),
        None => (None, is_missing.then(|| usual_name(Span::call_site()))),
    }
}

fn usual_name(span: Span) -> Ident {
    Ident::new("TenantContext", span)
}

impl Scope {
    /// Returns `None` for a scope without labels.
    fn read(args: &ScopeArgs, forbidden: &[IdentOrStr], errors: &mut Errors) -> Option<Self> {
        let mut labels: Vec<ScopeLabel> = Vec::new();
        for arg in &args.labels {
            labels.extend(label(arg, &labels, forbidden, errors));
        }
        if args.labels.is_empty() && args.is_whole {
            errors.at(
                &args.keyword,
                "missing scope label: add one, `scope(tenant_id: max 1000)`",
            );
        }
        if labels.len() > MOST_LABELS {
            errors.at(
                &args.keyword,
                format!("too many scope labels: the limit is {MOST_LABELS}"),
            );
        }
        let idle = args.idle.as_ref().map(super::quantity::Quantity::seconds);
        let max_scopes = args.max_scopes.as_ref();
        let max_scopes = max_scopes.and_then(|max| number(max, "max_scopes", errors));
        let scope = Self {
            ident: args
                .name
                .clone()
                .unwrap_or_else(|| usual_name(args.keyword.span())),
            max_scopes: max_scopes.unwrap_or_else(|| default_max_scopes(&labels)),
            idle_seconds: idle
                .and_then(|idle| errors.ok(idle))
                .unwrap_or(DEFAULT_IDLE_SECONDS),
            labels,
        };
        (!scope.labels.is_empty()).then_some(scope)
    }
}

fn label(
    arg: &LabelArg,
    others: &[ScopeLabel],
    forbidden: &[IdentOrStr],
    errors: &mut Errors,
) -> Option<ScopeLabel> {
    let name = arg.name.unraw().to_string();
    if others.iter().any(|other| other.name == name) {
        errors.at(&arg.name, format!("duplicate label `{name}`: remove one"));
        return None;
    }
    if let Some(forbidden) = forbidden.iter().find(|forbidden| forbidden.value() == name) {
        errors.at(
            forbidden,
            format!("`forbid_labels(..)` forbids label `{name}` of `scope(..)`: remove it from one of them"),
        );
    } else {
        label_name::check(&name, &arg.name, errors);
    }
    if !label_name::is_not_secret(&arg.attributes, errors) {
        label_name::check_secret(&name, &arg.name, errors);
    }
    Some(ScopeLabel {
        ident: arg.name.clone(),
        name,
        max: number(&arg.max, "max", errors).unwrap_or(1),
    })
}

fn number(written: &LitInt, key: &str, errors: &mut Errors) -> Option<usize> {
    let value = written.base10_parse().ok();
    let fitting = value.filter(|value| (1..=MAX_VALUES).contains(value));
    if fitting.is_none() {
        errors.at(written, format!("`{key}` must be from 1 to {MAX_VALUES}"));
    }
    fitting
}

/// The number of all combinations, up to [`DEFAULT_MAX_SCOPES`] or the number of all values. The
/// second fits labels that belong together, such as campaigns of one tenant each.
fn default_max_scopes(labels: &[ScopeLabel]) -> usize {
    // Two more values per label: absent and `other`.
    let sizes = || labels.iter().map(|label| label.max.saturating_add(2));
    let all = sizes().fold(1, usize::saturating_mul);
    let values = sizes().fold(0, usize::saturating_add);
    all.min(values.max(DEFAULT_MAX_SCOPES))
}
