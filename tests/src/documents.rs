//! The Rust code of README and the guide, as doctests: `documents::pages` finds a page that is missing.

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide.md")]
struct Guide;

#[cfg(doctest)]
#[doc = include_str!("../../docs/stability.md")]
struct Stability;

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/artifacts.md")]
struct Artifacts;

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/catalogs.md")]
struct Catalogs;

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/console.md")]
struct Console;

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/consumers.md")]
struct Consumers;

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/endpoints.md")]
struct Endpoints;

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/existing-tracing.md")]
struct ExistingTracing;

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/export.md")]
struct Export;

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/first-metric.md")]
struct FirstMetric;

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/grpc.md")]
struct Grpc;

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/jobs.md")]
struct Jobs;

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/libraries.md")]
struct Libraries;

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/limits.md")]
struct Limits;

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/logs.md")]
struct Logs;

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/metrics.md")]
struct Metrics;

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/monitoring.md")]
struct Monitoring;

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/peers.md")]
struct Peers;

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/production.md")]
struct Production;

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/secrets.md")]
struct Secrets;

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/services.md")]
struct Services;

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/spans.md")]
struct Spans;

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/stages.md")]
struct Stages;

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/tenants.md")]
struct Tenants;

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/testing.md")]
struct Testing;

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/troubleshooting.md")]
struct Troubleshooting;

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/views.md")]
struct Views;
