//! Export to an OTLP collector, healthy, faulty or hostile.

#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]
#![expect(clippy::indexing_slicing, reason = "a missing item fails the test")]

mod certificates;
mod delays;
mod faults;
mod hostile;
mod logs;
mod metrics;
mod proxies;
mod pushgateway;
mod signals;
mod tls_proxies;
