//! The headers of responses that only their own page may use.

use axum::{
    http::{
        HeaderValue,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY,
            X_CONTENT_TYPE_OPTIONS,
        },
    },
    response::Response,
};

/// The page loads its own files and nothing else, and runs no code from a response (W3C, "Content
/// Security Policy Level 3").
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
                      connect-src 'self'";

/// Returns the policy of a page that asks these programs too, which are last in it.
#[cfg(feature = "console")]
pub(crate) fn policy<'a>(programs: impl Iterator<Item = &'a str>) -> String {
    programs.fold(POLICY.to_owned(), |policy, program| policy + " " + program)
}

/// Adds the headers of the console and of profiles to a response.
pub(crate) fn with_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(CONTENT_SECURITY_POLICY, POLICY);
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(CACHE_CONTROL, "no-store");
    set(REFERRER_POLICY, "no-referrer");
    for name in ["cross-origin-resource-policy", "cross-origin-opener-policy"] {
        set(HeaderName::from_static(name), "same-origin");
    }
    response
}
