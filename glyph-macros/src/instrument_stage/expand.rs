//! The function with its body inside the stage.

use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{LitStr, ext::IdentExt};

use super::{
    args::{FieldArg, LabelArg, LabelValue},
    body,
    model::{Form, Site},
};
use crate::{diagnostic::Place, runtime_path::hidden_module};

pub(super) fn tokens(site: &Site) -> TokenStream {
    let rt = hidden_module(site.runtime.as_ref());
    let [span, guard] = ["__span", "__guard"].map(hidden);
    let digits = digits(site, &rt);
    let open_span = open_span(site, &rt);
    let called = stage_at_run_time(site, &rt);
    let measured = body::measured(site, [&guard, &span], &rt);
    let start = if let Form::Stream(_) = &site.form {
        quote!(#rt::call(#called, &#span))
    } else {
        quote!(#rt::start(#called, #span))
    };
    let word = site.judge.word(
        || {
            stage(site, |label, _| {
                Place::of(&label.name).start(quote!(: #rt::any()))
            })
        },
        &rt,
    );
    let inside = quote! {
        #digits
        #word
        let #span = #open_span;
        let #guard = #start;
        #measured
    };
    site.function.with_body(&match &site.form {
        Form::Sync(_) | Form::Async(_) | Form::Stream(_) => inside,
        Form::Future(tail, _) => tail.replaced(inside),
    })
}

/// A variable that the user's code does not see.
fn hidden(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// The macro by which `info_span!` opens a span; that one would look for `module_path!` in the user's scope.
fn open_span(site: &Site, rt: &TokenStream) -> TokenStream {
    let name = site
        .stage
        .segments
        .last()
        .map(|last| LitStr::new(&last.ident.unraw().to_string(), last.ident.span()));
    let empty = quote!(#rt::tracing::field::Empty);
    let labels = site.labels.iter().map(LabelArg::text);
    let fields = site.fields.iter().map(|field| {
        let FieldArg {
            name,
            format,
            value,
        } = field;
        let value = value
            .as_ref()
            .map_or_else(|| empty.clone(), ToTokens::to_token_stream);
        quote!(#name = #format #value)
    });
    quote! {
        #rt::tracing::span!(
            target: #rt::core::module_path!(),
            #rt::tracing::Level::INFO,
            #name,
            #(#labels = #empty,)*
            #(#fields,)*
            "otel.status_code" = #empty,
            "error.type" = #empty
        )
    }
}

/// The constant that holds the digits of the labels written as text.
const DIGITS: &str = "__GLYPH_DIGITS";

/// Looks those labels up. The constant is an item, so that `cargo check` evaluates it.
fn digits(site: &Site, rt: &TokenStream) -> TokenStream {
    let texts = site.labels.iter().filter(|label| label.is_text()).count();
    if texts == 0 {
        return TokenStream::new();
    }
    let (constant, digits) = (hidden(DIGITS), hidden("digits"));
    let texts = Literal::usize_unsuffixed(texts);
    let stage = stage(site, |label, index| match &label.value {
        LabelValue::Text(text) if label.is_repeated => {
            quote!(: #rt::repeated(&mut #digits[#index], #text))
        }
        LabelValue::Text(text) => {
            let name = label.text();
            Place::of(text).start(quote!(: #rt::literal(&mut #digits[#index], #name, #text)))
        }
        LabelValue::Expression(_) | LabelValue::Variable => {
            Place::of(&label.name).start(quote!(: #rt::any()))
        }
    });
    quote! {
        const #constant: [#rt::core::primitive::usize; #texts] = {
            let mut #digits = [0; #texts];
            #rt::checked(#stage);
            #digits
        };
    }
}

fn stage_at_run_time(site: &Site, rt: &TokenStream) -> TokenStream {
    let constant = hidden(DIGITS);
    stage(site, |label, index| match &label.value {
        LabelValue::Text(text) => {
            Place::of(text).start(quote!(: #rt::at(#constant[#index], #text)))
        }
        LabelValue::Expression(expression) => quote!(: #expression),
        LabelValue::Variable => TokenStream::new(),
    })
}

/// The stage's struct, with what `value` gives behind the name of each label. Its second argument counts
/// the labels written as text.
///
/// The struct is written twice with the same spans, and the compiler tells of each mistake once.
fn stage(site: &Site, value: impl Fn(&LabelArg, Literal) -> TokenStream) -> TokenStream {
    let mut fields = TokenStream::new();
    let mut index = 0;
    for label in &site.labels {
        let (name, value) = (&label.name, value(label, Literal::usize_unsuffixed(index)));
        fields.extend(quote!(#name #value,));
        index += usize::from(label.is_text());
    }
    let mut braces = Group::new(Delimiter::Brace, fields);
    if let Some(last) = site.stage.segments.last() {
        braces.set_span(last.ident.span());
    }
    let mut tokens = site.stage.to_token_stream();
    braces.to_tokens(&mut tokens);
    tokens
}
