//! `#[glyph(secret)]`, on an argument of the function and on an entry of `fields(..)`.

use proc_macro2::{Ident, Literal, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, FnArg, LitStr, PatIdent, Signature, ext::IdentExt, visit::Visit};

use super::args::{FieldArg, LabelArg, LabelValue};
use crate::{diagnostic::Errors, inert::mentions};

/// The attribute's name.
pub(super) const NAME: &str = "glyph";

/// The arguments of a function that are secrets, by their variables.
#[derive(Default)]
pub(super) struct Secrets(Vec<String>);

/// Takes `#[glyph(secret)]` out of the attributes of one thing. True if it was there.
pub(super) fn take(attributes: &mut Vec<Attribute>, errors: &mut Errors) -> bool {
    let mut is_secret = false;
    attributes.retain(|attribute| {
        if attribute.path().is_ident("cfg_attr")
            && mentions(attribute.meta.to_token_stream(), &[NAME])
        {
            errors.at(
                attribute,
                "a secret is one under every configuration: write `#[glyph(secret)]` without `cfg_attr`",
            );
            return false;
        }
        if !attribute.path().is_ident(NAME) {
            return true;
        }
        let word = attribute.parse_args_with(Ident::parse_any);
        if word.is_ok_and(|word| word == "secret") {
            is_secret = true;
        } else {
            errors.at(attribute, "`#[glyph(..)]` takes one word here: `#[glyph(secret)]`");
        }
        false
    });
    is_secret
}

impl Secrets {
    /// Takes the attributes out of the signature.
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

    /// Refuses each use of a secret in what is recorded.
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
                format!(
                    "`{secret}` is a secret, and the name of a span is seen by all: leave it out"
                ),
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
                        "`{}` is a secret and is recorded nowhere: leave it out, or write \
                         `#[glyph(secret)] {name} = ..`, which shows the field's name and `[redacted]`",
                        found.secret
                    ),
                );
            }
        }
    }

    fn check_label(&self, label: &LabelArg, errors: &mut Errors) {
        let value = match &label.value {
            LabelValue::Text(_) => return,
            LabelValue::Expression(value) => value.to_token_stream(),
            LabelValue::Variable => label.name.to_token_stream(),
        };
        for found in self.found(value) {
            errors.at(
                &found.token,
                format!(
                    "`{}` is a secret, and the values of labels are on the page and in dashboards: \
                     give the label another value",
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

    /// Variables are told from fields, methods and paths of the same name by what stands around them.
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
                TokenTree::Ident(word) => {
                    let is_member = is(before(1), '.') && !is(before(2), '.');
                    let is_path = is(before(1), ':') || is(Some(index + 1), ':');
                    let secret = self.named(&word.unraw().to_string());
                    if let Some(secret) = secret.filter(|_| !is_member && !is_path) {
                        let token = token.clone();
                        found.push(Found { secret, token });
                    }
                }
                TokenTree::Literal(literal) if in_macro => {
                    if let Some(secret) = self.shown_by(&said(literal)) {
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

    /// The secret that stands in braces in `text`, as `format!` has it: shown, or as a width or a precision.
    fn shown_by(&self, text: &str) -> Option<&str> {
        // A brace that is written twice is shown as one.
        let text = text.replace("{{", "");
        text.split('{').skip(1).find_map(|behind| {
            let inside = behind.split('}').next()?;
            let (argument, form) = inside.split_once(':').unwrap_or((inside, ""));
            let mut counts = form.rsplit('$').skip(1).map(ending_identifier);
            self.named(argument.trim())
                .or_else(|| counts.find_map(|count| self.named(count)))
        })
    }
}

/// What a text says, without its escapes.
fn said(literal: &Literal) -> String {
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
