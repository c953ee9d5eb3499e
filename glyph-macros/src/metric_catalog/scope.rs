//! What `scope(..)` means: labels that come from what the running code is part of.

use quote::format_ident;
use syn::{Ident, LitInt, ext::IdentExt};

use super::scope_args::{LabelArg, ScopeArgs};
use crate::{diagnostic::Errors, label_name};

/// The largest bound of a label; each of its values costs cells for the catalog's metrics.
const MAX_VALUES: usize = 1_000_000;

/// The most labels of one scope, as the runtime has it.
const MOST_LABELS: usize = 8;

/// What combinations of several labels come down to, unless there are more values than that.
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

impl Scope {
    /// Nothing comes of a scope without labels.
    pub(super) fn read(args: ScopeArgs, forbidden: &[String], errors: &mut Errors) -> Option<Self> {
        let mut labels: Vec<ScopeLabel> = Vec::new();
        for arg in &args.labels {
            labels.extend(label(arg, &labels, forbidden, errors));
        }
        if args.labels.is_empty() && args.is_whole {
            errors.at(
                &args.word,
                "a scope has labels: `scope(tenant_id: max 1000)`",
            );
        }
        if labels.len() > MOST_LABELS {
            errors.at(
                &args.word,
                format!("a scope has at most {MOST_LABELS} labels: leave some out"),
            );
        }
        let idle = args.idle.as_ref().map(super::quantity::Quantity::seconds);
        let max_scopes = args.max_scopes.as_ref();
        let max_scopes = max_scopes.and_then(|max| number(max, "max_scopes", errors));
        let scope = Self {
            ident: args
                .name
                .unwrap_or_else(|| format_ident!("TenantContext", span = args.word.span())),
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
    forbidden: &[String],
    errors: &mut Errors,
) -> Option<ScopeLabel> {
    let name = arg.name.unraw().to_string();
    if others.iter().any(|other| other.name == name) {
        errors.at(
            &arg.name,
            format!("label `{name}` is there already: leave one out"),
        );
        return None;
    }
    if forbidden.contains(&name) {
        errors.at(
            &arg.name,
            format!("label `{name}` of the scope is forbidden by `forbid_labels(..)`: put it into `fields(..)` of a span instead"),
        );
    } else {
        label_name::check(&name, &arg.name, errors);
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
        errors.at(written, format!("`{key}` is between 1 and {MAX_VALUES}"));
    }
    fitting
}

/// Every combination, as long as those are not too many: then as many as there can be values, of which one belongs to
/// one other, as a campaign to a tenant.
fn default_max_scopes(labels: &[ScopeLabel]) -> usize {
    // A label may be absent, and it may be `other`.
    let sizes = || labels.iter().map(|label| label.max.saturating_add(2));
    let all = sizes().fold(1, usize::saturating_mul);
    let values = sizes().fold(0, usize::saturating_add);
    all.min(values.max(DEFAULT_MAX_SCOPES))
}
