//! Arguments of an attribute: `key`, `key = value` and `key(..)` between commas.
//!
//! Reports unknown and duplicate keys for every attribute.

pub(crate) mod forms;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, Ident, Meta, Path, Token,
    ext::IdentExt,
    parenthesized,
    parse::{Parse, ParseStream, Parser},
    punctuated::Punctuated,
};

use crate::{
    diagnostic::Errors,
    suggestion::{closest, did_you_mean},
};

/// The keys that an attribute allows and those found so far, over all of its parts on one item.
pub(crate) struct Arguments {
    attribute: &'static str,
    allowed: &'static [&'static str],
    given: Vec<Ident>,
    /// A path among the keys, such as `stage::stt`.
    path: Option<Path>,
    /// The keys that could not be read, each by the allowed key that it is or resembles.
    unread: Vec<&'static str>,
    /// The keys whose values were skipped: unknown or duplicate ones.
    skipped: Vec<String>,
}

impl Arguments {
    pub(crate) fn new(attribute: &'static str, allowed: &'static [&'static str]) -> Self {
        Self {
            attribute,
            allowed,
            given: Vec::new(),
            path: None,
            unread: Vec::new(),
            skipped: Vec::new(),
        }
    }

    /// Whether the value of `key` is missing after an error.
    pub(crate) fn unread(&self, key: &str) -> bool {
        self.unread.contains(&key)
    }

    /// The unknown and duplicate keys, as written, whose values were skipped.
    pub(crate) fn skipped(&self) -> &[String] {
        &self.skipped
    }

    /// The keys whose values are missing after an error, and a path among the keys.
    pub(crate) fn rest(self) -> (Vec<&'static str>, Option<Path>) {
        (self.unread, self.path)
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
            Meta::NameValue(meta) => {
                let form = self.form(&meta.value.to_token_stream());
                errors.at(&attribute.meta, self.expected(&form));
            }
            Meta::Path(_) => errors.at(&attribute.meta, self.expected("..")),
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
            self.read_next(input, errors, &mut take);
        }
    }

    /// Reads one argument. Resumes after the next comma on an error.
    pub(crate) fn read_next(
        &mut self,
        input: ParseStream<'_>,
        errors: &mut Errors,
        take: &mut impl FnMut(&Ident, ParseStream<'_>, &mut Errors) -> syn::Result<()>,
    ) {
        if let Err(error) = self.read_one(input, errors, take) {
            errors.push(error);
            skip_argument(input);
        }
    }

    fn read_one(
        &mut self,
        input: ParseStream<'_>,
        errors: &mut Errors,
        take: &mut impl FnMut(&Ident, ParseStream<'_>, &mut Errors) -> syn::Result<()>,
    ) -> syn::Result<()> {
        if self.takes_path() && input.peek(Ident) && input.peek2(Token![::]) {
            self.path = Some(input.call(Path::parse_mod_style)?);
            return input.parse::<Option<Token![,]>>().map(|_| ());
        }
        let ahead = input.fork();
        let key = input.call(Ident::parse_any).map_err(|error| {
            let found = ahead.parse::<TokenTree>().map(ToTokens::into_token_stream);
            let form = self.form(&found.unwrap_or_default());
            syn::Error::new(error.span(), self.expected(&form))
        })?;
        let before = errors.len();
        let key = self.meant(key, errors)?;
        let is_misspelt = errors.len() > before;
        let value = input.fork();
        let before = errors.len();
        if let Err(error) = take(&key, input, errors) {
            if is_misspelt {
                // The value may be in the form of the key that was written.
                self.missing(&key.to_string());
                skip_argument(input);
                return Ok(());
            }
            let error = self.with_form(error, &key, &value);
            if !self.reads_anyway(&key, &value, take) {
                self.missing(&key.to_string());
            }
            return Err(error);
        }
        if errors.len() > before {
            self.missing(&key.to_string());
        }
        if !input.is_empty() {
            let comma = input.parse::<Token![,]>();
            comma.map_err(|error| self.with_comma(&error, &key))?;
        }
        Ok(())
    }

    /// The form of an argument with the string `found`: the key of that name, or the value of the first
    /// key.
    fn form(&self, found: &TokenStream) -> String {
        let Ok(text) = syn::parse2::<syn::LitStr>(found.clone()).map(|text| text.value()) else {
            return "..".to_owned();
        };
        match self.allowed.first() {
            _ if self.allowed.contains(&text.as_str()) => text,
            Some(key) => format!("{key} = \"{text}\""),
            None => "..".to_owned(),
        }
    }

    fn expected(&self, form: &str) -> String {
        let (attribute, allowed) = (self.attribute, self.allowed());
        format!("expected `#[{attribute}({form})]`; allowed: {allowed}")
    }

    /// The error of a parser with the form of the key in place of a token's name.
    fn with_form(&self, error: syn::Error, key: &Ident, value: ParseStream<'_>) -> syn::Error {
        let Some(form) = self.form_of(key).filter(|_| forms::is_plain(&error)) else {
            return error;
        };
        let is_absent = value.is_empty() || value.peek(Token![,]);
        let ends = is_absent || error.to_string().starts_with("unexpected end of input");
        let span = if ends { key.span() } else { error.span() };
        syn::Error::new(span, forms::instead(key, form, value))
    }

    /// Whether the arguments begin with the path of a stage.
    fn takes_path(&self) -> bool {
        self.allowed.contains(&"skip_span")
    }

    fn form_of(&self, key: &Ident) -> Option<&'static str> {
        // `#[stage(..)]` on a method takes what `#[instrument_stage(..)]` takes.
        let attribute = if self.takes_path() {
            "instrument_stage"
        } else {
            self.attribute
        };
        forms::of(attribute, key)
    }

    /// The error of tokens between a value and the next comma.
    fn with_comma(&self, error: &syn::Error, key: &Ident) -> syn::Error {
        let message = match self.form_of(key) {
            Some(form) if key == form => format!("`{key}` takes no value: remove this"),
            Some(form) => format!("expected `,` after `{form}`: remove this"),
            None => format!("expected `,` after the value of `{key}`: remove this"),
        };
        syn::Error::new(error.span(), message)
    }

    /// The key, or the one that a misspelt key stands for: its value is read too, so that the mistake
    /// has no further error.
    fn meant(&mut self, key: Ident, errors: &mut Errors) -> syn::Result<Ident> {
        let name = key.to_string();
        if self.allowed.contains(&name.as_str()) {
            if self.given.contains(&key) {
                self.missing(&name);
                self.skipped.push(name.clone());
                let message = format!("duplicate key `{name}`: remove one");
                return Err(syn::Error::new_spanned(key, message));
            }
            self.given.push(key.clone());
            return Ok(key);
        }
        let error = syn::Error::new_spanned(&key, self.unknown(&name));
        let nearest = closest(&name, self.allowed).map(|nearest| Ident::new(nearest, key.span()));
        let Some(nearest) = nearest.filter(|nearest| !self.given.contains(nearest)) else {
            self.skipped.push(name);
            return Err(error);
        };
        errors.push(error);
        self.given.push(nearest.clone());
        Ok(nearest)
    }

    /// Reads a value that has quotes and needs none, or is in the form of another key. Returns whether that is
    /// its only mistake.
    fn reads_anyway(
        &self,
        key: &Ident,
        value: ParseStream<'_>,
        take: &mut impl FnMut(&Ident, ParseStream<'_>, &mut Errors) -> syn::Result<()>,
    ) -> bool {
        let form = self.form_of(key);
        let Some(value) = form.and_then(|form| forms::meant(form, value)) else {
            return false;
        };
        // The mistake is told already: others in the same value follow from it.
        let mut others = Errors::default();
        let read = |input: ParseStream<'_>| take(key, input, &mut others);
        read.parse2(value).is_ok() && others.len() == 0
    }

    fn missing(&mut self, name: &str) {
        let nearest = closest(name, self.allowed);
        let mut allowed = self.allowed.iter();
        self.unread
            .extend(allowed.find(|key| Some(**key) == nearest));
    }

    fn unknown(&self, name: &str) -> String {
        let hint = did_you_mean(name, self.allowed);
        let (attribute, allowed) = (self.attribute, self.allowed());
        let elsewhere = match name {
            _ if self.allowed == ["crate"] => "; other keys go on a field or a variant",
            "stage" if attribute == "instrument_stages" => {
                "; a stage goes on a method, `#[stage(stage::stt)]`"
            }
            "description" | "help" | "doc" if attribute == "metric" => {
                "; the HELP text is the doc comment, `/// ..`"
            }
            _ => "",
        };
        format!("`{name}` is not a key of `#[{attribute}]`; {hint}allowed: {allowed}{elsewhere}")
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
pub(crate) fn assigned_path(input: ParseStream<'_>) -> syn::Result<Path> {
    input.parse::<Token![=]>()?;
    input.call(Path::parse_mod_style)
}

/// The values between parentheses.
pub(crate) fn listed<T: Parse>(input: ParseStream<'_>) -> syn::Result<Vec<T>> {
    let content;
    parenthesized!(content in input);
    let values = content.parse_terminated(T::parse, Token![,]);
    drain(&content);
    let values: Punctuated<T, Token![,]> = values?;
    Ok(values.into_iter().collect())
}

/// Skips the rest of a group after an error: syn would report it as unexpected.
pub(crate) fn drain(content: ParseStream<'_>) {
    let _: syn::Result<TokenStream> = content.parse();
}
