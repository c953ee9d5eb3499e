//! The code of pages of the guide that use clients of databases, or crates that programs move over from,
//! as doctests.

/// The catalog of the page on clients.
pub mod database;

#[cfg(doctest)]
#[doc = include_str!("../../../docs/guide/client-catalogs.md")]
struct ClientCatalogs;

#[cfg(doctest)]
#[doc = include_str!("../../../docs/guide/clients.md")]
struct Clients;

#[cfg(doctest)]
#[doc = include_str!("../../../docs/guide/from-autometrics.md")]
struct FromAutometrics;

#[cfg(doctest)]
#[doc = include_str!("../../../docs/guide/from-foundations.md")]
struct FromFoundations;

#[cfg(doctest)]
#[doc = include_str!("../../../docs/guide/from-prometheus.md")]
struct FromPrometheus;

#[cfg(doctest)]
#[doc = include_str!("../../../docs/guide/from-tracing.md")]
struct FromTracing;

#[cfg(doctest)]
#[doc = include_str!("../../../docs/guide/sentry.md")]
struct Sentry;
