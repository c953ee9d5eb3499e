//! The span of an instrumented function.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Expr, ExprParen, ExprReference, LitStr, Token, ext::IdentExt, token};

use super::{args::FieldArg, expand::hidden, model::Site};
use crate::{diagnostic::Place, home::option, span_site::SpanSite};

/// The static of the function's spans, and the statement that opens one for `stage` and gives it to `guard`.
pub(super) fn opened(
    site: &Site,
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
    let statics = SpanSite {
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
    let outer = hidden("__outer");
    let open = quote!(#rt::open(&#stage, &#spans, #outer, #parent, #of, &[#(#values),*]));
    let open = match &site.span.links {
        Some(links) => quote!(#rt::linked(#open, #links)),
        None => open,
    };
    let open = quote! {
        if let #rt::core::option::Option::Some(#outer) = #rt::opens(&#spans, #has_parent) {
            #rt::Guard::opened(&mut #guard, #open);
        }
    };
    (quote!(#checks #statics), open)
}

fn name(site: &Site) -> TokenStream {
    if let Some(name) = &site.span.name {
        return name.to_token_stream();
    }
    site.stage
        .segments
        .last()
        .map(|last| LitStr::new(&last.ident.unraw().to_string(), last.ident.span()))
        .to_token_stream()
}

/// The names and the values of the fields that the site adds to the labels.
fn fields(site: &Site, rt: &TokenStream) -> (Vec<TokenStream>, Vec<TokenStream>) {
    let kind = site
        .span
        .kind
        .map(|kind| (quote!("otel.kind"), quote!(#rt::value(&#kind))));
    let fields = site
        .fields
        .iter()
        .map(|field| (field.name.to_token_stream(), value(field, rt)));
    fields.chain(kind).unzip()
}

/// Refuses fields that have the name of a label which the catalog gives.
///
/// All in one constant, since each constant costs every build of the user's.
fn checks(site: &Site, constant: &Ident, rt: &TokenStream) -> TokenStream {
    let checks = site.fields.iter().map(|field| {
        let name = &field.name;
        Place::of(name).start(quote!(#rt::check_field(#constant.labels, #name)))
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
    let place = Place::of(value);
    if field.is_secret {
        // It is looked at by the compiler alone.
        let reference = reference(value, place);
        return quote!({
            if false {
                let _ = #reference;
            }
            #rt::value(&#rt::REDACTED)
        });
    }
    // What is no value of a field is told of at the user's expression.
    let reference = reference(value, place);
    let at = |function: TokenStream| place.start(quote!(#rt::#function));
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

/// `&value`, in parentheses where the expression binds less than `&`.
fn reference(value: &Expr, place: Place) -> TokenStream {
    let reference = ExprReference {
        attrs: Vec::new(),
        and_token: Token![&](Span::call_site()),
        mutability: None,
        expr: Box::new(grouped(value.clone())),
    };
    let mut tokens = reference.into_token_stream().into_iter();
    let and = place.start(tokens.next().into_iter().collect());
    and.into_iter().chain(tokens).collect()
}

/// What a `macro_rules` hands on is one expression, which its tokens alone do not tell the compiler.
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

/// The function as OpenTelemetry's `code.function.name` has it, with the module or with the type of a method: what
/// gives the type, and the rest.
fn function(site: &Site, rt: &TokenStream) -> (TokenStream, TokenStream) {
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
