//! `#[glyph(secret)]` on function arguments and on entries of `fields(..)`.

use proc_macro2::{Ident, Literal, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Expr, FnArg, LitStr, PatIdent, Signature, ext::IdentExt, visit::Visit};

use super::{
    args::{LabelArg, LabelValue},
    field_arg::FieldArg,
};
use crate::{diagnostic::Errors, inert::mentions};

/// The attribute's name.
pub(super) const NAME: &str = "glyph";

/// The variables of the secret arguments of a function.
#[derive(Default)]
pub(super) struct Secrets(Vec<String>);

/// Removes `#[glyph(secret)]` from `attributes`. Returns whether it was present.
pub(super) fn take(attributes: &mut Vec<Attribute>, errors: &mut Errors) -> bool {
    let mut is_secret = false;
    attributes.retain(|attribute| {
        if attribute.path().is_ident("cfg_attr")
            && mentions(attribute.meta.to_token_stream(), &[NAME])
        {
            errors.at(
                attribute,
                "`#[glyph(secret)]` cannot be conditional: remove `cfg_attr`",
            );
            return false;
        }
        if !attribute.path().is_ident(NAME) {
            return true;
        }
        // Anything else is `secret`, misspelt: it has one error, and shows nothing.
        is_secret = true;
        match attribute.parse_args_with(Ident::parse_any) {
            Ok(argument) if argument == "secret" => {}
            Ok(argument) => errors.at(argument, "expected `#[glyph(secret)]`"),
            Err(_) => errors.at(attribute, "expected `#[glyph(secret)]`"),
        }
        false
    });
    is_secret
}

impl Secrets {
    /// Removes the attributes from the signature.
    pub(super) fn take(signature: &mut Signature, errors: &mut Errors) -> Self {
        let mut secrets = Self::default();
        for input in &mut signature.inputs {
            match input {
                FnArg::Receiver(receiver) => {
                    if take(&mut receiver.attrs, errors) {
                        secrets.0.push("self".to_owned());
                    }
                }
                FnArg::Typed(argument) => {
                    if take(&mut argument.attrs, errors) {
                        secrets.visit_pat(&argument.pat);
                    }
                }
            }
        }
        secrets
    }

    /// Reports each secret in the span's name, in labels and in fields.
    pub(super) fn check(
        &self,
        name: Option<&LitStr>,
        labels: &[LabelArg],
        fields: &[FieldArg],
        errors: &mut Errors,
    ) {
        if self.0.is_empty() {
            return;
        }
        if let Some(name) = name
            && let Some(secret) = self.shown_by(&name.value())
        {
            errors.at(
                name,
                format!("`{secret}` is secret and span names are exported: remove it"),
            );
        }
        for label in labels {
            self.check_label(label, errors);
        }
        for field in fields.iter().filter(|field| !field.is_secret) {
            let name = field.name.value();
            for found in self.found(field.value.to_token_stream()) {
                errors.at(
                    &found.token,
                    format!(
                        "`{}` is secret: remove it, or write `#[glyph(secret)] {name} = ..` \
                         to record `[redacted]`",
                        found.secret
                    ),
                );
            }
        }
    }

    /// Reports each secret in another argument of the attribute.
    pub(super) fn check_others<'a>(
        &self,
        others: impl IntoIterator<Item = &'a Expr>,
        errors: &mut Errors,
    ) {
        for found in others
            .into_iter()
            .flat_map(|other| self.found(other.to_token_stream()))
        {
            errors.at(
                &found.token,
                format!(
                    "`{}` is secret, and this can show it: use another value",
                    found.secret
                ),
            );
        }
    }

    fn check_label(&self, label: &LabelArg, errors: &mut Errors) {
        let value = match &label.value {
            LabelValue::Text(_) => return,
            LabelValue::Expression(value) => value.to_token_stream(),
            LabelValue::AtEnd(value) => value.to_token_stream(),
            LabelValue::Variable => label.name.to_token_stream(),
        };
        for found in self.found(value) {
            errors.at(
                &found.token,
                format!(
                    "`{}` is secret and label values are in `/metrics` and dashboards: \
                     use another value",
                    found.secret
                ),
            );
        }
    }

    fn found(&self, tokens: TokenStream) -> Vec<Found<'_>> {
        let mut found = Vec::new();
        self.search(tokens, false, &mut found);
        found
    }

    /// Finds variables. The neighboring tokens show that a name is a field, a method or a path.
    fn search<'s>(&'s self, tokens: TokenStream, in_macro: bool, found: &mut Vec<Found<'s>>) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let is = |index: Option<usize>, wanted: char| {
            index.and_then(|index| tokens.get(index)).is_some_and(
                |token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted),
            )
        };
        for (index, token) in tokens.iter().enumerate() {
            let before = |by: usize| index.checked_sub(by);
            match token {
                TokenTree::Ident(ident) => {
                    let is_member = is(before(1), '.') && !is(before(2), '.');
                    let is_path = is(before(1), ':') || is(Some(index + 1), ':');
                    let secret = self.named(&ident.unraw().to_string());
                    if let Some(secret) = secret.filter(|_| !is_member && !is_path) {
                        let token = token.clone();
                        found.push(Found { secret, token });
                    }
                }
                TokenTree::Literal(literal) if in_macro => {
                    if let Some(secret) = self.shown_by(&unescaped(literal)) {
                        let token = token.clone();
                        found.push(Found { secret, token });
                    }
                }
                TokenTree::Group(group) => {
                    self.search(group.stream(), in_macro || is(before(1), '!'), found);
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }

    fn named(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .map(String::as_str)
            .find(|secret| *secret == name)
    }

    /// The secret that a format string names in braces: as a value, a width or a precision.
    fn shown_by(&self, text: &str) -> Option<&str> {
        // `{{` is an escaped brace.
        let text = text.replace("{{", "");
        text.split('{').skip(1).find_map(|after| {
            let inside = after.split('}').next()?;
            let (argument, form) = inside.split_once(':').unwrap_or((inside, ""));
            let mut counts = form.rsplit('$').skip(1).map(ending_identifier);
            self.named(argument.trim())
                .or_else(|| counts.find_map(|count| self.named(count)))
        })
    }
}

/// The value of a string literal, without escapes.
fn unescaped(literal: &Literal) -> String {
    let source = literal.to_string();
    syn::parse_str::<LitStr>(&source).map_or(source, |text| text.value())
}

fn ending_identifier(text: &str) -> &str {
    let before = text.trim_end_matches(|letter: char| letter.is_alphanumeric() || letter == '_');
    text.strip_prefix(before).unwrap_or(text)
}

/// A use of a secret.
struct Found<'s> {
    secret: &'s str,
    token: TokenTree,
}

impl<'ast> Visit<'ast> for Secrets {
    fn visit_pat_ident(&mut self, pattern: &'ast PatIdent) {
        self.0.push(pattern.ident.unraw().to_string());
        syn::visit::visit_pat_ident(self, pattern);
    }
}
