//! The block under the attribute: its items, and which of them are stages.
//!
//! It is read as far as the ends of its items; all tokens stay as the user wrote them.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Attribute, Meta, Signature, Token, Visibility,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
};

use crate::{inert::mentions, instrument_stage::is_function};

/// The attribute's name.
const STAGE: &str = "stage";

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
#[derive(Default)]
pub(super) struct Item {
    /// Its `#[stage(..)]`, of which there should be one at most.
    pub(super) stages: Vec<Stage>,
    /// All the rest of it.
    pub(super) tokens: TokenStream,
    pub(super) is_method: bool,
    /// Whether it may not be there.
    pub(super) is_conditional: bool,
}

/// A `#[stage(..)]`.
pub(super) struct Stage {
    pub(super) attribute: Attribute,
    /// What stands before it in `#[cfg_attr(..)]`, and the attributes beside it.
    pub(super) condition: Option<(TokenStream, Vec<Meta>)>,
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
            tokens: quote!(#(#inner)*),
            ..Item::default()
        });
    }
    while !input.is_empty() {
        items.push(item(input)?);
    }
    Ok(items)
}

fn item(input: ParseStream<'_>) -> syn::Result<Item> {
    let mut stages = Vec::new();
    let mut others = Vec::new();
    let mut is_conditional = false;
    for attribute in input.call(Attribute::parse_outer)? {
        is_conditional |= attribute.path().is_ident("cfg");
        match Stage::of(&attribute)? {
            Some(stage) => stages.push(stage),
            None => others.push(attribute),
        }
    }
    let rest = input.fork();
    let is_method = skip_item(input)?;
    let rest = up_to(&rest, input)?;
    Ok(Item {
        stages,
        tokens: quote!(#(#others)* #rest),
        is_method,
        is_conditional,
    })
}

impl Stage {
    /// `#[stage(..)]`, by itself or in `#[cfg_attr(condition, stage(..), ..)]`.
    fn of(attribute: &Attribute) -> syn::Result<Option<Self>> {
        if attribute.path().is_ident(STAGE) {
            return Ok(Some(Self {
                attribute: attribute.clone(),
                condition: None,
            }));
        }
        let tokens = attribute.meta.to_token_stream();
        if !attribute.path().is_ident("cfg_attr") || !mentions(tokens, &[STAGE]) {
            return Ok(None);
        }
        attribute.parse_args_with(|input: ParseStream<'_>| Self::conditional(attribute, input))
    }

    /// What stands in a `cfg_attr` that has a stage somewhere.
    fn conditional(attribute: &Attribute, input: ParseStream<'_>) -> syn::Result<Option<Self>> {
        let mut condition = TokenStream::new();
        while !input.is_empty() && !input.peek(Token![,]) {
            input.parse::<TokenTree>()?.to_tokens(&mut condition);
        }
        input.parse::<Option<Token![,]>>()?;
        let attributes: Punctuated<Meta, Token![,]> =
            input.parse_terminated(Meta::parse, Token![,])?;
        let (stages, others): (Vec<_>, Vec<_>) = attributes
            .into_iter()
            .partition(|meta| meta.path().is_ident(STAGE));
        let nested = others.iter().find(|meta| {
            meta.path().is_ident("cfg_attr") && mentions(meta.to_token_stream(), &[STAGE])
        });
        if let Some(nested) = nested {
            return Err(syn::Error::new_spanned(
                nested,
                "`#[stage(..)]` is not seen in here: join the conditions, as in `#[cfg_attr(all(unix, test), stage(..))]`",
            ));
        }
        let mut stages = stages.into_iter();
        let (Some(meta), None) = (stages.next(), stages.next()) else {
            return Ok(None);
        };
        Ok(Some(Self {
            attribute: Attribute {
                meta,
                ..attribute.clone()
            },
            condition: Some((condition, others)),
        }))
    }
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
