//! The grammar of `#[label(..)]` on an enum and on its variants.

use syn::{Attribute, Ident, LitStr, Path, Token, ext::IdentExt, parse::ParseStream};

use crate::{
    arguments::{Arguments, assigned, assigned_path, listed},
    diagnostic::Errors,
};

/// The arguments on the enum.
#[derive(Default)]
pub(super) struct EnumArgs {
    pub(super) rename_all: Option<LitStr>,
    pub(super) root: Option<Path>,
    /// The key `outcome`, if present.
    pub(super) outcome: Option<Ident>,
    /// The key `never`, if present.
    pub(super) never: Option<Ident>,
}

impl EnumArgs {
    pub(super) fn read(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut args = Self::default();
        let mut arguments = Arguments::new("label", &["rename_all", "outcome", "never", "crate"]);
        for attribute in label_attributes(attributes) {
            arguments.read(attribute, errors, |key, input, _| {
                match key.to_string().as_str() {
                    "rename_all" => args.rename_all = Some(assigned(input)?),
                    "outcome" => args.outcome = Some(key.clone()),
                    "never" => args.never = Some(key.clone()),
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
    /// The outcomes listed, if any.
    pub(super) outcomes: Option<Vec<Ident>>,
}

impl VariantArgs {
    pub(super) fn read(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut args = Self::default();
        let mut arguments = Arguments::new("label", &["name", "outcome"]);
        for attribute in label_attributes(attributes) {
            arguments.read(attribute, errors, |key, input, _| {
                match key.to_string().as_str() {
                    "name" => args.name = Some(assigned(input)?),
                    _ => args.outcomes = Some(outcomes(input)?),
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
