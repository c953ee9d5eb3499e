//! The function under the attribute. Its body keeps the user's tokens.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, LitStr, Signature, Token, Visibility,
    parse::{Parse, ParseStream, Parser},
};

/// A function that has a body.
pub(super) struct Function {
    pub(super) attributes: Vec<Attribute>,
    pub(super) visibility: Visibility,
    pub(super) defaultness: Option<Token![default]>,
    pub(super) signature: Signature,
    /// `#![..]` at the start of the body.
    pub(super) inner_attributes: Vec<Attribute>,
    /// The rest of the body, with its braces.
    pub(super) body: Group,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        if !is_function(input) {
            return Err(input.error("`#[instrument_stage]` goes on a function or a method"));
        }
        let defaultness = input.parse()?;
        let signature: Signature = input.parse()?;
        if input.peek(Token![;]) {
            return Err(syn::Error::new_spanned(
                &signature.ident,
                format!(
                    "`{}` has no body to measure: put the attribute on its implementations",
                    signature.ident
                ),
            ));
        }
        let (inner_attributes, body) = body(braces(input)?)?;
        Ok(Self {
            attributes,
            visibility,
            defaultness,
            signature,
            inner_attributes,
            body,
        })
    }
}

/// Whether a function comes next: `fn` after any qualifiers.
pub(crate) fn is_function(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    while !ahead.peek(Token![fn]) {
        let is_qualifier = ahead.peek(Token![default])
            || ahead.peek(Token![const])
            || ahead.peek(Token![async])
            || ahead.peek(Token![unsafe])
            || ahead.peek(Token![extern])
            || ahead.peek(LitStr);
        if !is_qualifier || ahead.parse::<TokenTree>().is_err() {
            return false;
        }
    }
    true
}

/// The body with its braces. A `macro_rules` macro forwards a block in a group without delimiters.
fn braces(input: ParseStream<'_>) -> syn::Result<Group> {
    let no_body = input.error("expected a function body in braces");
    let mut token: TokenTree = input.parse()?;
    loop {
        let TokenTree::Group(group) = token else {
            return Err(no_body);
        };
        if group.delimiter() != Delimiter::None {
            return Ok(group);
        }
        let mut inside = group.stream().into_iter();
        token = match (inside.next(), inside.next()) {
            (Some(token), None) => token,
            _ => return Err(no_body),
        };
    }
}

fn body(body: Group) -> syn::Result<(Vec<Attribute>, Group)> {
    let split = |input: ParseStream<'_>| {
        Ok((
            input.call(Attribute::parse_inner)?,
            input.parse::<TokenStream>()?,
        ))
    };
    let (attributes, rest) = split.parse2(body.stream())?;
    if attributes.is_empty() {
        return Ok((attributes, body));
    }
    let mut group = Group::new(Delimiter::Brace, rest);
    group.set_span(body.span());
    Ok((attributes, group))
}

impl Function {
    /// The function with `body` between its braces.
    pub(super) fn with_body(&self, body: &TokenStream) -> TokenStream {
        let mut tokens = TokenStream::new();
        for attribute in &self.attributes {
            attribute.to_tokens(&mut tokens);
        }
        self.visibility.to_tokens(&mut tokens);
        self.defaultness.to_tokens(&mut tokens);
        self.signature.to_tokens(&mut tokens);
        let mut inside = TokenStream::new();
        for attribute in &self.inner_attributes {
            attribute.to_tokens(&mut inside);
        }
        body.to_tokens(&mut inside);
        let mut braces = Group::new(Delimiter::Brace, inside);
        braces.set_span(self.body.span());
        TokenTree::from(braces).to_tokens(&mut tokens);
        tokens
    }
}
