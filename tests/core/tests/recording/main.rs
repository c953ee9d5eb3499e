//! Recording of metrics, stages, streams and waits.

mod end_labels;
mod endings;
mod live;
mod metrics;
mod retries;
mod statuses;
mod streams;
mod wait;
mod words;
