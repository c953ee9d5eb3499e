//! The grammar of `#[label(..)]` on an enum and on its variants.

use syn::{Attribute, Ident, LitStr, Path, Token, ext::IdentExt, parse::ParseStream};

use crate::{
    arguments::{Arguments, assigned, assigned_path, listed},
    diagnostic::Errors,
};

/// The keys on the enum.
const KEYS: &[&str] = &[
    "rename_all",
    "name",
    "outcome",
    "never",
    "serde",
    "skip",
    "not_secret",
    "crate",
];

/// The arguments on the enum.
#[derive(Default)]
pub(super) struct EnumArgs {
    pub(super) rename_all: Option<LitStr>,
    /// The name of a label with this type.
    pub(super) name: Option<LitStr>,
    pub(super) root: Option<Path>,
    /// The key `outcome`, if present.
    pub(super) outcome: Option<Ident>,
    /// The key `never`, if present.
    pub(super) never: Option<Ident>,
    /// The key `serde`, if present.
    pub(super) serde: Option<Ident>,
    /// The traits after `skip`.
    pub(super) skipped: Vec<Ident>,
    /// The key `not_secret`, if present.
    pub(super) not_secret: Option<Ident>,
}

impl EnumArgs {
    pub(super) fn read(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut args = Self::default();
        let mut arguments = Arguments::new("label", KEYS);
        for attribute in label_attributes(attributes) {
            arguments.read(attribute, errors, |key, input, _| {
                match key.to_string().as_str() {
                    "rename_all" => args.rename_all = Some(assigned(input)?),
                    "outcome" => args.outcome = Some(key.clone()),
                    "never" => args.never = Some(key.clone()),
                    "name" => args.name = Some(assigned(input)?),
                    "serde" => args.serde = Some(key.clone()),
                    "skip" => args.skipped = listed(input)?,
                    "not_secret" => args.not_secret = Some(key.clone()),
                    _ => args.root = Some(assigned_path(input)?),
                }
                Ok(())
            });
        }
        args
    }
}

/// The arguments on a variant.
#[derive(Default)]
pub(super) struct VariantArgs {
    pub(super) name: Option<LitStr>,
    /// The key `outcome` and the outcomes listed, if any.
    pub(super) outcomes: Option<(Ident, Vec<Ident>)>,
}

impl VariantArgs {
    pub(super) fn read(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut args = Self::default();
        let mut arguments = Arguments::new("label", &["name", "outcome"]);
        for attribute in label_attributes(attributes) {
            arguments.read(attribute, errors, |key, input, _| {
                match key.to_string().as_str() {
                    "name" => args.name = Some(assigned(input)?),
                    _ => args.outcomes = Some((key.clone(), outcomes(input)?)),
                }
                Ok(())
            });
        }
        args
    }
}

fn outcomes(input: ParseStream<'_>) -> syn::Result<Vec<Ident>> {
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        return Ok(vec![input.call(Ident::parse_any)?]);
    }
    listed(input)
}

fn label_attributes(attributes: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("label"))
}
