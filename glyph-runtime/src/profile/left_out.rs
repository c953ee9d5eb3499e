//! Stands for the profiles of a program that is built without them.

/// The profiles that nobody can take.
#[derive(Clone, Debug, Default)]
pub(crate) struct Profiles;

#[cfg(feature = "console")]
mod of_console {
    use std::future::{Ready, ready};

    use axum::http::{HeaderMap, StatusCode};

    use super::Profiles;

    impl Profiles {
        #[expect(clippy::unused_self, reason = "the profiles have state")]
        pub(crate) fn tree(
            &self,
            _query: Option<&str>,
            _headers: &HeaderMap,
        ) -> Ready<Result<Vec<u8>, (StatusCode, String)>> {
            let text = "missing profiles: enable the feature `profile` of `glyph-runtime`";
            ready(Err((StatusCode::NOT_IMPLEMENTED, text.to_owned())))
        }
    }
}
