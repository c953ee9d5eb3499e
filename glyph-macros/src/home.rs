//! The crate that an expansion names: `glyph_core`, `glyph_runtime`, or the path after `crate =`.
//!
//! Expansions reach everything through the hidden module `__private` of that crate.

mod externs;

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Path, parse_quote};

use crate::diagnostic::Errors;

/// The crate that exports the macro which was called.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Home {
    Core,
    Runtime,
}

impl Home {
    /// The path of the crate: `written` after `crate =`, or else the crate's own name.
    ///
    /// Reports a crate that Cargo.toml renames if `crate =` is missing; `attribute` is where it
    /// belongs. The path is then the new name, so that the rest of the expansion resolves and this
    /// stays the only error.
    pub(crate) fn root(self, written: Option<Path>, attribute: &str, errors: &mut Errors) -> Path {
        if let Some(path) = written {
            return path;
        }
        let Some(name) = externs::new_name_of(self.crate_name()) else {
            return self.path();
        };
        errors.push(syn::Error::new(
            Span::call_site(),
            renamed(self.crate_name(), name, attribute),
        ));
        let name = format_ident!("{name}");
        parse_quote!(::#name)
    }

    /// The path of the crate under its own name.
    fn path(self) -> Path {
        match self {
            Self::Core => parse_quote!(::glyph_core),
            Self::Runtime => parse_quote!(::glyph_runtime),
        }
    }

    const fn crate_name(self) -> &'static str {
        match self {
            Self::Core => "glyph_core",
            Self::Runtime => "glyph_runtime",
        }
    }
}

fn renamed(crate_name: &str, name: &str, attribute: &str) -> String {
    format!(
        "`{crate_name}` is renamed to `{name}` in Cargo.toml: \
         add `crate = ::{name}` to `#[{attribute}(..)]`"
    )
}

/// The hidden module of the crate at `root`.
pub(crate) fn hidden_module(root: &Path) -> TokenStream {
    quote!(#root::__private)
}

/// `value` as an `Option`, without the names of the prelude.
pub(crate) fn option(rt: &TokenStream, value: Option<TokenStream>) -> TokenStream {
    value.map_or_else(
        || quote!(#rt::core::option::Option::None),
        |value| quote!(#rt::core::option::Option::Some(#value)),
    )
}

#[cfg(test)]
mod tests {
    use quote::ToTokens;
    use syn::parse_quote;

    use super::{Home, renamed};
    use crate::diagnostic::Errors;

    fn root(home: Home, written: Option<syn::Path>) -> String {
        let mut errors = Errors::default();
        let root = home.root(written, "label", &mut errors);
        assert_eq!(errors.len(), 0);
        root.to_token_stream().to_string()
    }

    #[test]
    fn each_home_has_its_own_path() {
        assert_eq!(root(Home::Core, None), ":: glyph_core");
        assert_eq!(root(Home::Runtime, None), ":: glyph_runtime");
    }

    #[test]
    fn written_path_replaces_both_homes() {
        for home in [Home::Core, Home::Runtime] {
            assert_eq!(root(home, Some(parse_quote!(a::b))), "a :: b");
        }
    }

    #[test]
    fn renamed_crate_error_names_the_argument() {
        assert_eq!(
            renamed("glyph_core", "telemetry", "label"),
            "`glyph_core` is renamed to `telemetry` in Cargo.toml: \
             add `crate = ::telemetry` to `#[label(..)]`"
        );
    }
}
