//! Collects every mistake of an item, so that one build shows them all.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::ToTokens;

/// The mistakes found so far, each at the user's token.
#[derive(Default)]
pub(crate) struct Errors(Vec<syn::Error>);

impl Errors {
    /// Reports `message` at `tokens`.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.0.push(syn::Error::new_spanned(tokens, message));
    }

    /// Keeps an error that a parser gave.
    pub(crate) fn push(&mut self, error: syn::Error) {
        self.0.push(error);
    }

    /// Takes the value of `result`, or keeps its error.
    pub(crate) fn ok<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// How many mistakes were found so far.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The mistakes as `compile_error!` invocations; nothing when there are none.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.0.iter().map(syn::Error::to_compile_error).collect()
    }
}

/// Where some tokens of the user stand: what an expansion puts there, rustc's errors point to.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    first: Span,
    last: Span,
}

impl Place {
    pub(crate) fn of(tokens: impl ToTokens) -> Self {
        let tokens: Vec<TokenTree> = tokens.into_token_stream().into_iter().collect();
        let span = |token: Option<&TokenTree>| token.map_or_else(Span::call_site, TokenTree::span);
        Self {
            first: span(tokens.first()),
            last: span(tokens.last()),
        }
    }

    /// `tokens` at the first of the user's; names resolve as before.
    pub(crate) fn start(self, tokens: TokenStream) -> TokenStream {
        moved(tokens, self.first)
    }

    /// `tokens` at the last of the user's; names resolve as before. An expression between
    /// [`start`](Self::start) and this covers all of the user's tokens.
    pub(crate) fn end(self, tokens: TokenStream) -> TokenStream {
        moved(tokens, self.last)
    }
}

fn moved(tokens: TokenStream, place: Span) -> TokenStream {
    tokens
        .into_iter()
        .map(|mut token| {
            let span = token.span().located_at(place);
            if let TokenTree::Group(group) = &token {
                token = Group::new(group.delimiter(), moved(group.stream(), place)).into();
            }
            token.set_span(span);
            token
        })
        .collect()
}

/// What the `compile_error!` invocations among `tokens` say.
#[cfg(test)]
pub(crate) fn messages(tokens: &TokenStream) -> Vec<String> {
    let mut messages = Vec::new();
    let mut found = false;
    for token in tokens.clone() {
        match token {
            TokenTree::Ident(ident) => found |= ident == "compile_error",
            TokenTree::Group(group) if found => {
                found = false;
                messages
                    .extend(syn::parse2::<syn::LitStr>(group.stream()).map(|text| text.value()));
            }
            TokenTree::Group(group) => messages.extend(self::messages(&group.stream())),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    messages
}
