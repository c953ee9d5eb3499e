//! The user's body inside a stage, for each form of function.
//!
//! The body moves unchanged into a closure or an `async` block: `return` and `?` then end the body,
//! not the measurement.

use proc_macro2::{Group, Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::Type;

use super::{
    argument_uses,
    boxed::Boxed,
    closure::Closure,
    end_labels,
    model::{Form, InstrumentedFunction, Output, StreamType},
    stream_items::Runner,
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
    let mention = || argument_uses::mention(&function.signature, &body);
    let shared = || argument_uses::shared(site, &body);
    match &site.form {
        Form::Sync(output) => {
            let (shared, run) = (shared(), call.synchronous(output, &mention(), &body));
            quote!(#shared #run)
        }
        Form::Async(output) => {
            let (shared, keywords) = (shared(), quote!(async move));
            let run = call.asynchronous(output, &keywords, &mention(), &body);
            quote!(#shared #run)
        }
        Form::Future(tail, output) => {
            let body = argument_uses::taken(site, &body);
            call.asynchronous(output, &tail.keywords, &TokenStream::new(), &body)
        }
        Form::Stream(stream) => {
            let (shared, mention) = (shared(), mention());
            let run = call.stream(stream, waiting, &mention, &function.body);
            quote!(#shared #run)
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
                let runner = Runner {
                    tokens: quote!(move || -> #ty { #mention #body }),
                    is_async: false,
                    body: &body.stream(),
                };
                let [check, runner] = runner.checked(stream, rt);
                let arguments = quote!(&mut #guard, #runner);
                let run = range(stream).start_call(quote!(#rt::run_on), arguments);
                let streamed = self.streamed(stream, &run);
                quote!(#check #streamed)
            }
        }
    }

    /// The last expression of an `async` body: `body`, wrapped and awaited.
    fn asynchronous(
        &self,
        output: &Output,
        keywords: &TokenStream,
        mention: &TokenStream,
        body: &Group,
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
                let body = quote!(#keywords { #pin #mention #body });
                let (wrap, labels) = (self.labelled("wrap"), self.labels.iter());
                quote!(#rt::#wrap(&mut #guard, #body, #(#labels,)* #classify).await)
            }
            Output::Never => {
                let body = quote!(#keywords { #mention #body });
                quote!(#rt::wrap(&mut #guard, #body, |_| #rt::CallResult::OK).await)
            }
            Output::Stream(stream) => {
                let pin = pin(&stream.ty, rt);
                let runner = Runner {
                    tokens: quote!(#keywords { #pin #mention #body }),
                    is_async: true,
                    body: &body.stream(),
                };
                let [check, runner] = runner.checked(stream, rt);
                let arguments = quote!(&mut #guard, #runner);
                let mut wrap = range(stream).start_call(quote!(#rt::wrap_on), arguments);
                wrap.extend(range(stream).start(quote!(.await)));
                let streamed = self.streamed(stream, &wrap);
                quote!(#check #streamed)
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
            let runner = Runner {
                tokens: quote!(move || { #mention #body }),
                is_async: false,
                body,
            };
            let [check, runner] = runner.with_check(stream, rt);
            let streamed = boxed.around(quote!(#rt::stream(#guard, #waiting, #runner, #items)));
            return quote!(#check #streamed);
        }
        let (ty, block) = (&stream.ty, nested(body));
        let runner = Runner {
            tokens: quote!(move || -> #ty { #mention #block }),
            is_async: false,
            body: &body.stream(),
        };
        let [check, runner] = runner.checked(stream, rt);
        let streamed = quote!(#rt::stream(#guard, #waiting, #runner, #items));
        if stream.boxed.is_some() {
            quote!(#check #rt::Box::pin(#streamed))
        } else {
            quote!(#check #streamed)
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
    // With the type's own span: rustc points to this `return` in an error about another type in the body.
    let range = TokenRange::of(ty);
    let (start, end) = (quote!(return #rt::pin::<), quote!(>()));
    let [start, end] = [start, end].map(|part| range.as_written(part));
    quote!(if false { #start #ty #end; })
}
