//! The user's body inside a stage, for each form of function.
//!
//! The body moves unchanged into a closure or an `async` block: `return` and `?` then end the body,
//! not the measurement.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::{FnArg, PatIdent, Signature, Type, visit::Visit};

use super::{
    boxed::Boxed,
    closure::Closure,
    end_labels,
    model::{Form, InstrumentedFunction, Output, StreamType},
};
use crate::diagnostic::TokenRange;

/// The statements that run the function's body under `guard`.
///
/// `waiting` holds a stream's call, which starts at the first poll.
pub(super) fn measured(
    site: &InstrumentedFunction,
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
        classify: if site.gaps.outcome {
            quote!(|_| #rt::CallResult::OK)
        } else {
            site.outcome.closure(&site.events, rt)
        },
        labels: site.has_end_labels().then(|| end_labels::closure(site, rt)),
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
            call.asynchronous(output, &tail.keywords, &body.to_token_stream())
        }
        Form::Stream(stream) => {
            let mention = mention(&function.signature, &body);
            call.stream(stream, waiting, &mention, &function.body)
        }
    }
}

/// The parts that all forms share.
struct Call<'site> {
    site: &'site InstrumentedFunction,
    classify: TokenStream,
    /// The closure that sets labels from the value, if there are any.
    labels: Option<TokenStream>,
    guard: &'site Ident,
    rt: &'site TokenStream,
}

impl Call<'_> {
    /// The function of this name, or the one that sets labels too.
    fn labelled(&self, name: &str) -> Ident {
        if self.labels.is_some() {
            format_ident!("{name}_labelled")
        } else {
            format_ident!("{name}")
        }
    }

    fn synchronous(&self, output: &Output, mention: &TokenStream, body: &Group) -> TokenStream {
        let Self {
            classify,
            guard,
            rt,
            ..
        } = self;
        match output {
            Output::Value(ty) => {
                let body = quote!(move || -> #ty { #mention #body });
                let [definition, body] = match Closure::of(&self.site.function.signature.output) {
                    Some(closure) => closure.around(&body, rt),
                    None => [TokenStream::new(), body],
                };
                let (run, labels) = (self.labelled("run"), self.labels.iter());
                quote!(#definition #rt::#run(&mut #guard, #body, #(#labels,)* #classify))
            }
            Output::Never => {
                let entered = Ident::new("__entered", Span::mixed_site());
                quote!(let #entered = #rt::entered(&mut #guard); #body)
            }
            Output::Stream(stream) => {
                let ty = &stream.ty;
                let body = quote!(&mut #guard, move || -> #ty { #mention #body });
                let run = range(stream).start_call(quote!(#rt::run_on), body);
                self.streamed(stream, &run)
            }
        }
    }

    /// The last expression of an `async` body: `inside`, wrapped and awaited.
    fn asynchronous(
        &self,
        output: &Output,
        keywords: &TokenStream,
        inside: &TokenStream,
    ) -> TokenStream {
        let Self {
            classify,
            guard,
            rt,
            ..
        } = self;
        match output {
            Output::Value(ty) => {
                let pin = pin(ty, rt);
                let body = quote!(#keywords { #pin #inside });
                let (wrap, labels) = (self.labelled("wrap"), self.labels.iter());
                quote!(#rt::#wrap(&mut #guard, #body, #(#labels,)* #classify).await)
            }
            Output::Never => {
                quote!(#rt::wrap(&mut #guard, #keywords { #inside }, |_| #rt::CallResult::OK).await)
            }
            Output::Stream(stream) => {
                let pin = pin(&stream.ty, rt);
                let body = quote!(&mut #guard, #keywords { #pin #inside });
                let mut wrap = range(stream).start_call(quote!(#rt::wrap_on), body);
                wrap.extend(range(stream).start(quote!(.await)));
                self.streamed(stream, &wrap)
            }
        }
    }

    /// The measured stream. `made` returns the stream and the guard.
    fn streamed(&self, stream: &StreamType, made: &TokenStream) -> TokenStream {
        let Self { classify, rt, .. } = self;
        let items = self.items(stream);
        let boxed = stream.boxed.as_ref();
        if !stream.is_wrapped {
            let streamed = quote!(#rt::streamed(#made, #items));
            // An `async` block does not coerce to a trait object unless the type is named.
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
        let made = match &self.labels {
            Some(labels) => quote!(#rt::labelled(#made, #labels)),
            None => made.clone(),
        };
        range(stream).start_call(
            quote!(#rt::wrapped_stream),
            quote!(#made, #classify, #items, #into_box),
        )
    }

    /// A stream whose call starts at its first poll.
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

    /// The closure that classifies an item by reference.
    ///
    /// It names the item's type: the body may rely on the signature to infer it.
    fn items(&self, stream: &StreamType) -> TokenStream {
        let (rt, ty) = (self.rt, &stream.item);
        if self.site.gaps.outcome {
            return quote!(|_: &#ty| #rt::CallResult::OK);
        }
        let item = Ident::new("__item", Span::mixed_site());
        let call_result = quote!(#rt::classify(#item).result());
        let body = self.site.events.around(&call_result, &item, rt);
        quote!(|#item: &#ty| #body)
    }
}

/// The tokens to blame if the stream is in something other than a `Result` or an `Option`.
fn range(stream: &StreamType) -> TokenRange {
    TokenRange::of(&stream.ty)
}

/// The body as a nested block. `unused_braces` would report a one-line block with the user's span.
fn nested(body: &Group) -> Group {
    let mut body = body.clone();
    let span = body.span();
    if span.start().line == span.end().line {
        body.set_span(Span::mixed_site().located_at(span));
    }
    body
}

/// Fixes the type that an `async` block returns. Rust has no syntax for it.
fn pin(ty: &Type, rt: &TokenStream) -> TokenStream {
    if let Type::Infer(_) = ty {
        return TokenStream::new();
    }
    // At the type: rustc points to this `return` in an error about another type in the body.
    let range = TokenRange::of(ty);
    let [start, end] = [quote!(return #rt::pin::<), quote!(>())].map(|part| range.start(part));
    quote!(if false { #start #ty #end; })
}

/// A statement that names the arguments which the body uses, in reverse order.
///
/// A closure drops its captures in the order of their first use, and a function drops its arguments
/// from the last to the first: this keeps that order. Unused arguments are not named, so that
/// `unused_variables` still reports them.
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
