//! What an enum means as a label: wire names and outcomes.

use std::collections::HashMap;

use heck::{ToKebabCase, ToShoutySnakeCase, ToSnakeCase};
use quote::ToTokens;
use syn::{Data, DeriveInput, Fields, Generics, Ident, LitStr, Path, ext::IdentExt};

use super::args::{EnumArgs, VariantArgs};
use crate::{diagnostic::Errors, suggestion::did_you_mean};

/// Longer wire names would be cut on their way to a page.
const MAX_NAME_BYTES: usize = 128;

/// The outcomes of a stage, in the runtime's order.
const OUTCOMES: [&str; 5] = ["ok", "error", "timeout", "cancelled", "panicked"];

pub(super) struct Enum {
    pub(super) ident: Ident,
    pub(super) generics: Generics,
    pub(super) root: Path,
    pub(super) variants: Vec<Variant>,
    /// The variant of each outcome.
    pub(super) outcomes: Option<[usize; 5]>,
}

pub(super) struct Variant {
    pub(super) ident: Ident,
    pub(super) name: String,
    /// Whether it can be written without fields; anything else has been refused.
    pub(super) is_unit: bool,
}

impl Enum {
    pub(super) fn read(
        input: &DeriveInput,
        args: EnumArgs,
        root: Path,
        errors: &mut Errors,
    ) -> Self {
        let variants = variants(input, errors);
        if !input.generics.params.is_empty() {
            errors.at(
                &input.generics,
                "a label's values are known beforehand: leave out the generics",
            );
        }
        let rename = Rename::read(args.rename_all.as_ref(), errors);
        let read: Vec<_> = variants
            .into_iter()
            .map(|variant| (variant, VariantArgs::read(&variant.attrs, errors)))
            .collect();
        let outcomes = outcomes(input, args.outcome.as_ref(), &read, errors);
        let mut names = Names::default();
        let variants = read
            .iter()
            .map(|(variant, args)| Variant::new(variant, args, rename, &mut names, errors))
            .collect();
        Self {
            ident: input.ident.clone(),
            generics: input.generics.clone(),
            root,
            variants,
            outcomes,
        }
    }
}

fn variants<'input>(input: &'input DeriveInput, errors: &mut Errors) -> Vec<&'input syn::Variant> {
    match &input.data {
        Data::Enum(data) if data.variants.is_empty() => {
            errors.at(
                &input.ident,
                "a label needs at least one value: add a variant",
            );
            Vec::new()
        }
        Data::Enum(data) => data.variants.iter().collect(),
        Data::Struct(_) | Data::Union(_) => {
            errors.at(
                &input.ident,
                "`#[derive(Label)]` is for enums, whose variants are the values; a struct of labels derives `LabelSet`",
            );
            Vec::new()
        }
    }
}

impl Variant {
    fn new(
        variant: &syn::Variant,
        args: &VariantArgs,
        rename: Rename,
        names: &mut Names,
        errors: &mut Errors,
    ) -> Self {
        let is_unit = matches!(variant.fields, Fields::Unit);
        if !is_unit {
            errors.at(
                &variant.fields,
                "a label's values are known beforehand: leave out the fields, or use an open label (`&str` with `#[label(max = ..)]`)",
            );
        }
        let name = args.name.as_ref().map_or_else(
            || rename.apply(&variant.ident.unraw().to_string()),
            LitStr::value,
        );
        names.enter(&name, variant, args.name.as_ref(), errors);
        Self {
            ident: variant.ident.clone(),
            name,
            is_unit,
        }
    }
}

/// The wire names so far, and whose they are.
#[derive(Default)]
struct Names(HashMap<String, Ident>);

impl Names {
    fn enter(
        &mut self,
        name: &str,
        variant: &syn::Variant,
        written: Option<&LitStr>,
        errors: &mut Errors,
    ) {
        let place = written.map_or_else(
            || variant.ident.to_token_stream(),
            ToTokens::to_token_stream,
        );
        if let Some(problem) = name_problem(name) {
            errors.at(place, problem);
            return;
        }
        if let Some(first) = self.0.get(name) {
            errors.at(
                place,
                format!("two variants are called `{name}` on the page, this one and `{first}`: give one another `#[label(name = \"..\")]`"),
            );
            return;
        }
        self.0.insert(name.to_owned(), variant.ident.clone());
    }
}

fn name_problem(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some(
            "a label value is not empty: Prometheus takes an empty one for an absent label"
                .to_owned(),
        );
    }
    if name.len() > MAX_NAME_BYTES {
        return Some(format!(
            "a label value has at most {MAX_NAME_BYTES} bytes, and this one {}",
            name.len()
        ));
    }
    name.chars()
        .any(char::is_control)
        .then(|| "a label value has no control characters".to_owned())
}

/// How a variant's identifier becomes its wire name.
#[derive(Clone, Copy)]
enum Rename {
    Snake,
    Kebab,
    Lower,
    Upper,
    ScreamingSnake,
}

const RENAMES: [(&str, Rename); 5] = [
    ("snake_case", Rename::Snake),
    ("kebab-case", Rename::Kebab),
    ("lowercase", Rename::Lower),
    ("UPPERCASE", Rename::Upper),
    ("SCREAMING_SNAKE_CASE", Rename::ScreamingSnake),
];

impl Rename {
    fn read(written: Option<&LitStr>, errors: &mut Errors) -> Self {
        let Some(written) = written else {
            return Self::Snake;
        };
        let value = written.value();
        let found = RENAMES.iter().find(|(name, _)| *name == value);
        if let Some((_, rename)) = found {
            return *rename;
        }
        let names = RENAMES.map(|(name, _)| name);
        errors.at(
            written,
            format!(
                "unknown case `{value}`; {}allowed: {}",
                did_you_mean(&value, &names),
                names.join(", ")
            ),
        );
        Self::Snake
    }

    fn apply(self, ident: &str) -> String {
        match self {
            Self::Snake => ident.to_snake_case(),
            Self::Kebab => ident.to_kebab_case(),
            Self::Lower => ident.to_lowercase(),
            Self::Upper => ident.to_uppercase(),
            Self::ScreamingSnake => ident.to_shouty_snake_case(),
        }
    }
}

fn outcomes(
    input: &DeriveInput,
    marked: Option<&Ident>,
    variants: &[(&syn::Variant, VariantArgs)],
    errors: &mut Errors,
) -> Option<[usize; 5]> {
    let mut taken = [None; 5];
    for (digit, (variant, args)) in variants.iter().enumerate() {
        match &args.outcomes {
            Some(outcomes) if marked.is_none() => {
                for outcome in outcomes.iter().take(1) {
                    errors.at(
                        outcome,
                        format!("an outcome belongs to a status label: write `#[label(outcome)]` on `{}`", input.ident),
                    );
                }
            }
            Some(outcomes) => {
                for outcome in outcomes {
                    take(&mut taken, outcome, digit, errors);
                }
            }
            None => take_by_name(&mut taken, variant, digit),
        }
    }
    marked?;
    for (outcome, taken) in OUTCOMES.into_iter().zip(taken).take(2) {
        if taken.is_none() && !variants.is_empty() {
            errors.at(
                &input.ident,
                format!(
                    "no variant of `{}` takes the outcome `{outcome}`: name one `{}`, or mark it `#[label(outcome = {outcome})]`",
                    input.ident,
                    if outcome == "ok" { "Ok" } else { "Error" },
                ),
            );
        }
    }
    let [_, error, ..] = taken;
    Some(taken.map(|digit| digit.or(error).unwrap_or(0)))
}

fn take(taken: &mut [Option<usize>; 5], outcome: &Ident, digit: usize, errors: &mut Errors) {
    let name = outcome.to_string();
    let places = OUTCOMES.iter().zip(taken.iter_mut());
    match places.into_iter().find(|(known, _)| **known == name) {
        Some((_, place @ None)) => *place = Some(digit),
        Some(_) => errors.at(
            outcome,
            format!("the outcome `{name}` is taken by a variant above"),
        ),
        None => errors.at(
            outcome,
            format!(
                "unknown outcome `{name}`; {}allowed: {}",
                did_you_mean(&name, &OUTCOMES),
                OUTCOMES.join(", ")
            ),
        ),
    }
}

fn take_by_name(taken: &mut [Option<usize>; 5], variant: &syn::Variant, digit: usize) {
    let name = variant.ident.unraw().to_string().to_snake_case();
    for (known, place) in OUTCOMES.iter().zip(taken) {
        if *known == name {
            place.get_or_insert(digit);
        }
    }
}
