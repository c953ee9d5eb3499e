//! Arguments of an attribute: `key`, `key = value` and `key(..)` between commas.
//!
//! Unknown keys and keys given twice are found here, whatever the attribute.

use proc_macro2::TokenTree;
use syn::{
    Attribute, Ident, Meta, Token,
    ext::IdentExt,
    parenthesized,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
};

use crate::{diagnostic::Errors, suggestion::did_you_mean};

/// What one attribute takes, and what it was given so far: an attribute may be written in several parts.
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

    /// Reads one `#[attribute(..)]`; `take` is called with each key, in front of what follows it.
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
                    "`#[{name}]` is written `#[{name}(..)]`; it takes {}",
                    self.allowed(),
                    name = self.attribute
                ),
            ),
        }
    }

    /// Reads arguments up to the end of `input`. After a mistake it goes on behind the next comma.
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
                format!("a key is missing here: `#[{attribute}]` takes {allowed}"),
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
                format!("`{name}` is given twice: leave one out"),
            ));
        }
        self.given.push(key.clone());
        Ok(())
    }

    fn unknown(&self, name: &str) -> String {
        let hint = did_you_mean(name, self.allowed);
        let (attribute, allowed) = (self.attribute, self.allowed());
        format!("unknown key `{name}`; {hint}`#[{attribute}]` takes {allowed}")
    }

    fn allowed(&self) -> String {
        let keys: Vec<_> = self.allowed.iter().map(|key| format!("`{key}`")).collect();
        keys.join(", ")
    }
}

/// Skips to the end of `input`, or behind the next comma.
pub(crate) fn skip_argument(input: ParseStream<'_>) {
    while !input.is_empty() {
        if input.peek(Token![,]) {
            let _: syn::Result<Token![,]> = input.parse();
            return;
        }
        let _: syn::Result<TokenTree> = input.parse();
    }
}

/// The value behind `=`.
pub(crate) fn assigned<T: Parse>(input: ParseStream<'_>) -> syn::Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}

/// The path behind `=`, for `crate = path`.
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
