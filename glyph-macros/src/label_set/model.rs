//! The model of a struct as a label set.

use quote::ToTokens;
use syn::{
    Data, DeriveInput, Field, Fields, GenericParam, Generics, Ident, LitInt, LitStr, Path, Type,
    ext::IdentExt,
};

use super::args::{self, FieldArgs};
use crate::{
    diagnostic::{Errors, TokenRange},
    home::Home,
    label_name,
};

/// The highest limit of an open label. Each value costs a series in every metric with the label.
const MAX_VALUES: usize = 1_000_000;

pub(super) struct Set {
    pub(super) ident: Ident,
    pub(super) borrows: bool,
    pub(super) root: Path,
    pub(super) labels: Vec<Label>,
    /// Whether the trait can be implemented for the struct.
    pub(super) fits: bool,
}

pub(super) struct Label {
    pub(super) ident: Ident,
    pub(super) name: String,
    pub(super) ty: Type,
    pub(super) max: Option<usize>,
    /// The tokens of the limit, or those of the type.
    pub(super) max_range: TokenRange,
    /// Whether to check the limit against the type. False after an error in the field.
    pub(super) checked: bool,
}

impl Set {
    pub(super) fn read(input: &DeriveInput, home: Home, errors: &mut Errors) -> Self {
        let written = args::root(&input.attrs, errors);
        let root = home.root(written, "label", errors);
        let borrows = input.generics.lifetimes().next().is_some();
        let fits = check_generics(&input.generics, errors);
        let mut labels: Vec<Label> = Vec::new();
        for field in fields(input, errors) {
            if let Some(label) = Label::read(field, &labels, errors) {
                labels.push(label);
            }
        }
        Self {
            ident: input.ident.clone(),
            borrows,
            root,
            labels,
            fits,
        }
    }
}

fn check_generics(generics: &Generics, errors: &mut Errors) -> bool {
    let mut lifetimes = 0;
    let mut fits = true;
    for param in &generics.params {
        let problem = match param {
            GenericParam::Lifetime(_) if lifetimes == 0 => {
                lifetimes += 1;
                continue;
            }
            GenericParam::Lifetime(_) => {
                "a label set has at most one lifetime: use the same one for all borrowed labels"
            }
            GenericParam::Type(_) | GenericParam::Const(_) => {
                "`#[derive(LabelSet)]` does not support generic types: write the types of the labels"
            }
        };
        errors.at(param, problem);
        fits = false;
    }
    fits
}

fn fields<'input>(input: &'input DeriveInput, errors: &mut Errors) -> Vec<&'input Field> {
    let named = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => Some(fields),
            Fields::Unnamed(_) | Fields::Unit => None,
        },
        Data::Enum(_) | Data::Union(_) => None,
    };
    match named {
        Some(fields) if !fields.named.is_empty() => fields.named.iter().collect(),
        Some(_) => {
            errors.at(
                &input.ident,
                "a label set needs at least one field: for a metric without labels, write `Counter`",
            );
            Vec::new()
        }
        None => {
            errors.at(
                &input.ident,
                "`#[derive(LabelSet)]` goes on a struct with named fields; for an enum of label values, derive `Label`",
            );
            Vec::new()
        }
    }
}

impl Label {
    fn read(field: &Field, others: &[Self], errors: &mut Errors) -> Option<Self> {
        let ident = field.ident.clone()?;
        let before = errors.len();
        let args = FieldArgs::read(&field.attrs, errors);
        let max = args.max.as_ref().and_then(|max| limit(max, errors));
        let checked = errors.len() == before;
        let name = args
            .name
            .as_ref()
            .map_or_else(|| ident.unraw().to_string(), LitStr::value);
        let tokens = args
            .name
            .as_ref()
            .map_or_else(|| ident.to_token_stream(), ToTokens::to_token_stream);
        if let Some(first) = others.iter().find(|other| other.name == name) {
            errors.at(
                tokens,
                format!(
                    "duplicate label `{name}`, also field `{}`: rename one",
                    first.ident
                ),
            );
        } else {
            label_name::check(&name, &tokens, errors);
            if !args.is_not_secret {
                label_name::check_secret(&name, tokens, errors);
            }
        }
        Some(Self {
            ident,
            name,
            max_range: args
                .max
                .as_ref()
                .map_or_else(|| TokenRange::of(&field.ty), TokenRange::of),
            ty: field.ty.clone(),
            max,
            checked,
        })
    }
}

fn limit(max: &LitInt, errors: &mut Errors) -> Option<usize> {
    let value = max.base10_parse().ok();
    let fitting = value.filter(|value| (1..=MAX_VALUES).contains(value));
    if fitting.is_none() {
        errors.at(
            max,
            format!("`max` must be from 1 to {MAX_VALUES}: the number of distinct label values"),
        );
    }
    fitting
}
