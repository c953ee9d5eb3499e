//! The user's body inside a stage, by the form of the function.
//!
//! The body goes into a closure or an `async` block as it stands, so that `return` and `?` in it end
//! the body and not the measurement.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{FnArg, PatIdent, Signature, Type, visit::Visit};

use super::model::{Form, Output, Site};

/// The statements that run the function's body under `guard`.
pub(super) fn measured(site: &Site, [guard, span]: [&Ident; 2], rt: &TokenStream) -> TokenStream {
    let function = &site.function;
    let body = match &site.form {
        Form::Sync(_) | Form::Async(_) | Form::Stream { .. } => nested(&function.body),
        Form::Future(tail, _) => nested(&tail.body),
    };
    let classify = site.judge.closure(&site.events, rt);
    match &site.form {
        Form::Sync(Output::Value(ty)) => {
            let mention = mention(&function.signature, &body);
            quote!(#rt::run(#guard, move || -> #ty { #mention #body }, #classify))
        }
        Form::Sync(Output::Never) => {
            let entered = Ident::new("__entered", Span::mixed_site());
            quote!(let #entered = #rt::entered(&#guard); #body)
        }
        Form::Async(output) => {
            let mention = mention(&function.signature, &body);
            let (words, inside) = (quote!(async move), quote!(#mention #body));
            wrapped(output, &words, &inside, &classify, guard, rt)
        }
        Form::Stream { ty, item, boxed } => {
            let mention = mention(&function.signature, &body);
            let result = Ident::new("__item", Span::mixed_site());
            // Without the type, a body that leaves its items to the signature would not be inferred.
            let events = site.events.of(&result, rt);
            let classify = quote!(|#result: &#item| { #events #rt::classify(#result).verdict() });
            let stream =
                quote!(#rt::stream(#guard, #span, move || -> #ty { #mention #body }, #classify));
            if *boxed {
                quote!(#rt::Box::pin(#stream))
            } else {
                stream
            }
        }
        Form::Future(tail, output) => {
            let inside = body.to_token_stream();
            wrapped(output, &tail.words, &inside, &classify, guard, rt)
        }
    }
}

/// The end of an `async` body: `inside`, wrapped and awaited.
fn wrapped(
    output: &Output,
    words: &TokenStream,
    inside: &TokenStream,
    classify: &TokenStream,
    guard: &Ident,
    rt: &TokenStream,
) -> TokenStream {
    let (pin, classify) = match output {
        Output::Value(ty) => (pin(ty, rt), classify.clone()),
        Output::Never => (TokenStream::new(), quote!(|_| #rt::Verdict::OK)),
    };
    quote!(#rt::wrap(#guard, #words { #pin #inside }, #classify).await)
}

/// The body as a block in a block. `unused_braces` looks at one that is a line long, unless a macro made it.
fn nested(body: &Group) -> Group {
    let mut body = body.clone();
    let span = body.span();
    if span.start().line == span.end().line {
        body.set_span(Span::mixed_site().located_at(span));
    }
    body
}

/// Tells the compiler what an `async` block returns, which has no place to write it.
fn pin(ty: &Type, rt: &TokenStream) -> TokenStream {
    if let Type::Infer(_) = ty {
        return TokenStream::new();
    }
    quote!(if false { return #rt::pin::<#ty>(); })
}

/// Mentions the arguments that the body uses, last one first: a closure drops what it captures in the
/// order of its mention, and a function its arguments from the last to the first.
///
/// Those that the body does not use are left to `unused_variables`.
fn mention(signature: &Signature, body: &Group) -> TokenStream {
    let mut arguments = Arguments::default();
    for input in &signature.inputs {
        match input {
            FnArg::Receiver(receiver) => arguments
                .0
                .push(Ident::new("self", receiver.self_token.span)),
            FnArg::Typed(argument) => arguments.visit_pat(&argument.pat),
        }
    }
    let used: Vec<_> = arguments
        .0
        .iter()
        .rev()
        .filter(|name| uses(&body.stream(), name))
        .collect();
    if used.is_empty() {
        return TokenStream::new();
    }
    quote!(let _ = (#(&#used,)*);)
}

#[derive(Default)]
struct Arguments(Vec<Ident>);

impl<'ast> Visit<'ast> for Arguments {
    fn visit_pat_ident(&mut self, pattern: &'ast PatIdent) {
        self.0.push(pattern.ident.clone());
        syn::visit::visit_pat_ident(self, pattern);
    }
}

fn uses(body: &TokenStream, name: &Ident) -> bool {
    body.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => uses(&group.stream(), name),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
