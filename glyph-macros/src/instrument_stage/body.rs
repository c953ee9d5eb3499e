//! The user's body inside a stage, by the form of the function.
//!
//! The body goes into a closure or an `async` block as it stands, so that `return` and `?` in it end
//! the body and not the measurement.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{FnArg, PatIdent, Signature, Type, visit::Visit};

use super::{
    boxed::Boxed,
    closure::Closure,
    model::{Form, Output, Site, StreamType},
};
use crate::diagnostic::Place;

/// The statements that run the function's body under `guard`.
///
/// A call that starts later starts from `waiting`.
pub(super) fn measured(
    site: &Site,
    [guard, waiting]: [&Ident; 2],
    rt: &TokenStream,
) -> TokenStream {
    let function = &site.function;
    let body = match &site.form {
        Form::Sync(_) | Form::Async(_) | Form::Stream(_) => nested(&function.body),
        Form::Future(tail, _) => nested(&tail.body),
    };
    let call = Call {
        site,
        judge: site.judge.closure(&site.events, rt),
        guard,
        rt,
    };
    match &site.form {
        Form::Sync(output) => {
            let mention = mention(&function.signature, &body);
            call.synchronous(output, &mention, &body)
        }
        Form::Async(output) => {
            let mention = mention(&function.signature, &body);
            call.asynchronous(output, &quote!(async move), &quote!(#mention #body))
        }
        Form::Future(tail, output) => {
            call.asynchronous(output, &tail.words, &body.to_token_stream())
        }
        Form::Stream(stream) => {
            let mention = mention(&function.signature, &body);
            call.stream(stream, waiting, &mention, &function.body)
        }
    }
}

/// What the forms have in common.
struct Call<'site> {
    site: &'site Site,
    judge: TokenStream,
    guard: &'site Ident,
    rt: &'site TokenStream,
}

impl Call<'_> {
    fn synchronous(&self, output: &Output, mention: &TokenStream, body: &Group) -> TokenStream {
        let Self {
            judge, guard, rt, ..
        } = self;
        match output {
            Output::Value(ty) => {
                let body = quote!(move || -> #ty { #mention #body });
                let [definition, body] = match Closure::of(&self.site.function.signature.output) {
                    Some(closure) => closure.around(&body, rt),
                    None => [TokenStream::new(), body],
                };
                quote!(#definition #rt::run(&mut #guard, #body, #judge))
            }
            Output::Never => {
                let entered = Ident::new("__entered", Span::mixed_site());
                quote!(let #entered = #rt::entered(&#guard); #body)
            }
            Output::Stream(stream) => {
                let ty = &stream.ty;
                let body = quote!(&mut #guard, move || -> #ty { #mention #body });
                let run = place(stream).start_call(quote!(#rt::run_on), body);
                self.streamed(stream, &run)
            }
        }
    }

    /// The end of an `async` body: `inside`, wrapped and awaited.
    fn asynchronous(
        &self,
        output: &Output,
        words: &TokenStream,
        inside: &TokenStream,
    ) -> TokenStream {
        let Self {
            judge, guard, rt, ..
        } = self;
        match output {
            Output::Value(ty) => {
                let pin = pin(ty, rt);
                quote!(#rt::wrap(&mut #guard, #words { #pin #inside }, #judge).await)
            }
            Output::Never => {
                quote!(#rt::wrap(&mut #guard, #words { #inside }, |_| #rt::CallResult::OK).await)
            }
            Output::Stream(stream) => {
                let pin = pin(&stream.ty, rt);
                let body = quote!(&mut #guard, #words { #pin #inside });
                let mut wrap = place(stream).start_call(quote!(#rt::wrap_on), body);
                wrap.extend(place(stream).start(quote!(.await)));
                self.streamed(stream, &wrap)
            }
        }
    }

    /// The stream that `made` gives with the guard.
    fn streamed(&self, stream: &StreamType, made: &TokenStream) -> TokenStream {
        let Self { judge, rt, .. } = self;
        let items = self.items(stream);
        let boxed = stream.boxed.as_ref();
        if !stream.is_held {
            let streamed = quote!(#rt::streamed(#made, #items));
            // Named, since nothing makes an `async` block give a trait object.
            return match boxed {
                Some(ty) => quote!(#rt::core::convert::identity::<#ty>(#rt::Box::pin(#streamed))),
                None => streamed,
            };
        }
        let into_box = boxed.map_or_else(
            || quote!(#rt::core::convert::identity),
            |ty| {
                let stream = Ident::new("__stream", Span::mixed_site());
                quote!(|#stream| -> #ty { #rt::Box::pin(#stream) })
            },
        );
        place(stream).start_call(
            quote!(#rt::wrapped_stream),
            quote!(#made, #judge, #items, #into_box),
        )
    }

    /// A stream whose call starts with its first poll.
    fn stream(
        &self,
        stream: &StreamType,
        waiting: &Ident,
        mention: &TokenStream,
        body: &Group,
    ) -> TokenStream {
        let Self { guard, rt, .. } = self;
        let items = self.items(stream);
        if let Some(boxed) = stream.boxed.as_ref().and_then(|_| Boxed::find(body)) {
            let body = &boxed.body;
            let streamed =
                quote!(#rt::stream(#guard, #waiting, move || { #mention #body }, #items));
            return boxed.around(streamed);
        }
        let (ty, body) = (&stream.ty, nested(body));
        let streamed =
            quote!(#rt::stream(#guard, #waiting, move || -> #ty { #mention #body }, #items));
        match &stream.boxed {
            Some(_) => quote!(#rt::Box::pin(#streamed)),
            None => streamed,
        }
    }

    /// The closure that judges a reference to an item.
    ///
    /// Without the type, a body that leaves its items to the signature would not be inferred.
    fn items(&self, stream: &StreamType) -> TokenStream {
        let (rt, ty) = (self.rt, &stream.item);
        let item = Ident::new("__item", Span::mixed_site());
        let events = self.site.events.of(&item, rt);
        quote!(|#item: &#ty| { #events #rt::classify(#item).result() })
    }
}

/// Where the compiler points to when what holds the stream is neither a `Result` nor an `Option`.
fn place(stream: &StreamType) -> Place {
    Place::of(&stream.ty)
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
