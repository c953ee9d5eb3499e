//! Uses of the function's arguments, for rustc's errors and warnings about them.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{FnArg, PatIdent, Signature, visit::Visit};

use super::{
    args::{LabelArg, LabelValue},
    model::{Form, InstrumentedFunction, Output},
};

/// A statement that names the arguments which the body uses, in reverse order.
///
/// A closure drops its captures in the order of their first use, and a function drops its arguments
/// from the last to the first: this keeps that order. Unused arguments are not named, so that
/// `unused_variables` still reports them.
pub(super) fn mention(signature: &Signature, body: &Group) -> TokenStream {
    let arguments = Arguments::of(signature);
    let used: Vec<_> = arguments
        .iter()
        .rev()
        .filter(|name| first_use(body.stream(), name).is_some())
        .collect();
    if used.is_empty() {
        return TokenStream::new();
    }
    quote!(let _ = (#(&#used,)*);)
}

/// Statements that use the arguments which the body shares with labels and fields, at their first use in
/// the body.
///
/// The body is in a closure, which names whole arguments. rustc would report an argument that a label
/// moved at the closure, which the user did not write.
pub(super) fn shared(site: &InstrumentedFunction, body: &Group) -> TokenStream {
    let values = values(site);
    // The body of a function that does not return is in no closure.
    if values.is_empty() || matches!(site.form, Form::Sync(Output::Never)) {
        return TokenStream::new();
    }
    let arguments = Arguments::of(&site.function.signature).into_iter();
    let uses = arguments.filter_map(|mut name| {
        first_use(values.clone(), &name)?;
        name.set_span(name.span().located_at(first_use(body.stream(), &name)?));
        let used = quote_spanned!(name.span()=> &#name);
        Some(quote!(let _ = #used;))
    });
    uses.collect()
}

/// The `async` block of a function, with a use of each variable that the block takes from an argument of a
/// label or a field, as another macro writes it: `let name = name;`.
///
/// Labels are read before the block runs: rustc would warn that the variable of the block is unused.
pub(super) fn taken(site: &InstrumentedFunction, body: &Group) -> Group {
    let values = values(site);
    let mut tokens = TokenStream::new();
    let mut statement: Vec<TokenTree> = Vec::new();
    for token in body.stream() {
        statement.push(token.clone());
        let ends = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ';');
        token.to_tokens(&mut tokens);
        if ends || matches!(&token, TokenTree::Group(_)) {
            let name = if ends { itself(&statement) } else { None };
            if let Some(name) = name.filter(|name| first_use(values.clone(), name).is_some()) {
                tokens.extend(quote!(let _ = &#name;));
            }
            statement.clear();
        }
    }
    let mut taken = Group::new(body.delimiter(), tokens);
    taken.set_span(body.span());
    taken
}

/// The name in `let name = name;` or `let mut name = name;`.
fn itself(statement: &[TokenTree]) -> Option<&Ident> {
    let [TokenTree::Ident(keyword), rest @ ..] = statement else {
        return None;
    };
    let rest = match rest {
        [TokenTree::Ident(mutable), rest @ ..] if mutable == "mut" => rest,
        _ => rest,
    };
    match rest {
        [
            TokenTree::Ident(name),
            TokenTree::Punct(equals),
            TokenTree::Ident(value),
            TokenTree::Punct(_),
        ] if keyword == "let" && equals.as_char() == '=' && name == value => Some(name),
        _ => None,
    }
}

/// The tokens of the labels and fields that are read before the body runs.
fn values(site: &InstrumentedFunction) -> TokenStream {
    let labels = site.labels.iter().filter_map(label);
    let fields = site.fields.iter().filter_map(|field| field.value.as_ref());
    let others = fields
        .chain(site.span.values())
        .map(ToTokens::to_token_stream);
    labels.chain(others).collect()
}

fn label(label: &LabelArg) -> Option<TokenStream> {
    match &label.value {
        LabelValue::Expression(value) => Some(value.to_token_stream()),
        LabelValue::Variable => Some(label.name.to_token_stream()),
        LabelValue::Text(_) | LabelValue::AtEnd(_) => None,
    }
}

/// The names that arguments bind.
#[derive(Default)]
struct Arguments(Vec<Ident>);

impl Arguments {
    fn of(signature: &Signature) -> Vec<Ident> {
        let mut arguments = Self::default();
        for input in &signature.inputs {
            match input {
                FnArg::Receiver(receiver) => arguments
                    .0
                    .push(Ident::new("self", receiver.self_token.span)),
                FnArg::Typed(argument) => arguments.visit_pat(&argument.pat),
            }
        }
        arguments.0
    }
}

impl<'ast> Visit<'ast> for Arguments {
    fn visit_pat_ident(&mut self, pattern: &'ast PatIdent) {
        self.0.push(pattern.ident.clone());
        syn::visit::visit_pat_ident(self, pattern);
    }
}

/// Where `name` is first among `tokens`.
fn first_use(tokens: TokenStream, name: &Ident) -> Option<Span> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) => (ident == *name).then(|| ident.span()),
        TokenTree::Group(group) => first_use(group.stream(), name),
        TokenTree::Punct(_) | TokenTree::Literal(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use crate::{home::Home, instrument_stage::expand};

    fn expansion(labels: &proc_macro2::TokenStream, function: proc_macro2::TokenStream) -> String {
        expand(
            Home::Runtime,
            quote!(stage::find, labels(#labels)),
            function,
        )
        .to_string()
    }

    #[test]
    fn arguments_of_labels_are_used_before_the_body_if_it_uses_them_too() {
        let function = quote!(
            fn find(key: Key, other: Key, cache: Cache) -> u8 {
                cache.find(key)
            }
        );
        let used = |name| {
            let name = quote::format_ident!("{name}");
            quote!(let _ = &#name;).to_string()
        };
        let expansion = expansion(&quote!(key, other = other.id()), function);
        assert!(expansion.contains(&used("key")), "{expansion}");
        assert!(!expansion.contains(&used("other")), "{expansion}");
        assert!(!expansion.contains(&used("cache")), "{expansion}");
    }

    #[test]
    fn variables_that_another_macro_takes_from_arguments_are_used() {
        let function = quote!(
            fn find(key: Key, size: Size, other: Key) -> Pin<Box<dyn Future<Output = ()> + Send>> {
                Box::pin(async move {
                    if false {}
                    let key = key;
                    let mut size = size;
                    let other = other;
                    let _: () = {};
                })
            }
        );
        let expansion = expansion(&quote!(key, size = size.of()), function);
        for taken in [
            quote!(let key = key; let _ = &key;),
            quote!(let mut size = size; let _ = &size;),
            quote!(let other = other; let _: () = {};),
        ] {
            assert!(expansion.contains(&taken.to_string()), "{expansion}");
        }
    }
}
