//! Removal of helper attributes that only these macros understand.

use proc_macro2::{Group, TokenStream, TokenTree};

/// `item` without any attribute of these names. For an item that cannot be expanded: rustc would
/// report the attributes as unknown.
pub(crate) fn without(item: TokenStream, names: &[&str]) -> TokenStream {
    let mut tokens: Vec<TokenTree> = Vec::new();
    for token in item {
        let TokenTree::Group(group) = token else {
            tokens.push(token);
            continue;
        };
        let hash = matches!(tokens.last(), Some(TokenTree::Punct(punct)) if punct.as_char() == '#');
        if hash && is_one_of(&group, names) {
            tokens.pop();
        } else {
            let mut inside = Group::new(group.delimiter(), without(group.stream(), names));
            inside.set_span(group.span());
            tokens.push(inside.into());
        }
    }
    tokens.into_iter().collect()
}

/// Whether an attribute has one of these names, directly or in a `cfg_attr`.
fn is_one_of(attribute: &Group, names: &[&str]) -> bool {
    if attribute.delimiter() != proc_macro2::Delimiter::Bracket {
        return false;
    }
    let mut tokens = attribute.stream().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Ident(ident)), Some(TokenTree::Group(inside))) if ident == "cfg_attr" => {
            mentions(inside.stream(), names)
        }
        (Some(TokenTree::Ident(ident)), _) => names.iter().any(|name| ident == name),
        _ => false,
    }
}

/// Whether `tokens` contain one of these names, at any depth.
pub(crate) fn mentions(tokens: TokenStream, names: &[&str]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => names.iter().any(|name| ident == name),
        TokenTree::Group(group) => mentions(group.stream(), names),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
