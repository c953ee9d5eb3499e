//! The `async` block at the end of a function that returns a future.
//!
//! The search reads tokens, and the body keeps them: `async move { .. }`, in `Box::pin(..)`, before
//! `.boxed()`, or in a separate block, where other attributes put it.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Block, ExprAsync, ExprClosure, ExprReturn, Item, parse::Parser, visit::Visit};

/// An `async` block and the tokens around it.
pub(super) struct Tail {
    /// From the function's braces inward. The innermost level is the block.
    levels: Vec<Level>,
    pub(super) body: Group,
    /// `async`, or `async move`.
    pub(super) keywords: TokenStream,
}

/// Tokens with a group among them.
struct Level {
    before: Vec<TokenTree>,
    group: Group,
    after: Vec<TokenTree>,
}

impl Tail {
    pub(super) fn find(body: &Group) -> Option<Self> {
        let mut levels = Vec::new();
        let keywords = descend(body.stream(), &mut levels)?;
        let body = levels.last()?.group.clone();
        Some(Self {
            levels,
            body,
            keywords,
        })
    }

    /// The function's body with `inside` in place of the block's contents.
    pub(super) fn replaced(&self, inside: TokenStream) -> TokenStream {
        self.levels.iter().rev().fold(inside, |inside, level| {
            let mut group = Group::new(level.group.delimiter(), inside);
            group.set_span(level.group.span());
            let group = TokenTree::from(group);
            let (before, after) = (&level.before, &level.after);
            quote!(#(#before)* #group #(#after)*)
        })
    }
}

/// Adds the levels down to the block to `levels`. Returns the keywords before the block.
fn descend(stream: TokenStream, levels: &mut Vec<Level>) -> Option<TokenStream> {
    let mut tokens: Vec<_> = stream.into_iter().collect();
    let after = tokens.split_off(tokens.len() - trailing(&tokens));
    let Some(TokenTree::Group(group)) = tokens.pop() else {
        return None;
    };
    let keywords = async_keywords(&tokens);
    let leads_on = match group.delimiter() {
        Delimiter::Brace => keywords.is_some() || begins_statement(&tokens),
        Delimiter::Parenthesis => ends_with(&tokens, &["Box", ":", ":", "pin"]),
        Delimiter::None => true,
        Delimiter::Bracket => false,
    };
    if !leads_on {
        return None;
    }
    let inside = group.stream();
    levels.push(Level {
        before: tokens,
        group,
        after,
    });
    keywords.or_else(|| descend(inside, levels))
}

/// The number of tokens after the last relevant group: a comma, or `.boxed()`.
fn trailing(tokens: &[TokenTree]) -> usize {
    if ends_with(tokens, &[","]) {
        return 1;
    }
    let Some((TokenTree::Group(call), rest)) = tokens.split_last() else {
        return 0;
    };
    let boxes = ends_with(rest, &[".", "boxed"]) || ends_with(rest, &[".", "boxed_local"]);
    if boxes && call.stream().is_empty() {
        3
    } else {
        0
    }
}

fn async_keywords(tokens: &[TokenTree]) -> Option<TokenStream> {
    let count = if ends_with(tokens, &["async"]) {
        1
    } else if ends_with(tokens, &["async", "move"]) {
        2
    } else {
        return None;
    };
    let keywords = tokens.iter().skip(tokens.len() - count);
    Some(keywords.map(ToTokens::to_token_stream).collect())
}

/// Whether a block after `tokens` is a statement.
fn begins_statement(tokens: &[TokenTree]) -> bool {
    match tokens.last() {
        None => true,
        Some(TokenTree::Punct(punct)) => punct.as_char() == ';',
        Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Brace,
        Some(TokenTree::Ident(_) | TokenTree::Literal(_)) => false,
    }
}

fn ends_with(tokens: &[TokenTree], expected: &[&str]) -> bool {
    tokens.len() >= expected.len()
        && tokens
            .iter()
            .rev()
            .zip(expected.iter().rev())
            .all(|(token, expected)| match token {
                TokenTree::Ident(ident) => ident == expected,
                TokenTree::Punct(punct) => expected.chars().eq([punct.as_char()]),
                TokenTree::Group(_) | TokenTree::Literal(_) => false,
            })
}

/// The `return` expressions that leave the function. Empty for a body that does not parse yet.
pub(super) fn returns(body: &Group) -> Vec<ExprReturn> {
    let mut returns = Returns::default();
    if let Ok(statements) = Block::parse_within.parse2(body.stream()) {
        for statement in &statements {
            returns.visit_stmt(statement);
        }
    }
    returns.0
}

#[derive(Default)]
struct Returns(Vec<ExprReturn>);

impl<'ast> Visit<'ast> for Returns {
    fn visit_expr_return(&mut self, expression: &'ast ExprReturn) {
        self.0.push(expression.clone());
    }

    fn visit_expr_async(&mut self, _: &'ast ExprAsync) {}

    fn visit_expr_closure(&mut self, _: &'ast ExprClosure) {}

    fn visit_item(&mut self, _: &'ast Item) {}
}
