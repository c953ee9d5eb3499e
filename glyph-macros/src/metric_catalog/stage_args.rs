//! The grammar of `#[stage(..)]`.

use proc_macro2::TokenTree;
use quote::ToTokens;
use syn::{Attribute, Expr, Ident, LitStr, Token, Type, parenthesized, parse::ParseStream, token};

use super::role::{self, Role};
use crate::{
    arguments::{Arguments, assigned, skip_argument},
    diagnostic::{Errors, unknown_type},
};

/// `#[stage(name, requests = a, in_flight = c, cancelled = error, labels(..), end_labels(..), ..)]`.
pub(super) struct StageArgs {
    pub(super) name: Ident,
    /// The field for each role that is bound.
    pub(super) bound: Vec<(&'static Role, Ident)>,
    pub(super) labels: LabelList,
    /// The labels that are known at the end of a call.
    pub(super) end_labels: LabelList,
    /// Whether a cancelled call is an error: `cancelled = error`.
    pub(super) cancelled_fails: bool,
    /// Whether the names of some labels are missing after an error.
    pub(super) lacks_labels: bool,
    /// Whether all of it was read without errors.
    pub(super) is_whole: bool,
}

/// The labels of `labels(..)` or `end_labels(..)`.
pub(super) struct LabelList {
    pub(super) args: Vec<LabelArg>,
    /// Whether the name of each label was read.
    is_complete: bool,
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
            name: name(input, errors)?,
            bound: Vec::new(),
            labels: LabelList::default(),
            end_labels: LabelList::default(),
            cancelled_fails: false,
            lacks_labels: false,
            is_whole: true,
        };
        let before = errors.len();
        let mut arguments = Arguments::new("stage", role::KEYS);
        arguments.read_rest(input, errors, |key, input, errors| {
            match role::ROLES.iter().find(|role| key == role.name) {
                Some(role) => stage.bound.push((role, assigned(input)?)),
                None if key == "cancelled" => stage.cancelled_fails = cancelled(input)?,
                None => stage.read_labels(key, input, errors)?,
            }
            Ok(())
        });
        let mut skipped = arguments.skipped().iter();
        stage.lacks_labels = !stage.labels.is_complete
            || !stage.end_labels.is_complete
            || skipped.any(|key| stage.may_hold_labels(key));
        stage.is_whole = errors.len() == before;
        Ok(stage)
    }

    /// Reads the list after `labels` or `end_labels`.
    fn read_labels(
        &mut self,
        key: &Ident,
        input: ParseStream<'_>,
        errors: &mut Errors,
    ) -> syn::Result<()> {
        let list = if key == "end_labels" {
            &mut self.end_labels
        } else {
            &mut self.labels
        };
        list.is_complete = false;
        *list = LabelList::read(input, key == "end_labels", errors)?;
        Ok(())
    }

    /// Whether a key that was skipped may have had the stage's labels.
    fn may_hold_labels(&self, key: &str) -> bool {
        let has_none = self.labels.args.is_empty() && self.end_labels.args.is_empty();
        matches!(key, "labels" | "end_labels") || (has_none && !role::KEYS.contains(&key))
    }
}

/// The stage's name and the comma after it.
fn name(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Ident> {
    let name = match input.fork().parse::<LitStr>() {
        Ok(text) => {
            let message = format!(
                "expected `#[stage({}, ..)]`: remove the quotes",
                text.value()
            );
            let error = syn::Error::new_spanned(&text, message);
            let Ok(name) = text.parse() else {
                return Err(error);
            };
            input.parse::<LitStr>()?;
            errors.push(error);
            name
        }
        Err(_) if input.peek2(Token![=]) || input.peek2(token::Paren) || !input.peek(Ident) => {
            let message = "missing stage name: put an identifier first, `#[stage(name, ..)]`";
            return Err(input.error(message));
        }
        Err(_) => input.parse()?,
    };
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

impl Default for LabelList {
    fn default() -> Self {
        Self {
            args: Vec::new(),
            is_complete: true,
        }
    }
}

impl LabelList {
    fn read(input: ParseStream<'_>, is_at_end: bool, errors: &mut Errors) -> syn::Result<Self> {
        let content;
        parenthesized!(content in input);
        let mut list = Self::default();
        while !content.is_empty() {
            let ended = label(&content, is_at_end, errors).and_then(|label| {
                list.args.push(label);
                if !content.is_empty() {
                    content.parse::<Token![,]>()?;
                }
                Ok(())
            });
            if let Err(error) = ended {
                list.is_complete = false;
                errors.push(error);
                skip_argument(&content);
            }
        }
        Ok(list)
    }
}

/// Reads a label. Reports one of `end_labels(..)` without a value for calls that set none.
fn label(input: ParseStream<'_>, is_at_end: bool, errors: &mut Errors) -> syn::Result<LabelArg> {
    let attributes = input.call(Attribute::parse_outer)?;
    let name = match quoted_label(input, "Type", errors)? {
        Some(name) => name,
        None => input.parse()?,
    };
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
    let is_typed = input.peek(Token![:]) && !(input.peek2(Token![,]) || input.peek2(Token![=]));
    if !is_typed || is_last(input) {
        input.parse::<Option<Token![:]>>()?;
        let message = format!(
            "missing type of label `{name}`: write `{name}: Type` or `{name}: Type = value`"
        );
        let error = syn::Error::new_spanned(&name, message);
        let ty = Type::Verbatim(unknown_type(&error));
        errors.push(error);
        // Uses of the label have no further error.
        return Ok(LabelArg {
            attributes,
            name,
            ty,
            given: None,
        });
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

/// Whether the next token is the last one.
fn is_last(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    ahead.parse::<TokenTree>().is_ok() && ahead.is_empty()
}

/// The name of a label in quotes, which is reported. `form` is what follows the name.
pub(super) fn quoted_label(
    input: ParseStream<'_>,
    form: &str,
    errors: &mut Errors,
) -> syn::Result<Option<Ident>> {
    let Ok(text) = input.fork().parse::<LitStr>() else {
        return Ok(None);
    };
    let message = format!(
        "a label is a name, `{}: {form}`: remove the quotes",
        text.value()
    );
    let error = syn::Error::new_spanned(&text, message);
    let Ok(name) = text.parse() else {
        return Err(error);
    };
    input.parse::<LitStr>()?;
    errors.push(error);
    Ok(Some(name))
}
