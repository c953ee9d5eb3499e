//! The span of an instrumented function.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Expr, ExprParen, ExprReference, LitStr, Token, ext::IdentExt, token};

use super::{current_span, expand::hidden, field_arg::FieldArg, model::InstrumentedFunction};
use crate::{diagnostic::TokenRange, home::option, span_callsite::SpanCallsite};

/// The static that describes the function's spans, and the statement that opens one in `guard`.
pub(super) fn opened(
    site: &InstrumentedFunction,
    [guard, stage]: [&Ident; 2],
    constant: &Ident,
    rt: &TokenStream,
) -> (TokenStream, TokenStream) {
    if site.span.skips() {
        return (TokenStream::new(), TokenStream::new());
    }
    let spans = hidden("__GLYPH_SPANS");
    let (names, values) = fields(site, rt);
    let (of, function) = function(site, rt);
    let statics = SpanCallsite {
        labels: quote!(#constant.labels),
        fields: names,
        name: name(site),
        target: site.span.target.as_ref().map(ToTokens::to_token_stream),
        level: site.span.level(rt),
        function,
    }
    .tokens(&spans, rt);
    let checks = checks(site, constant, rt);
    let parent = site.span.parent.as_ref().map_or_else(
        || quote!(#rt::Parent::Current),
        |parent| quote!(#rt::parent(#parent)),
    );
    let has_parent = site.span.parent.is_some();
    let needs_span = current_span::is_needed(site);
    let outer = hidden("__outer");
    let links = &site.span.links;
    let link = links
        .as_ref()
        .map(|links| quote!(#rt::link(&mut #guard, #links);));
    let open = quote! {
        if let #rt::core::option::Option::Some(#outer) = #rt::opens(&mut #guard, &#spans, #has_parent, #needs_span) {
            #rt::open(&mut #guard, &#stage, &#spans, #outer, #parent, #of, &[#(#values),*]);
            #link
        }
    };
    (quote!(#checks #statics), open)
}

fn name(site: &InstrumentedFunction) -> TokenStream {
    if let Some(name) = &site.span.name {
        return name.to_token_stream();
    }
    site.stage
        .segments
        .last()
        .map(|last| LitStr::new(&last.ident.unraw().to_string(), last.ident.span()))
        .to_token_stream()
}

/// The names and the values of the fields that the function adds to the labels.
fn fields(site: &InstrumentedFunction, rt: &TokenStream) -> (Vec<TokenStream>, Vec<TokenStream>) {
    let kind = site
        .span
        .kind
        .map(|kind| (quote!("otel.kind"), quote!(#rt::value(&#kind))));
    let fields = site
        .fields
        .iter()
        .map(|field| (field.name.to_token_stream(), value(field, rt)));
    let description = site.events.has_err().then(|| {
        let none = option(rt, None);
        (quote!("otel.status_description"), none)
    });
    fields.chain(kind).chain(description).unzip()
}

/// The checks that no field has the name of a label.
///
/// One constant for all fields: each constant costs build time.
fn checks(site: &InstrumentedFunction, constant: &Ident, rt: &TokenStream) -> TokenStream {
    let checks = site.fields.iter().map(|field| {
        let name = &field.name;
        TokenRange::of(name).start(quote!(#rt::check_field(#constant.labels, #name)))
    });
    if site.fields.is_empty() {
        return TokenStream::new();
    }
    quote!(const _: () = { #(#checks;)* };)
}

fn value(field: &FieldArg, rt: &TokenStream) -> TokenStream {
    let Some(value) = &field.value else {
        return quote!(#rt::core::option::Option::None);
    };
    let range = TokenRange::of(value);
    if field.is_secret {
        // Type-checked and never evaluated.
        let reference = reference(value, range);
        return quote!({
            if false {
                let _ = #reference;
            }
            #rt::value(&#rt::REDACTED)
        });
    }
    // rustc reports a type that cannot be a field at the user's expression.
    let reference = reference(value, range);
    let at = |function: TokenStream| range.start(quote!(#rt::#function));
    let (of, display, debug) = (
        at(quote!(value)),
        at(quote!(displayed)),
        at(quote!(debugged)),
    );
    match field.format.as_ref().map(proc_macro2::Punct::as_char) {
        Some('%') => quote!(#of(&#rt::tracing::field::display(#display(#reference)))),
        Some(_) => quote!(#of(&#rt::tracing::field::debug(#debug(#reference)))),
        None => quote!(#of(#reference)),
    }
}

/// `&value`, with parentheses where the expression needs them.
fn reference(value: &Expr, range: TokenRange) -> TokenStream {
    let reference = ExprReference {
        attrs: Vec::new(),
        and_token: Token![&](Span::call_site()),
        mutability: None,
        expr: Box::new(grouped(value.clone())),
    };
    let mut tokens = reference.into_token_stream().into_iter();
    let and = range.start(tokens.next().into_iter().collect());
    and.into_iter().chain(tokens).collect()
}

/// Parenthesizes an expression that a `macro_rules` macro forwards: its group has no delimiters.
fn grouped(value: Expr) -> Expr {
    match value {
        Expr::Group(group) => Expr::Paren(ExprParen {
            attrs: group.attrs,
            paren_token: token::Paren::default(),
            expr: group.expr,
        }),
        other => other,
    }
}

/// The parts of OpenTelemetry's `code.function.name`: the type of a method, if any, and the rest.
fn function(site: &InstrumentedFunction, rt: &TokenStream) -> (TokenStream, TokenStream) {
    let signature = &site.function.signature;
    let name = signature.ident.unraw().to_string();
    if signature.receiver().is_some() {
        let of = option(rt, Some(quote!(#rt::core::any::type_name::<Self>)));
        (of, quote!(#name))
    } else {
        let path = quote!(#rt::core::concat!(#rt::core::module_path!(), "::", #name));
        (option(rt, None), path)
    }
}
