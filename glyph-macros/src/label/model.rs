//! The model of an enum as a label: wire names and outcomes.

use std::collections::HashMap;

use heck::{ToKebabCase, ToShoutySnakeCase, ToSnakeCase};
use quote::ToTokens;
use syn::{Data, DeriveInput, Fields, Generics, Ident, LitStr, Path, ext::IdentExt};

use super::{
    args::{EnumArgs, VariantArgs},
    conversions::Conversions,
};
use crate::{diagnostic::Errors, label_name, secret_name::is_secret, suggestion::did_you_mean};

/// The exposition cuts longer values.
const MAX_NAME_BYTES: usize = 128;

/// The number of outcomes of a stage.
const OUTCOME_COUNT: usize = 5;

/// The outcomes of a stage, in the order of `Outcome::ALL`.
const OUTCOMES: [&str; OUTCOME_COUNT] = ["ok", "error", "timeout", "cancelled", "panicked"];

pub(super) struct Enum {
    pub(super) ident: Ident,
    pub(super) generics: Generics,
    pub(super) root: Path,
    pub(super) variants: Vec<Variant>,
    /// The index of the variant for each outcome.
    pub(super) outcomes: Option<[usize; OUTCOME_COUNT]>,
    /// The name of a label with this type.
    pub(super) name: String,
    /// Whether a metric can have a label of this name.
    pub(super) is_allowed: bool,
    pub(super) conversions: Conversions,
}

pub(super) struct Variant {
    pub(super) ident: Ident,
    pub(super) name: String,
    /// Whether the variant has no fields. Fields were reported.
    pub(super) is_unit: bool,
}

impl Enum {
    pub(super) fn read(
        input: &DeriveInput,
        args: &EnumArgs,
        root: Path,
        errors: &mut Errors,
    ) -> Self {
        let variants = variants(input, errors);
        let is_enum = matches!(input.data, Data::Enum(_));
        if is_enum && !input.generics.params.is_empty() {
            errors.at(
                &input.generics,
                "`#[derive(Label)]` does not support generics: remove them",
            );
        }
        let name = label_name(&input.ident, args, errors);
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
            is_allowed: is_allowed(&name, args),
            name,
            conversions: Conversions::read(args, errors),
        }
    }
}

/// The name of a label with the type of this enum.
fn label_name(ident: &Ident, args: &EnumArgs, errors: &mut Errors) -> String {
    let Some(written) = &args.name else {
        return ident.unraw().to_string().to_snake_case();
    };
    let name = written.value();
    label_name::check(&name, written, errors);
    if args.not_secret.is_none() {
        label_name::check_secret(&name, written, errors);
    }
    name
}

/// Whether a metric can have a label of this name. A type can have any name as long as no label does.
fn is_allowed(name: &str, args: &EnumArgs) -> bool {
    let is_public = args.not_secret.is_some() || !is_secret(name);
    label_name::problem(name).is_none() && is_public
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
                "`#[derive(Label)]` goes on an enum of values; for a struct of labels, derive `LabelSet`",
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
                "a label value has no fields: remove them, or use an open label, `&str` with `#[label(max = ..)]`",
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

/// The wire names so far, each with its variant.
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
        let tokens = written.map_or_else(
            || variant.ident.to_token_stream(),
            ToTokens::to_token_stream,
        );
        if let Some(problem) = name_problem(name) {
            errors.at(tokens, problem);
            return;
        }
        if let Some(first) = self.0.get(name) {
            errors.at(
                tokens,
                format!("duplicate label value `{name}`, also of `{first}`: rename one, `#[label(name = \"..\")]`"),
            );
            return;
        }
        self.0.insert(name.to_owned(), variant.ident.clone());
    }
}

fn name_problem(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some(
            "a label value cannot be empty: Prometheus treats an empty label as absent".to_owned(),
        );
    }
    if name.len() > MAX_NAME_BYTES {
        return Some(format!(
            "a label value cannot exceed {MAX_NAME_BYTES} bytes; this one has {}",
            name.len()
        ));
    }
    name.chars()
        .any(char::is_control)
        .then(|| "a label value cannot contain control characters".to_owned())
}

/// The style in which a variant's identifier becomes its wire name.
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
                "`{value}` is not a case style; {}allowed: {}",
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
) -> Option<[usize; OUTCOME_COUNT]> {
    let mut taken = [None; OUTCOME_COUNT];
    for (digit, (variant, args)) in variants.iter().enumerate() {
        match &args.outcomes {
            Some((key, _)) if marked.is_none() => {
                errors.at(
                    key,
                    format!(
                        "`outcome` on a variant needs `#[label(outcome)]` on `{}`: add it",
                        input.ident
                    ),
                );
            }
            Some((_, outcomes)) => {
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
            let short = |ident: &&Ident| {
                let name = ident.to_string().to_lowercase();
                name.len() > 1 && outcome.starts_with(&name)
            };
            let meant = variants
                .iter()
                .map(|(variant, _)| &variant.ident)
                .find(short);
            errors.at(
                meant.unwrap_or(&input.ident),
                format!(
                    "`{}` has no variant for outcome `{outcome}`: name one `{}`, or mark one `#[label(outcome = {outcome})]`",
                    input.ident,
                    if outcome == "ok" { "Ok" } else { "Error" },
                ),
            );
        }
    }
    let [ok, error, timeout, cancelled, panicked] = taken;
    // A caller that gave up is no failure, unless a variant says otherwise.
    let cancelled = cancelled.or(ok);
    let known = [ok, error, timeout, cancelled, panicked];
    Some(known.map(|digit| digit.or(error).unwrap_or(0)))
}

fn take(
    taken: &mut [Option<usize>; OUTCOME_COUNT],
    outcome: &Ident,
    digit: usize,
    errors: &mut Errors,
) {
    let name = outcome.to_string();
    let mut variants = OUTCOMES.iter().zip(taken.iter_mut());
    match variants.find(|(known, _)| **known == name) {
        Some((_, variant @ None)) => *variant = Some(digit),
        Some(_) => errors.at(outcome, format!("duplicate outcome `{name}`: remove one")),
        None => errors.at(
            outcome,
            format!(
                "`{name}` is not an outcome; {}allowed: {}",
                did_you_mean(&name, &OUTCOMES),
                OUTCOMES.join(", ")
            ),
        ),
    }
}

fn take_by_name(taken: &mut [Option<usize>; OUTCOME_COUNT], variant: &syn::Variant, digit: usize) {
    let name = variant.ident.unraw().to_string().to_snake_case();
    for (known, taken) in OUTCOMES.iter().zip(taken) {
        if *known == name {
            taken.get_or_insert(digit);
        }
    }
}
