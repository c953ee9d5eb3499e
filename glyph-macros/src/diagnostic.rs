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

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The mistakes as `compile_error!` invocations; nothing when there are none.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.0.iter().map(syn::Error::to_compile_error).collect()
    }
}

/// `call` as if it stood where `place` does, so that what rustc says of it points there. Names resolve
/// as before.
pub(crate) fn located(call: TokenStream, place: impl ToTokens) -> TokenStream {
    let place: Vec<TokenTree> = place.into_token_stream().into_iter().collect();
    let span_of = |token: Option<&TokenTree>| token.map_or_else(Span::call_site, TokenTree::span);
    let (first, last) = (span_of(place.first()), span_of(place.last()));
    let mut tokens: Vec<TokenTree> = moved(call, first).into_iter().collect();
    if let Some(end) = tokens.last_mut() {
        end.set_span(end.span().located_at(last));
    }
    tokens.into_iter().collect()
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
