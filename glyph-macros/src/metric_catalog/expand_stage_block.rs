//! The methods of a stage's struct, which measure a block of code, and the spans of these calls.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Visibility;

use super::{expand_stage_end, stage::Stage};
use crate::{diagnostic::TokenRange, span_callsite::SpanCallsite};

/// The static that describes the spans of these calls, and its name.
pub(super) fn spans(stage: &Stage, module: &Ident, rt: &TokenStream) -> (TokenStream, Ident) {
    let site = Ident::new("__GLYPH_SPANS", Span::mixed_site());
    let (ident, lifetime) = (&stage.ident, stage.borrows().then(|| quote!(<'static>)));
    let spans = SpanCallsite {
        labels: quote!(<#module::#ident #lifetime as #rt::Stage>::LABELS),
        fields: Vec::new(),
        name: ident.to_string().to_token_stream(),
        target: None,
        level: quote!(#rt::tracing::Level::INFO),
        function: quote!(""),
    };
    (spans.tokens(&site, rt), site)
}

/// Inherent methods of the struct: callers need not import a trait.
pub(super) fn methods(
    stage: &Stage,
    vis: &Visibility,
    module: &Ident,
    rt: &TokenStream,
) -> TokenStream {
    let ident = &stage.ident;
    let lifetime = stage.borrows().then(|| quote!(<'_>));
    let function = quote!(#rt::core::ops::FnOnce);
    let future = quote!(#rt::core::future::Future);
    let output = quote!(<F as #future>::Output);
    // With the user's own span: rustc's errors of this bound then have no note about the macro.
    let range = TokenRange::of(ident);
    let body = range.as_written(quote!(impl #rt::TimedBody<R>));
    let [time, time_as] = [quote!(time), quote!(time_as)].map(|name| range.as_written(name));
    let start = if stage.has_end_labels() {
        expand_stage_end::start(stage, vis, module, rt)
    } else {
        quote! {
            /// Starts a call. The returned value ends it.
            #[inline]
            #vis fn start(self) -> #rt::Running {
                #rt::begin(self)
            }
        }
    };
    quote! {
        #[automatically_derived]
        impl #module::#ident #lifetime {
            #start

            /// Runs `body` as a call. The returned value decides the outcome.
            #[inline]
            #vis fn #time<R: #rt::ValueOutcome>(self, body: #body) -> R {
                #rt::time(self, body)
            }

            /// Runs `body` as a call. `classify` decides the outcome from the returned value.
            #[inline]
            #vis fn #time_as<R>(
                self,
                classify: impl #function(&R) -> #rt::Outcome,
                body: #body,
            ) -> R {
                #rt::time_as(self, classify, body)
            }

            /// Wraps `future` as a call that starts at the first poll. Its output decides the
            /// outcome.
            #[inline]
            #vis fn time_async<F>(self, future: F) -> #rt::Timed<Self, F, #rt::ByValue<F>>
            where
                F: #future,
                #output: #rt::ValueOutcome,
            {
                #rt::time_async(self, future)
            }

            /// Wraps `future` as a call that starts at the first poll. `classify` decides the
            /// outcome from its output.
            #[inline]
            #vis fn time_async_as<F, J>(self, classify: J, future: F) -> #rt::Timed<Self, F, J>
            where
                F: #future,
                J: #rt::core::ops::Fn(&#output) -> #rt::Outcome,
            {
                #rt::time_async_as(self, classify, future)
            }
        }
    }
}
