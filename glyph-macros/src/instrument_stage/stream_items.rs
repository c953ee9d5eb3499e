//! The check that a body's stream yields the items of the function's type.
//!
//! rustc would report other items where the expansion reads them, and again at the function's type. The
//! check is one error, at the end of the body, and hides these.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{Block, Stmt, Type, parse::Parser};

use super::model::StreamType;
use crate::diagnostic::TokenRange;

/// The closure or the future in which the body runs.
pub(super) struct Runner<'site> {
    pub(super) tokens: TokenStream,
    pub(super) is_async: bool,
    /// What is between the braces of the body.
    pub(super) body: &'site TokenStream,
}

impl Runner<'_> {
    /// The statements of the check, and the checked closure or future.
    ///
    /// There is no check of a body that returns a boxed stream, whose items rustc compares where it becomes
    /// a `dyn Stream`.
    pub(super) fn checked(self, stream: &StreamType, rt: &TokenStream) -> [TokenStream; 2] {
        let is_known = stream.boxed.is_none() && (!stream.is_wrapped || is_known(&stream.ty));
        if is_known {
            self.with_check(stream, rt)
        } else {
            [TokenStream::new(), self.tokens]
        }
    }

    /// [`Self::checked`] of any stream.
    pub(super) fn with_check(self, stream: &StreamType, rt: &TokenStream) -> [TokenStream; 2] {
        let item = &stream.item;
        if let Type::Infer(_) = item {
            return [TokenStream::new(), self.tokens];
        }
        let [runner, known] =
            ["__runner", "__known"].map(|name| Ident::new(name, Span::mixed_site()));
        let function = match (stream.is_wrapped, self.is_async) {
            (false, false) => quote!(#rt::stream_of),
            (false, true) => quote!(#rt::later_stream_of),
            (true, false) => quote!(#rt::wrapped_stream_of),
            (true, true) => quote!(#rt::later_wrapped_stream_of),
        };
        // With the user's own spans: rustc adds no note about the macro.
        let call = last(self.body).call(function, &quote!(#runner));
        let declared = TokenRange::of(item);
        let [start, end] =
            [quote!(#rt::StreamOf<), quote!(, _>)].map(|part| declared.as_written(part));
        let tokens = self.tokens;
        let statements = quote! {
            let #runner = #tokens;
            let #known: #start #item #end = #call;
        };
        [statements, quote!(#known.runner)]
    }
}

/// Whether the type is called `Result` or `Option`. Another one is an error already.
fn is_known(ty: &Type) -> bool {
    let Type::Path(path) = ty else {
        return false;
    };
    let last = path.path.segments.last();
    last.is_some_and(|last| last.ident == "Result" || last.ident == "Option")
}

/// The expression at the end of `body`, or all of it.
fn last(body: &TokenStream) -> TokenRange {
    let statements = Block::parse_within.parse2(body.clone());
    match statements.unwrap_or_default().last() {
        Some(Stmt::Expr(value, None)) => TokenRange::of(value),
        _ => TokenRange::of(body),
    }
}
