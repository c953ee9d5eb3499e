//! Attributes that only our macros know.

use proc_macro2::{Group, TokenStream, TokenTree};

/// `item` without any attribute of these names, which nobody else knows: what is left of an item that cannot be
/// expanded.
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

/// Whether an attribute is of one of these names, by itself or in a `cfg_attr`.
fn is_one_of(attribute: &Group, names: &[&str]) -> bool {
    if attribute.delimiter() != proc_macro2::Delimiter::Bracket {
        return false;
    }
    let mut tokens = attribute.stream().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Ident(word)), Some(TokenTree::Group(inside))) if word == "cfg_attr" => {
            mentions(inside.stream(), names)
        }
        (Some(TokenTree::Ident(word)), _) => names.iter().any(|name| word == name),
        _ => false,
    }
}

/// Whether one of these names is in `tokens`, however deep.
pub(crate) fn mentions(tokens: TokenStream, names: &[&str]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => names.iter().any(|name| word == name),
        TokenTree::Group(group) => mentions(group.stream(), names),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
