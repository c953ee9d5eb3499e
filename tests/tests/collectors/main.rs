//! Export of metrics and log records to an OTLP collector, healthy or faulty.

mod logs;
mod metrics;
