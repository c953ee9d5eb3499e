//! `#[instrument_stages]`: an `impl` block or a trait with methods that are stages.

mod args;
mod block;
mod expand;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};

use crate::{diagnostic::Errors, home::Home, inert, instrument_stage::Defaults};

pub(crate) fn expand(home: Home, args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let read = |input: ParseStream<'_>| Ok(args::read(home, input, &mut errors));
    let defaults = read.parse2(args);
    let mut defaults = errors.ok(defaults).unwrap_or_else(|| Defaults::new(home));
    let block = errors.ok(syn::parse2(item.clone()));
    let block = block.map_or_else(
        || inert::without(item, &["stage", "glyph"]),
        |block| expand::tokens(&block, &mut defaults, &mut errors),
    );
    [block, errors.into_tokens()].into_iter().collect()
}
