//! Arguments of an attribute: `key`, `key = value` and `key(..)` between commas.
//!
//! Reports unknown and duplicate keys for every attribute.

use proc_macro2::TokenTree;
use syn::{
    Attribute, Ident, Meta, Token,
    ext::IdentExt,
    parenthesized,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
};

use crate::{diagnostic::Errors, suggestion::did_you_mean};

/// The keys that an attribute allows and those found so far, over all of its parts on one item.
pub(crate) struct Arguments {
    attribute: &'static str,
    allowed: &'static [&'static str],
    given: Vec<Ident>,
}

impl Arguments {
    pub(crate) fn new(attribute: &'static str, allowed: &'static [&'static str]) -> Self {
        Self {
            attribute,
            allowed,
            given: Vec::new(),
        }
    }

    /// Reads one `#[attribute(..)]`. Calls `take` with each key; the input is then after the key.
    pub(crate) fn read(
        &mut self,
        attribute: &Attribute,
        errors: &mut Errors,
        take: impl FnMut(&Ident, ParseStream<'_>, &mut Errors) -> syn::Result<()>,
    ) {
        match &attribute.meta {
            Meta::List(list) => {
                let read = list.parse_args_with(|input: ParseStream<'_>| {
                    self.read_rest(input, errors, take);
                    Ok(())
                });
                errors.ok(read);
            }
            Meta::Path(_) | Meta::NameValue(_) => errors.at(
                &attribute.meta,
                format!(
                    "expected `#[{name}(..)]`; allowed: {}",
                    self.allowed(),
                    name = self.attribute
                ),
            ),
        }
    }

    /// Reads arguments up to the end of `input`. Resumes after the next comma on an error.
    pub(crate) fn read_rest(
        &mut self,
        input: ParseStream<'_>,
        errors: &mut Errors,
        mut take: impl FnMut(&Ident, ParseStream<'_>, &mut Errors) -> syn::Result<()>,
    ) {
        while !input.is_empty() {
            if let Err(error) = self.read_one(input, errors, &mut take) {
                errors.push(error);
                skip_argument(input);
            }
        }
    }

    fn read_one(
        &mut self,
        input: ParseStream<'_>,
        errors: &mut Errors,
        take: &mut impl FnMut(&Ident, ParseStream<'_>, &mut Errors) -> syn::Result<()>,
    ) -> syn::Result<()> {
        let key = input.call(Ident::parse_any).map_err(|error| {
            let (attribute, allowed) = (self.attribute, self.allowed());
            syn::Error::new(
                error.span(),
                format!("expected a key of `#[{attribute}]`; allowed: {allowed}"),
            )
        })?;
        self.check(&key)?;
        take(&key, input, errors)?;
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        Ok(())
    }

    fn check(&mut self, key: &Ident) -> syn::Result<()> {
        let name = key.to_string();
        if !self.allowed.contains(&name.as_str()) {
            return Err(syn::Error::new_spanned(key, self.unknown(&name)));
        }
        if self.given.contains(key) {
            return Err(syn::Error::new_spanned(
                key,
                format!("duplicate key `{name}`: remove one"),
            ));
        }
        self.given.push(key.clone());
        Ok(())
    }

    fn unknown(&self, name: &str) -> String {
        let hint = did_you_mean(name, self.allowed);
        let (attribute, allowed) = (self.attribute, self.allowed());
        format!("`{name}` is not a key of `#[{attribute}]`; {hint}allowed: {allowed}")
    }

    fn allowed(&self) -> String {
        let keys: Vec<_> = self.allowed.iter().map(|key| format!("`{key}`")).collect();
        keys.join(", ")
    }
}

/// Skips past the next comma, or to the end of `input`.
pub(crate) fn skip_argument(input: ParseStream<'_>) {
    while !input.is_empty() {
        if input.peek(Token![,]) {
            let _: syn::Result<Token![,]> = input.parse();
            return;
        }
        let _: syn::Result<TokenTree> = input.parse();
    }
}

/// The value after `=`.
pub(crate) fn assigned<T: Parse>(input: ParseStream<'_>) -> syn::Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}

/// The path after `=`, for `crate = path`.
pub(crate) fn assigned_path(input: ParseStream<'_>) -> syn::Result<syn::Path> {
    input.parse::<Token![=]>()?;
    input.call(syn::Path::parse_mod_style)
}

/// The values between parentheses.
pub(crate) fn listed<T: Parse>(input: ParseStream<'_>) -> syn::Result<Vec<T>> {
    let content;
    parenthesized!(content in input);
    let values: Punctuated<T, Token![,]> = content.parse_terminated(T::parse, Token![,])?;
    Ok(values.into_iter().collect())
}
