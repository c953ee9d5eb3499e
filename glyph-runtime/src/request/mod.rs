//! What the console and profiles share: queries of URLs, headers of responses, requests of other sites.

mod headers;
mod query;
mod site;

#[cfg(feature = "console")]
pub(crate) use headers::policy;
pub(crate) use headers::with_headers;
pub(crate) use query::Query;
pub(crate) use site::is_from_here;
