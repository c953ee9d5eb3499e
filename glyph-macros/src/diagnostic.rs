//! Error collection: one build reports every error of an item, each at the user's tokens.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};

/// The errors found so far, each at the user's token.
#[derive(Default)]
pub(crate) struct Errors(Vec<syn::Error>);

impl Errors {
    /// Reports `message` at `tokens`.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.0.push(syn::Error::new_spanned(tokens, message));
    }

    /// Adds an error of a parser.
    pub(crate) fn push(&mut self, error: syn::Error) {
        self.0.push(error);
    }

    /// Returns the value of `result`, or adds its error.
    pub(crate) fn ok<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// The number of errors so far.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// An unknown type because of the first error.
    pub(crate) fn unknown_type(&self) -> Option<TokenStream> {
        let first = self.0.first()?.clone().into_iter().next();
        first.as_ref().map(unknown_type)
    }

    /// The errors as items, or as statements at the start of a body.
    ///
    /// Each is in a constant of its own: rustc stops to resolve names in a module that has a
    /// `compile_error!` among its items, and other errors there are not reported.
    pub(crate) fn into_items(self) -> TokenStream {
        let errors = self.0.iter().flatten();
        errors
            .map(|error| {
                let error = error.to_compile_error();
                quote!(const _: () = { #error };)
            })
            .collect()
    }

    /// The errors as `compile_error!` invocations, for a place where no constant can be: among the
    /// items of a trait or an `impl` block.
    pub(crate) fn into_bare_tokens(self) -> TokenStream {
        self.0.iter().map(syn::Error::to_compile_error).collect()
    }
}

/// A type that is unknown because of `error`, which is reported too: rustc reports equal errors once, and
/// nothing of a value of an unknown type.
///
/// The error is the length of an array, because `compile_error!` in place of a type is `()`.
pub(crate) fn unknown_type(error: &syn::Error) -> TokenStream {
    let error = error.to_compile_error();
    quote!(<[(); { #error }] as ::core::iter::IntoIterator>::Item)
}

/// The whole attribute that is expanded, as the user wrote it: rustc adds no note about the macro to an
/// error there. `item` is under the attribute.
pub(crate) fn attribute(item: impl ToTokens) -> Span {
    let written = item.into_token_stream().into_iter().next();
    let expanded = Span::call_site();
    written.map_or(expanded, |token| expanded.resolved_at(token.span()))
}

/// The source range of some of the user's tokens. rustc reports errors there for code that an
/// expansion puts there.
#[derive(Clone, Copy)]
pub(crate) struct TokenRange {
    first: Span,
    last: Span,
}

impl TokenRange {
    pub(crate) fn of(tokens: impl ToTokens) -> Self {
        let tokens: Vec<TokenTree> = tokens.into_token_stream().into_iter().collect();
        let span = |token: Option<&TokenTree>| token.map_or_else(Span::call_site, TokenTree::span);
        Self {
            first: span(tokens.first()),
            last: span(tokens.last()),
        }
    }

    /// Moves `tokens` to the start of the range. Names still resolve at their old location.
    pub(crate) fn start(self, tokens: TokenStream) -> TokenStream {
        moved(tokens, self.first)
    }

    /// Moves `tokens` onto the whole range. Names still resolve at their old location.
    pub(crate) fn around(self, tokens: TokenStream) -> TokenStream {
        let mut tokens: Vec<TokenTree> = self.start(tokens).into_iter().collect();
        if let Some(end) = tokens.last_mut() {
            end.set_span(end.span().located_at(self.last));
        }
        tokens.into_iter().collect()
    }

    /// `tokens` with the user's own span, so that rustc adds no note about a macro. All of their names
    /// must resolve from the user's code.
    pub(crate) fn as_written(self, tokens: TokenStream) -> TokenStream {
        let mut tokens: Vec<TokenTree> = respanned(tokens, self.first).into_iter().collect();
        if let Some(end) = tokens.last_mut() {
            end.set_span(self.last);
        }
        tokens.into_iter().collect()
    }

    /// A call of `function` at the start of the range. The arguments keep their spans.
    pub(crate) fn start_call(self, function: TokenStream, arguments: TokenStream) -> TokenStream {
        let mut arguments = Group::new(Delimiter::Parenthesis, arguments);
        arguments.set_span(arguments.span().located_at(self.first));
        let function = self.start(function).into_iter();
        function.chain([arguments.into()]).collect()
    }

    /// A call of `function` with the user's own spans, so that rustc adds no note about a macro.
    ///
    /// `function` must resolve from the user's code. The arguments keep their spans.
    pub(crate) fn call(self, function: TokenStream, arguments: &TokenStream) -> TokenStream {
        let mut arguments = Group::new(Delimiter::Parenthesis, arguments.clone());
        arguments.set_span(self.last);
        let function = function.into_iter().map(|mut token| {
            token.set_span(self.first);
            token
        });
        function.chain([arguments.into()]).collect()
    }
}

fn respanned(tokens: TokenStream, span: Span) -> TokenStream {
    let tokens = tokens.into_iter().map(|mut token| {
        if let TokenTree::Group(group) = &token {
            token = Group::new(group.delimiter(), respanned(group.stream(), span)).into();
        }
        token.set_span(span);
        token
    });
    tokens.collect()
}

fn moved(tokens: TokenStream, to: Span) -> TokenStream {
    tokens
        .into_iter()
        .map(|mut token| {
            let span = token.span().located_at(to);
            if let TokenTree::Group(group) = &token {
                token = Group::new(group.delimiter(), moved(group.stream(), to)).into();
            }
            token.set_span(span);
            token
        })
        .collect()
}

/// The messages of the `compile_error!` invocations in `tokens`.
///
/// An [`unknown_type`] repeats an error that is among them, which rustc reports once. It is not counted.
#[cfg(test)]
pub(crate) fn messages(tokens: &TokenStream) -> Vec<String> {
    let (mut all, mut repeated) = (Vec::new(), Vec::new());
    collect(tokens, &mut all, &mut repeated);
    for message in repeated {
        assert!(all.contains(&message), "{message:?} is in a type alone");
    }
    all
}

#[cfg(test)]
fn collect(tokens: &TokenStream, all: &mut Vec<String>, repeated: &mut Vec<String>) {
    let mut found = false;
    for token in tokens.clone() {
        match token {
            TokenTree::Ident(ident) => found |= ident == "compile_error",
            TokenTree::Group(group) if found => {
                found = false;
                all.extend(syn::parse2::<syn::LitStr>(group.stream()).map(|text| text.value()));
            }
            TokenTree::Group(group) if is_unknown_length(&group) => {
                collect(&group.stream(), repeated, &mut Vec::new());
            }
            TokenTree::Group(group) => collect(&group.stream(), all, repeated),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// Whether this is the array of an [`unknown_type`].
#[cfg(test)]
fn is_unknown_length(group: &Group) -> bool {
    let tokens: Vec<_> = group.stream().into_iter().collect();
    let is_error = |token: &TokenTree| token.to_string().contains("compile_error");
    group.delimiter() == Delimiter::Bracket
        && matches!(tokens.as_slice(), [TokenTree::Group(unit), TokenTree::Punct(_), length]
            if unit.stream().is_empty() && is_error(length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_of_an_unknown_type_is_counted_once_and_a_duplicate_twice() {
        let mut errors = Errors::default();
        errors.at(quote!(labels), "a list");
        let (unknown, items) = (errors.unknown_type(), errors.into_items());
        let told = messages(&quote!(type A = #unknown; type B = #unknown; #items));
        assert_eq!(told, ["a list"]);
        let told = messages(&quote!(type A = #unknown; #items #items));
        assert_eq!(told, ["a list", "a list"]);
    }
}
