//! Paths in tokens that syn does not parse: bodies of `macro_rules!` and arguments of macros.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

use crate::paths::Named;

/// Returns every path of at least two segments.
pub(crate) fn paths(tokens: TokenStream) -> Vec<Named> {
    let mut found = Vec::new();
    collect(&tokens.into_iter().collect::<Vec<_>>(), &mut found);
    found
}

fn collect(tokens: &[TokenTree], found: &mut Vec<Named>) {
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match token {
            TokenTree::Group(group) => {
                collect(&group.stream().into_iter().collect::<Vec<_>>(), found);
                at += 1;
            }
            TokenTree::Ident(name) if starts_path(tokens, at) => {
                at = path(tokens, at, &[], name.span().start().line, found);
            }
            _ => at += 1,
        }
    }
}

/// Returns whether a path can begin here: it does not follow `::`, `.`, a lifetime or a macro
/// variable.
fn starts_path(tokens: &[TokenTree], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    let is_crate = matches!(tokens.get(at), Some(TokenTree::Ident(name)) if name == "crate");
    match before {
        Some(TokenTree::Punct(punct)) => match punct.as_char() {
            ':' => !is_separator(tokens, at.saturating_sub(2)),
            '$' => is_crate,
            '.' => {
                at >= 2
                    && matches!(&tokens.get(at - 2), Some(TokenTree::Punct(p)) if p.as_char() == '.')
            }
            '\'' => false,
            _ => true,
        },
        _ => true,
    }
}

fn is_separator(tokens: &[TokenTree], at: usize) -> bool {
    let colon = |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    colon(at) && colon(at + 1)
}

/// Reads the path at `at`, adds it, and returns the position after it.
fn path(
    tokens: &[TokenTree],
    mut at: usize,
    before: &[String],
    line: usize,
    found: &mut Vec<Named>,
) -> usize {
    let mut segments = before.to_vec();
    while let Some(TokenTree::Ident(name)) = tokens.get(at) {
        push(&mut segments, name);
        at += 1;
        if !is_separator(tokens, at) {
            break;
        }
        at += 2;
        if let Some(TokenTree::Group(group)) = tokens.get(at)
            && group.delimiter() == Delimiter::Brace
        {
            let inner: Vec<_> = group.stream().into_iter().collect();
            for tree in
                inner.split(|token| matches!(token, TokenTree::Punct(p) if p.as_char() == ','))
            {
                if !tree.is_empty() {
                    path(tree, 0, &segments, line, found);
                }
            }
            return at + 1;
        }
    }
    if segments.len() > 1 || before.len() == 1 {
        found.push(Named { segments, line });
    }
    at
}

fn push(segments: &mut Vec<String>, name: &Ident) {
    if segments.is_empty() || name != "self" {
        segments.push(name.to_string());
    }
}
