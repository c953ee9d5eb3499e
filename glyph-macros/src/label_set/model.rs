//! What a struct means as a set of labels.

use quote::ToTokens;
use syn::{
    Data, DeriveInput, Field, Fields, GenericParam, Generics, Ident, LitInt, LitStr, Path, Type,
    ext::IdentExt,
};

use super::args::{self, FieldArgs};
use crate::{diagnostic::Errors, home::Home, label_name};

/// The largest bound of an open label; each of its values costs a row of every metric that has it.
const MAX_VALUES: usize = 1_000_000;

pub(super) struct Set {
    pub(super) ident: Ident,
    pub(super) borrows: bool,
    pub(super) root: Path,
    pub(super) labels: Vec<Label>,
    /// Whether the struct is one that the trait can be implemented for.
    pub(super) fits: bool,
}

pub(super) struct Label {
    pub(super) ident: Ident,
    pub(super) name: String,
    pub(super) ty: Type,
    pub(super) max: Option<usize>,
    /// Whether the bound, or its absence, may be held against the type.
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
                "a label set has at most one lifetime: give all borrowed labels the same"
            }
            GenericParam::Type(_) | GenericParam::Const(_) => {
                "a label set's labels are known beforehand: write their types out instead of a parameter"
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
                "a metric without labels needs no label set: write `Counter`, not `Counter<..>`",
            );
            Vec::new()
        }
        None => {
            errors.at(
                &input.ident,
                "`#[derive(LabelSet)]` is for structs with named fields, which are the labels; an enum of label values derives `Label`",
            );
            Vec::new()
        }
    }
}

impl Label {
    fn read(field: &Field, others: &[Self], errors: &mut Errors) -> Option<Self> {
        let ident = field.ident.clone()?;
        let mistakes = errors.len();
        let args = FieldArgs::read(&field.attrs, errors);
        let max = args.max.as_ref().and_then(|max| bound(max, errors));
        let checked = errors.len() == mistakes;
        let name = args
            .name
            .as_ref()
            .map_or_else(|| ident.unraw().to_string(), LitStr::value);
        let place = args
            .name
            .as_ref()
            .map_or_else(|| ident.to_token_stream(), ToTokens::to_token_stream);
        match others.iter().find(|other| other.name == name) {
            Some(first) => errors.at(
                place,
                format!(
                    "label `{name}` is there already, as field `{}`: rename one",
                    first.ident
                ),
            ),
            None => label_name::check(&name, place, errors),
        }
        Some(Self {
            ident,
            name,
            ty: field.ty.clone(),
            max,
            checked,
        })
    }
}

fn bound(max: &LitInt, errors: &mut Errors) -> Option<usize> {
    let value = max.base10_parse().ok();
    let fitting = value.filter(|value| (1..=MAX_VALUES).contains(value));
    if fitting.is_none() {
        errors.at(
            max,
            format!("`max` is how many values are told apart, between 1 and {MAX_VALUES}"),
        );
    }
    fitting
}
