//! The box around the stream at the end of a function. The stream is measured inside the box.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Block, Expr, ExprCall, ExprMethodCall, Stmt, parse::Parser, visit::Visit};

use super::tail;

/// A body that ends with `Box::pin(stream)` or `stream.boxed()` and has no other exit.
pub(super) struct Boxed {
    /// The body without the box.
    pub(super) body: TokenStream,
    boxing: BoxCall,
}

/// The call that boxes the stream.
enum BoxCall {
    /// `Box::pin` and its parentheses.
    Call(TokenStream, Group),
    /// `.boxed()`.
    Method(TokenStream),
}

impl Boxed {
    pub(super) fn find(body: &Group) -> Option<Self> {
        let statements = Block::parse_within.parse2(body.stream()).ok()?;
        let (last, before) = statements.split_last()?;
        if !tail::returns(body).is_empty() || before.iter().any(calls_macro) {
            return None;
        }
        let mut tokens: Vec<TokenTree> = body.stream().into_iter().collect();
        match last {
            Stmt::Expr(Expr::Call(call), None) if pins(call) => {
                let Some(TokenTree::Group(parentheses)) = tokens.pop() else {
                    return None;
                };
                let path = call.func.to_token_stream().into_iter().count();
                let path = tokens.split_off(tokens.len().checked_sub(path)?);
                let stream = argument(&parentheses);
                Some(Self {
                    body: quote!(#(#tokens)* #stream),
                    boxing: BoxCall::Call(path.into_iter().collect(), parentheses),
                })
            }
            Stmt::Expr(Expr::MethodCall(call), None) if boxes(call) => {
                let method = tokens.split_off(tokens.len().checked_sub(3)?);
                Some(Self {
                    body: tokens.into_iter().collect(),
                    boxing: BoxCall::Method(method.into_iter().collect()),
                })
            }
            _ => None,
        }
    }

    /// `stream` in the box.
    pub(super) fn around(&self, stream: TokenStream) -> TokenStream {
        match &self.boxing {
            BoxCall::Call(path, parentheses) => {
                let mut group = Group::new(Delimiter::Parenthesis, stream);
                group.set_span(parentheses.span());
                quote!(#path #group)
            }
            BoxCall::Method(method) => quote!(#stream #method),
        }
    }
}

/// The only argument, without a trailing comma.
fn argument(parentheses: &Group) -> TokenStream {
    let mut tokens: Vec<TokenTree> = parentheses.stream().into_iter().collect();
    tokens.pop_if(|last| matches!(last, TokenTree::Punct(punct) if punct.as_char() == ','));
    tokens.into_iter().collect()
}

fn pins(call: &ExprCall) -> bool {
    let Expr::Path(function) = &*call.func else {
        return false;
    };
    let mut names = function.path.segments.iter().rev();
    call.attrs.is_empty()
        && call.args.len() == 1
        && names.next().is_some_and(|name| name.ident == "pin")
        && names.next().is_some_and(|name| name.ident == "Box")
}

fn boxes(call: &ExprMethodCall) -> bool {
    (call.method == "boxed" || call.method == "boxed_local")
        && call.turbofish.is_none()
        && call.args.is_empty()
}

/// Whether the statement calls a macro. A macro may hide a `return`.
fn calls_macro(statement: &Stmt) -> bool {
    let mut calls = MacroCalls(false);
    calls.visit_stmt(statement);
    calls.0
}

struct MacroCalls(bool);

impl Visit<'_> for MacroCalls {
    fn visit_macro(&mut self, _: &syn::Macro) {
        self.0 = true;
    }
}
