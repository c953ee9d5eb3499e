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
    let block = match syn::parse2(item.clone()) {
        Ok(block) => {
            let read = |input: ParseStream<'_>| Ok(args::read(home, input, &mut errors));
            let defaults = read.parse2(args.clone());
            let mut defaults = errors.ok(defaults).unwrap_or_else(|| Defaults::new(home));
            expand::tokens(&block, &mut defaults, &mut errors)
        }
        // The arguments belong to the attribute of this item, whichever that is.
        Err(error) => {
            if args.is_empty() {
                errors.push(error);
            } else {
                errors.at(args, error);
            }
            inert::without(item, &["stage", "glyph"])
        }
    };
    [block, errors.into_items()].into_iter().collect()
}
