//! The block under the attribute: its items, and which of them are stages.
//!
//! It is read as far as the ends of its items; all tokens stay as the user wrote them.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Attribute, Signature, Token, Visibility,
    parse::{Parse, ParseStream},
};

use crate::instrument_stage::is_function;

/// An `impl` block, or a trait.
pub(super) struct Block {
    /// What stands before the braces.
    pub(super) head: Vec<TokenTree>,
    /// `impl` or `trait`.
    pub(super) word: TokenTree,
    pub(super) braces: Group,
    pub(super) items: Vec<Item>,
}

/// An item in the block.
pub(super) struct Item {
    /// Its `#[stage(..)]`, of which there should be one at most.
    pub(super) stages: Vec<Attribute>,
    /// All the rest of it.
    pub(super) tokens: TokenStream,
    pub(super) is_method: bool,
}

impl Parse for Block {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let ahead = input.fork();
        let word = word(&ahead)?;
        let mut head: Vec<TokenTree> = Vec::new();
        while !input.is_empty() {
            head.push(input.parse()?);
        }
        let Some(TokenTree::Group(braces)) = head.pop() else {
            return Err(refused(&word));
        };
        let items = syn::parse::Parser::parse2(items, braces.stream())?;
        Ok(Self {
            head,
            word,
            braces,
            items,
        })
    }
}

/// The word that says what kind of item this is.
fn word(input: ParseStream<'_>) -> syn::Result<TokenTree> {
    input.call(Attribute::parse_outer)?;
    input.parse::<Visibility>()?;
    while input.peek(Token![unsafe]) || input.peek(Token![default]) {
        input.parse::<TokenTree>()?;
    }
    let fits = input.peek(Token![impl]) || input.peek(Token![trait]);
    let word = input.parse()?;
    if fits { Ok(word) } else { Err(refused(&word)) }
}

fn refused(word: &TokenTree) -> syn::Error {
    syn::Error::new_spanned(
        word,
        "`#[instrument_stages]` goes on an `impl` block or a trait, for the methods that have `#[stage(..)]`; \
         a function by itself takes `#[instrument_stage(..)]`",
    )
}

fn items(input: ParseStream<'_>) -> syn::Result<Vec<Item>> {
    let mut items = Vec::new();
    let inner = input.call(Attribute::parse_inner)?;
    if !inner.is_empty() {
        items.push(Item {
            stages: Vec::new(),
            tokens: quote!(#(#inner)*),
            is_method: false,
        });
    }
    while !input.is_empty() {
        items.push(item(input)?);
    }
    Ok(items)
}

fn item(input: ParseStream<'_>) -> syn::Result<Item> {
    let attributes = input.call(Attribute::parse_outer)?;
    let (stages, others): (Vec<_>, Vec<_>) = attributes
        .into_iter()
        .partition(|attribute| attribute.path().is_ident("stage"));
    let rest = input.fork();
    let is_method = skip_item(input)?;
    let rest = up_to(&rest, input)?;
    Ok(Item {
        stages,
        tokens: quote!(#(#others)* #rest),
        is_method,
    })
}

/// Skips an item behind its attributes. True for a method.
fn skip_item(input: ParseStream<'_>) -> syn::Result<bool> {
    input.parse::<Visibility>()?;
    if is_function(input) {
        input.parse::<Option<Token![default]>>()?;
        input.parse::<Signature>()?;
        input.parse::<TokenTree>()?;
        return Ok(true);
    }
    let mut calls_macro = false;
    while !input.is_empty() {
        match input.parse()? {
            TokenTree::Punct(punct) if punct.as_char() == ';' => break,
            TokenTree::Punct(punct) => calls_macro = punct.as_char() == '!',
            TokenTree::Group(group) if calls_macro && group.delimiter() == Delimiter::Brace => {
                break;
            }
            TokenTree::Group(_) | TokenTree::Ident(_) | TokenTree::Literal(_) => {}
        }
    }
    Ok(false)
}

/// The tokens from `start` to where `end` stands.
fn up_to(start: ParseStream<'_>, end: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    while !start.is_empty() && start.cursor() != end.cursor() {
        start.parse::<TokenTree>()?.to_tokens(&mut tokens);
    }
    Ok(tokens)
}

/// `item` without any `#[stage(..)]`, which nobody else knows: what is left of an item that could not be read.
pub(super) fn without_stages(item: TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = Vec::new();
    for token in item {
        let TokenTree::Group(group) = token else {
            tokens.push(token);
            continue;
        };
        let hash = matches!(tokens.last(), Some(TokenTree::Punct(punct)) if punct.as_char() == '#');
        if hash && is_stage(&group) {
            tokens.pop();
        } else {
            let mut inside = Group::new(group.delimiter(), without_stages(group.stream()));
            inside.set_span(group.span());
            tokens.push(inside.into());
        }
    }
    tokens.into_iter().collect()
}

fn is_stage(attribute: &Group) -> bool {
    let first = attribute.stream().into_iter().next();
    attribute.delimiter() == Delimiter::Bracket
        && matches!(first, Some(TokenTree::Ident(word)) if word == "stage")
}
