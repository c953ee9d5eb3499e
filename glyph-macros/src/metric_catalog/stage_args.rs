//! The grammar of `#[stage(..)]`.

use quote::ToTokens;
use syn::{Attribute, Expr, Ident, LitStr, Token, Type, parenthesized, parse::ParseStream, token};

use super::role::{self, Role};
use crate::{
    arguments::{Arguments, assigned, skip_argument},
    diagnostic::Errors,
};

/// `#[stage(name, requests = a, in_flight = c, cancelled = error, labels(..), end_labels(..), ..)]`.
pub(super) struct StageArgs {
    pub(super) name: Ident,
    /// The field for each role that is bound.
    pub(super) bound: Vec<(&'static Role, Ident)>,
    pub(super) labels: Vec<LabelArg>,
    /// The labels that are known at the end of a call.
    pub(super) end_labels: Vec<LabelArg>,
    /// Whether a cancelled call is an error: `cancelled = error`.
    pub(super) cancelled_fails: bool,
    /// Whether all of it was read without errors.
    pub(super) is_whole: bool,
}

/// `name: Type`, or `name: Type = value`, and attributes in front.
pub(super) struct LabelArg {
    pub(super) attributes: Vec<Attribute>,
    pub(super) name: Ident,
    pub(super) ty: Type,
    pub(super) given: Option<Expr>,
}

impl StageArgs {
    pub(super) fn read(attribute: &Attribute, errors: &mut Errors) -> Option<Self> {
        let Ok(list) = attribute.meta.require_list() else {
            errors.at(
                &attribute.meta,
                "missing stage name: write `#[stage(name, ..)]`",
            );
            return None;
        };
        let read = list.parse_args_with(|input: ParseStream<'_>| Self::parse(input, errors));
        errors.ok(read)
    }

    fn parse(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Self> {
        let mut stage = Self {
            name: name(input)?,
            bound: Vec::new(),
            labels: Vec::new(),
            end_labels: Vec::new(),
            cancelled_fails: false,
            is_whole: true,
        };
        let before = errors.len();
        Arguments::new("stage", role::KEYS).read_rest(input, errors, |key, input, errors| {
            match role::ROLES.iter().find(|role| key == role.name) {
                Some(role) => stage.bound.push((role, assigned(input)?)),
                None if key == "cancelled" => stage.cancelled_fails = cancelled(input)?,
                None if key == "end_labels" => stage.end_labels = labels(input, true, errors)?,
                None => stage.labels = labels(input, false, errors)?,
            }
            Ok(())
        });
        stage.is_whole = errors.len() == before;
        Ok(stage)
    }
}

/// The stage's name and the comma after it.
fn name(input: ParseStream<'_>) -> syn::Result<Ident> {
    if input.peek2(Token![=]) || input.peek2(token::Paren) || !input.peek(Ident) {
        let message = match input.fork().parse::<LitStr>() {
            Ok(text) => format!(
                "expected `#[stage({}, ..)]`: remove the quotes",
                text.value()
            ),
            Err(_) => {
                "missing stage name: put an identifier first, `#[stage(name, ..)]`".to_owned()
            }
        };
        return Err(input.error(message));
    }
    let name = input.parse()?;
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok(name)
}

/// Reads `= error`. A cancelled call is no error by default.
fn cancelled(input: ParseStream<'_>) -> syn::Result<bool> {
    let counts_as: Ident = assigned(input)?;
    if counts_as == "error" {
        return Ok(true);
    }
    let message = format!(
        "a cancelled call is not counted as `{counts_as}`: write `cancelled = error`, or remove it"
    );
    Err(syn::Error::new_spanned(counts_as, message))
}

fn labels(
    input: ParseStream<'_>,
    is_at_end: bool,
    errors: &mut Errors,
) -> syn::Result<Vec<LabelArg>> {
    let content;
    parenthesized!(content in input);
    let mut labels: Vec<LabelArg> = Vec::new();
    while !content.is_empty() {
        let label = label(&content, is_at_end, errors).and_then(|label| {
            if !content.is_empty() {
                content.parse::<Token![,]>()?;
            }
            Ok(label)
        });
        match label {
            Ok(label) => labels.push(label),
            Err(error) => {
                errors.push(error);
                skip_argument(&content);
            }
        }
    }
    Ok(labels)
}

/// Reads a label. Reports one of `end_labels(..)` without a value for calls that set none.
fn label(input: ParseStream<'_>, is_at_end: bool, errors: &mut Errors) -> syn::Result<LabelArg> {
    let attributes = input.call(Attribute::parse_outer)?;
    let name: Ident = input.parse()?;
    if let Some(equals) = input.parse::<Option<Token![=]>>()? {
        let ty: Type = input.parse()?;
        let value = if is_at_end { " = value" } else { "" };
        let message = format!(
            "write the type after `:`: `{name}: {}{value}`",
            ty.to_token_stream()
        );
        errors.at(equals, message);
        return Ok(LabelArg {
            attributes,
            name,
            ty,
            given: None,
        });
    }
    if !input.peek(Token![:]) {
        let message = format!(
            "missing type of label `{name}`: write `{name}: Type` or `{name}: Type = value`"
        );
        return Err(syn::Error::new_spanned(name, message));
    }
    input.parse::<Token![:]>()?;
    let ty = input.parse()?;
    let given = input.peek(Token![=]).then(|| assigned(input)).transpose()?;
    if is_at_end && given.is_none() {
        errors.at(
            &name,
            format!(
                "missing value of label `{name}` for calls that do not set it, such as one that \
                 panics: write `{name}: Type = value`"
            ),
        );
    }
    Ok(LabelArg {
        attributes,
        name,
        ty,
        given,
    })
}
