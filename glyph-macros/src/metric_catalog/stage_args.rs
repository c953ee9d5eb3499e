//! The grammar of `#[stage(..)]`.

use syn::{
    Attribute, Expr, Ident, Token, Type, parenthesized,
    parse::{Parse, ParseStream},
    token,
};

use crate::{
    arguments::{Arguments, assigned, skip_argument},
    diagnostic::Errors,
};

/// `#[stage(name, requests = a, errors = b, in_flight = c, retries = d, labels(..), ..)]`.
pub(super) struct StageArgs {
    pub(super) name: Ident,
    pub(super) requests: Option<Ident>,
    pub(super) errors: Option<Ident>,
    pub(super) in_flight: Option<Ident>,
    pub(super) retries: Option<Ident>,
    pub(super) fallbacks: Option<Ident>,
    pub(super) first_item: Option<Ident>,
    pub(super) between_items: Option<Ident>,
    pub(super) items: Option<Ident>,
    pub(super) labels: Vec<LabelArg>,
}

/// `name: Type`, or `name: Type = value`.
pub(super) struct LabelArg {
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
            requests: None,
            errors: None,
            in_flight: None,
            retries: None,
            fallbacks: None,
            first_item: None,
            between_items: None,
            items: None,
            labels: Vec::new(),
        };
        let keys = &[
            "requests",
            "errors",
            "in_flight",
            "retries",
            "fallbacks",
            "first_item",
            "between_items",
            "items",
            "labels",
        ];
        Arguments::new("stage", keys).read_rest(input, errors, |key, input, errors| {
            match key.to_string().as_str() {
                "requests" => stage.requests = Some(assigned(input)?),
                "errors" => stage.errors = Some(assigned(input)?),
                "in_flight" => stage.in_flight = Some(assigned(input)?),
                "retries" => stage.retries = Some(assigned(input)?),
                "fallbacks" => stage.fallbacks = Some(assigned(input)?),
                "first_item" => stage.first_item = Some(assigned(input)?),
                "between_items" => stage.between_items = Some(assigned(input)?),
                "items" => stage.items = Some(assigned(input)?),
                _ => stage.labels = labels(input, errors)?,
            }
            Ok(())
        });
        Ok(stage)
    }
}

/// The stage's name and the comma after it.
fn name(input: ParseStream<'_>) -> syn::Result<Ident> {
    if input.peek2(Token![=]) || input.peek2(token::Paren) || !input.peek(Ident) {
        return Err(
            input.error("missing stage name: put an identifier first, `#[stage(name, ..)]`")
        );
    }
    let name = input.parse()?;
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok(name)
}

fn labels(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Vec<LabelArg>> {
    let content;
    parenthesized!(content in input);
    let mut labels: Vec<LabelArg> = Vec::new();
    while !content.is_empty() {
        match label(&content) {
            Ok(label) => labels.push(label),
            Err(error) => {
                errors.push(error);
                skip_argument(&content);
            }
        }
    }
    Ok(labels)
}

fn label(input: ParseStream<'_>) -> syn::Result<LabelArg> {
    let label = input.parse()?;
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok(label)
}

impl Parse for LabelArg {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name: Ident = input.parse()?;
        if !input.peek(Token![:]) {
            let message = format!(
                "missing type of label `{name}`: write `{name}: Type` or `{name}: Type = value`"
            );
            return Err(syn::Error::new_spanned(name, message));
        }
        input.parse::<Token![:]>()?;
        let ty = input.parse()?;
        let given = input.peek(Token![=]).then(|| assigned(input)).transpose()?;
        Ok(Self { name, ty, given })
    }
}
