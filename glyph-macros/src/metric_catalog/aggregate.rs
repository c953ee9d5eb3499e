//! The key `aggregate`: how several series of a gauge combine.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{args::IdentOrStr, field::Kind};
use crate::{diagnostic::Errors, home::option, suggestion::did_you_mean};

/// The operators, each with its variant.
const OPERATORS: [(&str, &str); 5] = [
    ("sum", "Sum"),
    ("avg", "Avg"),
    ("max", "Max"),
    ("min", "Min"),
    ("last", "Last"),
];

/// Names that other languages have for the operators.
const OTHER_NAMES: [(&str, &str); 8] = [
    ("mean", "avg"),
    ("average", "avg"),
    ("total", "sum"),
    ("highest", "max"),
    ("lowest", "min"),
    ("latest", "last"),
    ("newest", "last"),
    ("mostrecent", "last"),
];

/// The variant of an operator.
#[derive(Clone, Copy)]
pub(super) struct Aggregate(&'static str);

impl Aggregate {
    /// The operator of a metric. Reports that of a metric that is not a gauge.
    pub(super) fn of(kind: Kind, written: &IdentOrStr, errors: &mut Errors) -> Option<Self> {
        if kind != Kind::Gauge {
            let kind = kind.noun();
            errors.at(
                written,
                format!("{kind} is always summed: remove `aggregate`, which is for gauges"),
            );
            return None;
        }
        Self::read(written, errors)
    }

    /// Reports a name that is not an operator.
    pub(super) fn read(written: &IdentOrStr, errors: &mut Errors) -> Option<Self> {
        let name = written.value();
        let found = OPERATORS.iter().find(|(known, _)| *known == name);
        if found.is_none() {
            let known = OPERATORS.map(|(known, _)| known);
            let other = OTHER_NAMES.iter().find(|(other, _)| *other == name);
            let near = other.map_or(name.as_str(), |(_, operator)| operator);
            let hint = did_you_mean(near, &known);
            errors.at(
                written,
                format!(
                    "`{name}` does not combine series; {hint}allowed: {}",
                    known.join(", ")
                ),
            );
        }
        found.map(|(_, variant)| Self(variant))
    }

    /// Whether the values add up.
    pub(super) fn is_sum(self) -> bool {
        self.0 == "Sum"
    }

    /// An optional operator of a descriptor.
    pub(super) fn tokens(aggregate: Option<Self>, rt: &TokenStream) -> TokenStream {
        let variant = aggregate.map(|Self(variant)| {
            let variant = format_ident!("{variant}");
            quote!(#rt::Aggregate::#variant)
        });
        option(rt, variant)
    }
}
