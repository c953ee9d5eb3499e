//! Instrumentation scopes: the crates that telemetry comes from.

use std::borrow::Cow;

use glyph_core::__runtime::SourceCrate;
use opentelemetry::InstrumentationScope;

/// The instrumentation scopes that a program has named, by the name of a crate.
#[derive(Clone, Debug, Default)]
pub(crate) struct ScopeNames(Vec<(String, String)>);

impl ScopeNames {
    pub(crate) fn new(names: &[(String, String)]) -> Self {
        let names = names.iter();
        // A package `my-shop` is the crate `my_shop` in paths.
        Self(
            names
                .map(|(name, scope)| (name.replace('-', "_"), scope.clone()))
                .collect(),
        )
    }

    /// Returns the instrumentation scope of a crate (OpenTelemetry specification, "Instrumentation
    /// Scope").
    pub(crate) fn scope_of(&self, source: SourceCrate) -> InstrumentationScope {
        let named = self.0.iter().rfind(|(name, _)| name == source.name);
        match named {
            Some((_, scope)) => built(scope.clone(), source.version),
            None => scope(source),
        }
    }
}

/// Returns the instrumentation scope of a crate whose scope the program has not named.
#[inline]
pub(crate) fn scope(source: SourceCrate) -> InstrumentationScope {
    built(source.name, source.version)
}

#[inline]
fn built(
    name: impl Into<Cow<'static, str>>,
    version: Option<&'static str>,
) -> InstrumentationScope {
    let scope = InstrumentationScope::builder(name);
    match version {
        Some(version) => scope.with_version(version).build(),
        None => scope.build(),
    }
}

/// This crate.
pub(crate) const OWN: SourceCrate =
    SourceCrate::of_module(module_path!(), Some(env!("CARGO_PKG_VERSION")));

#[cfg(test)]
mod tests {
    use glyph_core::__runtime::SourceCrate;

    use super::{OWN, ScopeNames};

    #[test]
    fn program_names_the_scope_of_a_crate() {
        let names = [("my-shop".to_owned(), "example.com/shop".to_owned())];
        let names = ScopeNames::new(&names);
        let shop = names.scope_of(SourceCrate::of_module("my_shop::cart", Some("1.2.0")));
        assert_eq!(
            (shop.name(), shop.version()),
            ("example.com/shop", Some("1.2.0"))
        );
        let other = names.scope_of(SourceCrate::of_module("shop", None));
        assert_eq!((other.name(), other.version()), ("shop", None));
        assert_eq!(OWN.name, "glyph_runtime");
    }
}
