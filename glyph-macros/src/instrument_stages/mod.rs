//! `#[instrument_stages]`: an `impl` block or a trait with methods that are stages.

mod args;
mod block;
mod expand;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};

use crate::{
    diagnostic::{Errors, attribute},
    home::Home,
    inert,
    instrument_stage::{Defaults, unmeasured},
};

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

/// `#[stage(..)]` where no `#[instrument_stages]` reads it. A catalog exports this next to its module of
/// stages of the same name, which such an attribute needs.
pub(crate) fn outside_of_a_block(args: TokenStream, item: TokenStream) -> TokenStream {
    let message = "`#[stage(..)]` is read by `#[instrument_stages]` on the `impl` block or trait: \
                   add that, or write `#[instrument_stage(..)]` here";
    let mut errors = Errors::default();
    if args.is_empty() {
        errors.push(syn::Error::new(attribute(&item), message));
    } else {
        errors.at(args, message);
    }
    unmeasured(item, errors)
}
