//! The parts of a request that the console, the profiles and the listener read: queries of URLs, headers of responses,
//! whether another site sent it, and who asks for a change.

#[cfg(any(feature = "console", feature = "profile"))]
mod headers;
#[cfg(any(feature = "console", feature = "profile"))]
mod query;
mod requester;
#[cfg(any(feature = "console", feature = "profile"))]
mod site;

#[cfg(feature = "console")]
pub(crate) use headers::policy;
#[cfg(any(feature = "console", feature = "profile"))]
pub(crate) use headers::with_headers;
#[cfg(any(feature = "console", feature = "profile"))]
pub(crate) use query::Query;
pub(crate) use requester::{Client, Requester};
#[cfg(any(feature = "console", feature = "profile"))]
pub(crate) use site::is_from_here;
