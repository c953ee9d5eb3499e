//! The grammar of `scope(..)`.

use syn::{
    Attribute, Ident, LitInt, Token, braced,
    ext::IdentExt,
    parenthesized,
    parse::{Parse, ParseStream},
    token,
};

use super::{quantity::Quantity, stage_args::quoted_label};
use crate::{
    arguments::{assigned, forms, skip_argument},
    diagnostic::Errors,
    suggestion::did_you_mean,
};

/// `scope(tenant_id: max 1000, idle = 30m)`, or `scope(Name { tenant_id: max 1000 }, ..)`.
pub(super) struct ScopeArgs {
    /// The key `scope`.
    pub(super) keyword: Ident,
    pub(super) name: Option<Ident>,
    pub(super) labels: Vec<LabelArg>,
    pub(super) idle: Option<Quantity>,
    pub(super) max_scopes: Option<LitInt>,
    /// Whether all of it was read without errors.
    pub(super) is_whole: bool,
}

/// `tenant_id: max 1000`, and attributes in front.
pub(super) struct LabelArg {
    pub(super) attributes: Vec<Attribute>,
    pub(super) name: Ident,
    pub(super) max: LitInt,
}

impl ScopeArgs {
    pub(super) fn parse(
        keyword: &Ident,
        input: ParseStream<'_>,
        errors: &mut Errors,
    ) -> syn::Result<Self> {
        let mut scope = Self {
            keyword: keyword.clone(),
            name: None,
            labels: Vec::new(),
            idle: None,
            max_scopes: None,
            is_whole: true,
        };
        let content;
        parenthesized!(content in input);
        if content.peek2(token::Brace) {
            scope.name = Some(content.parse()?);
            let labels;
            braced!(labels in content);
            scope.read(&labels, errors, Self::label);
            if !content.is_empty() {
                content.parse::<Token![,]>()?;
            }
        }
        scope.read(&content, errors, |scope, input, errors| {
            if input.peek2(Token![=]) || is_setting(input) {
                scope.setting(input)
            } else {
                scope.label(input, errors)
            }
        });
        Ok(scope)
    }

    /// Reads items between commas. Resumes after the next comma on an error.
    fn read(
        &mut self,
        input: ParseStream<'_>,
        errors: &mut Errors,
        mut one: impl FnMut(&mut Self, ParseStream<'_>, &mut Errors) -> syn::Result<()>,
    ) {
        let before = errors.len();
        while !input.is_empty() {
            let read = one(self, input, errors).and_then(|()| {
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
                Ok(())
            });
            if let Err(error) = read {
                errors.push(error);
                skip_argument(input);
            }
        }
        self.is_whole &= errors.len() == before;
    }

    fn label(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        let attributes = input.call(Attribute::parse_outer)?;
        let name = match quoted_label(input, "max 1000", errors)? {
            Some(name) => name,
            None => input.call(Ident::parse_any)?,
        };
        let (max, error) = match max(&name, input) {
            Ok(max) => (max, None),
            // The scope keeps its label: its uses have no further error.
            Err(error) => (LitInt::new("1", name.span()), Some(error)),
        };
        self.labels.push(LabelArg {
            attributes,
            name,
            max,
        });
        error.map_or(Ok(()), Err)
    }

    fn setting(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let key: Ident = input.call(Ident::parse_any)?;
        let name = key.to_string();
        let is_there = match name.as_str() {
            "idle" => self.idle.replace(setting(&key, input)?).is_some(),
            "max_scopes" => self.max_scopes.replace(setting(&key, input)?).is_some(),
            _ => {
                let hint = did_you_mean(&name, &SETTINGS);
                let message = format!(
                    "`{name}` is not a key of `scope(..)`; {hint}allowed: labels, `tenant_id: max 1000`, and `idle`, `max_scopes`"
                );
                return Err(syn::Error::new_spanned(key, message));
            }
        };
        if is_there {
            let message = format!("duplicate key `{name}`: remove one");
            return Err(syn::Error::new_spanned(key, message));
        }
        Ok(())
    }
}

const SETTINGS: [&str; 2] = ["idle", "max_scopes"];

/// Whether a setting comes next whose value has no `=`.
fn is_setting(input: ParseStream<'_>) -> bool {
    let key = input.fork().call(Ident::parse_any);
    let is_label = input.peek2(Token![:]) && {
        let ahead = input.fork();
        let start = (ahead.call(Ident::parse_any), ahead.parse::<Token![:]>());
        start.0.is_ok() && ahead.call(Ident::parse_any).is_ok_and(|max| max == "max")
    };
    !is_label && key.is_ok_and(|key| SETTINGS.iter().any(|setting| key == setting))
}

/// The value after `=`. An error has the form of the setting.
fn setting<T: Parse>(key: &Ident, input: ParseStream<'_>) -> syn::Result<T> {
    let value = input.fork();
    assigned(input).map_err(|error| match forms::of("scope", key) {
        Some(form) if value.is_empty() || value.peek(Token![,]) => {
            syn::Error::new(key.span(), forms::instead(key, form, &value))
        }
        Some(form) => syn::Error::new(error.span(), forms::instead(key, form, &value)),
        None => error,
    })
}

/// The limit after the name of a label, `: max 1000`.
fn max(name: &Ident, input: ParseStream<'_>) -> syn::Result<LitInt> {
    let form = "expected a label with its limit: `tenant_id: max 1000`";
    if !input.peek(Token![:]) {
        return Err(syn::Error::new_spanned(name, form));
    }
    input.parse::<Token![:]>()?;
    let max: Ident = input
        .call(Ident::parse_any)
        .map_err(|error| syn::Error::new(error.span(), form))?;
    let is_last = input.is_empty() || input.peek(Token![,]);
    if max != "max" || is_last {
        return Err(syn::Error::new_spanned(max, form));
    }
    input
        .parse()
        .map_err(|error: syn::Error| syn::Error::new(error.span(), form))
}
