//! The block under the attribute: its items and their `#[stage(..)]`.
//!
//! Parsing only finds where items end. All tokens stay as the user wrote them.

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
    /// The tokens before the braces.
    pub(super) head: Vec<TokenTree>,
    pub(super) braces: Group,
    pub(super) items: Vec<Item>,
}

/// An item in the block.
#[derive(Default)]
pub(super) struct Item {
    /// The `#[stage(..)]` attributes; more than one is an error.
    pub(super) stages: Vec<Stage>,
    /// All other tokens.
    pub(super) tokens: TokenStream,
    pub(super) is_method: bool,
    /// Whether the item has a `#[cfg(..)]`.
    pub(super) is_conditional: bool,
}

/// A `#[stage(..)]`.
pub(super) struct Stage {
    pub(super) attribute: Attribute,
    /// The condition of the `#[cfg_attr(..)]` around it, and the other attributes in there.
    pub(super) condition: Option<(TokenStream, Vec<Meta>)>,
}

impl Parse for Block {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let ahead = input.fork();
        let keyword = keyword(&ahead)?;
        let mut head: Vec<TokenTree> = Vec::new();
        while !input.is_empty() {
            head.push(input.parse()?);
        }
        let Some(TokenTree::Group(braces)) = head.pop() else {
            return Err(wrong_item(&keyword));
        };
        let items = syn::parse::Parser::parse2(items, braces.stream())?;
        Ok(Self {
            head,
            braces,
            items,
        })
    }
}

/// The keyword of the item: `impl` or `trait`.
fn keyword(input: ParseStream<'_>) -> syn::Result<TokenTree> {
    input.call(Attribute::parse_outer)?;
    input.parse::<Visibility>()?;
    while input.peek(Token![unsafe]) || input.peek(Token![default]) {
        input.parse::<TokenTree>()?;
    }
    let fits = input.peek(Token![impl]) || input.peek(Token![trait]);
    let keyword = input.parse()?;
    if fits {
        Ok(keyword)
    } else {
        Err(wrong_item(&keyword))
    }
}

fn wrong_item(keyword: &TokenTree) -> syn::Error {
    syn::Error::new_spanned(
        keyword,
        "`#[instrument_stages]` goes on an `impl` block or a trait; \
         for a function, use `#[instrument_stage]`",
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
    /// `#[stage(..)]`, directly or in `#[cfg_attr(condition, stage(..), ..)]`.
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

    /// Reads a `cfg_attr` that contains a stage.
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
                "`#[stage(..)]` cannot be in a nested `cfg_attr`: combine the conditions, as in `#[cfg_attr(all(unix, test), stage(..))]`",
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

/// Skips an item after its attributes. Returns whether the item is a method.
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

/// The tokens from `start` up to `end`.
fn up_to(start: ParseStream<'_>, end: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    while !start.is_empty() && start.cursor() != end.cursor() {
        start.parse::<TokenTree>()?.to_tokens(&mut tokens);
    }
    Ok(tokens)
}
