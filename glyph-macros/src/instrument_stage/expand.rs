//! The function with its body inside the stage.

use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::LitStr;

use super::{
    args::{LabelArg, LabelValue},
    body, end_labels, expand_span,
    model::{Form, InstrumentedFunction},
};
use crate::{diagnostic::TokenRange, home::hidden_module};

/// The measured function, with `errors` as its first statements.
pub(super) fn tokens(site: &InstrumentedFunction, errors: &TokenStream) -> TokenStream {
    let rt = hidden_module(&site.root);
    if site.gaps.form {
        return unmeasured(site, errors, &rt);
    }
    let [guard, stage, waiting] = ["__guard", "__stage", "__waiting"].map(hidden);
    let constant = constant(site, &rt);
    let status = if site.gaps.outcome {
        None
    } else {
        site.outcome.status(|| stage_of_any_labels(site, &rt), &rt)
    };
    let (statics, open) = expand_span::opened(site, [&guard, &stage], &hidden(SITE), &rt);
    let literal = stage_at_run_time(site, &rt);
    let measured = body::measured(site, [&guard, &waiting], &rt);
    // Temporaries of a label's value live until the end of the `match`.
    let start = if let Form::Stream(_) = &site.form {
        quote!(let #waiting = match #rt::ready(#literal) { #stage => { #open #rt::call(#stage) } };)
    } else if site.has_end_labels() {
        let labels = end_labels::known();
        quote! {
            let #labels = match #rt::ready(#literal) {
                #stage => { #open #rt::start_labelled(&mut #guard, #stage) }
            };
        }
    } else {
        quote!(match #rt::ready(#literal) { #stage => { #open #rt::start(&mut #guard, #stage); } })
    };
    let inside = quote! {
        #errors
        #constant
        #status
        #statics
        let mut #guard = #rt::Guard::idle();
        #start
        #measured
    };
    site.function.with_body(&match &site.form {
        Form::Sync(_) | Form::Async(_) | Form::Stream(_) => inside,
        Form::Future(tail, _) => tail.replaced(inside),
    })
}

/// A function that cannot be measured, with the checks of its labels.
fn unmeasured(site: &InstrumentedFunction, errors: &TokenStream, rt: &TokenStream) -> TokenStream {
    let constant = constant(site, rt);
    let body = site.function.body.stream();
    site.function.with_body(&quote!(#errors #constant #body))
}

/// A variable that is invisible to the user's code.
pub(super) fn hidden(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// The constant with the digits of the labels written as text, and the names of all labels.
const SITE: &str = "__GLYPH_SITE";

/// The constant that looks the text labels up. It is an item because `cargo check` evaluates items
/// and skips inline `const` blocks.
fn constant(site: &InstrumentedFunction, rt: &TokenStream) -> TokenStream {
    let texts = site.labels.iter().filter(|label| label.is_text()).count();
    if texts == 0 && site.span.skips() {
        return TokenStream::new();
    }
    let (constant, found, names) = (hidden(SITE), hidden("texts"), hidden("names"));
    let count = Literal::usize_unsuffixed(texts);
    if site.gaps.labels {
        return unread(site, rt, &constant, &count);
    }
    let stage = stage(site, rt, |label, index| match &label.value {
        LabelValue::Text(text) => of_type(
            TokenRange::of(text),
            quote!(#rt::literal),
            &quote!(&mut #found[#index], #text),
        ),
        LabelValue::Expression(_) | LabelValue::Variable | LabelValue::AtEnd(_) => any(label, rt),
    });
    let checks = site.labels.iter().filter_map(text).enumerate();
    let checks = checks.filter(|(_, (label, _))| !label.is_repeated);
    let checks = checks.map(|(index, (label, text))| {
        let (name, index) = (label.text(), Literal::usize_unsuffixed(index));
        // With the user's own span: rustc then adds no note about the macro.
        let arguments = quote!(&#constant.texts[#index], #name, #text);
        let check = TokenRange::of(text).call(quote!(#rt::check_literal), &arguments);
        quote!(const _: () = #check;)
    });
    quote! {
        const #constant: #rt::CallSite<#count> = {
            let mut #found = [#rt::LiteralValue::UNKNOWN; #count];
            let #names = #rt::checked(#stage);
            #rt::CallSite { texts: #found, labels: #names }
        };
        #(#checks)*
    }
}

/// The constant without values: some labels could not be read, and the stage is only type-checked.
fn unread(
    site: &InstrumentedFunction,
    rt: &TokenStream,
    constant: &Ident,
    count: &Literal,
) -> TokenStream {
    let stage = stage_of_any_labels(site, rt);
    quote! {
        const #constant: #rt::CallSite<#count> = {
            if false { #rt::checked(#stage); }
            #rt::CallSite { texts: [#rt::LiteralValue::UNKNOWN; #count], labels: &[] }
        };
    }
}

fn text(label: &LabelArg) -> Option<(&LabelArg, &LitStr)> {
    match &label.value {
        LabelValue::Text(text) => Some((label, text)),
        LabelValue::Expression(_) | LabelValue::Variable | LabelValue::AtEnd(_) => None,
    }
}

/// A value of the type of a label, which `function` returns. With the user's own span: rustc then adds no note
/// about the macro if the type is not a label.
fn of_type(range: TokenRange, function: TokenStream, arguments: &TokenStream) -> TokenStream {
    let call = range.call(function, arguments);
    quote!(: #call)
}

fn any(label: &LabelArg, rt: &TokenStream) -> TokenStream {
    of_type(
        TokenRange::of(&label.name),
        quote!(#rt::any),
        &TokenStream::new(),
    )
}

/// The stage in a constant that does not read its labels.
fn stage_of_any_labels(site: &InstrumentedFunction, rt: &TokenStream) -> TokenStream {
    stage(site, rt, |label, _| any(label, rt))
}

fn stage_at_run_time(site: &InstrumentedFunction, rt: &TokenStream) -> TokenStream {
    let constant = hidden(SITE);
    stage(site, rt, |label, index| match &label.value {
        LabelValue::Text(text) => of_type(
            TokenRange::of(text),
            quote!(#rt::at),
            &quote!(#constant.texts[#index].digit, #text),
        ),
        LabelValue::Expression(expression) => quote!(: #expression),
        LabelValue::Variable | LabelValue::AtEnd(_) => TokenStream::new(),
    })
}

/// The stage's struct, which has the labels that are known at the start. `value` returns the tokens
/// after the name of each; its second argument counts the labels written as text.
///
/// An expansion has the struct twice, with the same spans: rustc then reports each error once.
fn stage(
    site: &InstrumentedFunction,
    rt: &TokenStream,
    value: impl Fn(&LabelArg, Literal) -> TokenStream,
) -> TokenStream {
    let mut fields = TokenStream::new();
    let mut index = 0;
    for label in site.labels.iter().filter(|label| !label.is_at_end()) {
        let (name, value) = (&label.name, value(label, Literal::usize_unsuffixed(index)));
        fields.extend(quote!(#name #value,));
        index += usize::from(label.is_text());
    }
    if site.gaps.labels {
        fields.extend(quote!(..#rt::unread()));
    }
    let mut braces = Group::new(Delimiter::Brace, fields);
    if let Some(last) = site.stage.segments.last() {
        braces.set_span(last.ident.span());
    }
    let mut tokens = site.stage.to_token_stream();
    braces.to_tokens(&mut tokens);
    TokenRange::of(&site.stage).call(quote!(#rt::staged), &tokens)
}
