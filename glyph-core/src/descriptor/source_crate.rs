//! The crate that declares a metric or opens a span.

/// The crate that declares a catalog or opens a span: the instrumentation scope of its telemetry
/// (OpenTelemetry specification, "Instrumentation Scope").
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceCrate {
    /// The name of the crate, as in a path.
    pub name: &'static str,
    /// The version of its package. `None` if it was not built by Cargo.
    pub version: Option<&'static str>,
}

impl SourceCrate {
    /// Returns the crate of a module.
    #[must_use]
    #[expect(
        clippy::indexing_slicing,
        reason = "the index is compared with the length first"
    )]
    pub const fn of_module(module: &'static str, version: Option<&'static str>) -> Self {
        let bytes = module.as_bytes();
        let mut end = 0;
        while end < bytes.len() && bytes[end] != b':' {
            end += 1;
        }
        let (name, _) = module.split_at(end);
        Self { name, version }
    }

    /// Returns the crate of a module without the version, except for glyph-core itself.
    pub(crate) fn unversioned(module: &'static str) -> Self {
        let source = Self::of_module(module, None);
        let own = Self::of_module(module_path!(), Some(env!("CARGO_PKG_VERSION")));
        if source.name == own.name { own } else { source }
    }
}

#[cfg(test)]
mod tests {
    use super::SourceCrate;

    #[test]
    fn crate_is_the_first_part_of_a_module() {
        for module in ["glyphoxa::audio::vad", "glyphoxa"] {
            let source = SourceCrate::of_module(module, Some("1.2.0"));
            assert_eq!((source.name, source.version), ("glyphoxa", Some("1.2.0")));
        }
        assert_eq!(SourceCrate::of_module("", None).name, "");
        assert!(SourceCrate::unversioned(module_path!()).version.is_some());
        assert_eq!(SourceCrate::unversioned("shop").version, None);
    }
}
