//! A cache, instrumented with glyph-core alone.
//!
//! A program that depends on `glyph-runtime` registers [`CacheMetrics`] with its telemetry, which
//! then exports them. Without a runtime they are recorded and not exported.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use glyph_core::{
    Counter, Histogram, Label, LabelSet, instrument_stage, metric_catalog, stage::ErrorOutcome,
};

/// The result of a lookup.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookupResult {
    /// The cache had the value.
    Hit,
    /// The value was loaded.
    Miss,
}

/// The labels of a lookup.
#[derive(LabelSet)]
pub struct Lookup {
    /// The result.
    pub result: LookupResult,
}

/// The metrics of all caches.
#[metric_catalog(namespace = "cache", stages = stage)]
pub struct CacheMetrics {
    /// Time to load a value that the cache does not have.
    #[metric(name = "load.duration", unit = seconds, buckets = [1ms, 10ms, 100ms, 1s])]
    #[stage(load, errors = load_errors)]
    pub load_duration: Histogram,

    /// Values that could not be loaded.
    #[metric(name = "load.errors")]
    pub load_errors: Counter,

    /// Lookups of values.
    pub lookups: Counter<Lookup>,
}

/// Values by their keys, each loaded once.
#[derive(Debug, Default)]
pub struct Cache<V> {
    values: Mutex<HashMap<String, V>>,
}

impl<V: Clone> Cache<V> {
    /// Returns the value of `key`. Calls `load` if the cache does not have it.
    ///
    /// # Errors
    ///
    /// Returns the error of `load` if that fails. Nothing is stored then.
    pub fn get_or_load<E: ErrorOutcome>(
        &self,
        key: &str,
        load: impl FnOnce(&str) -> Result<V, E>,
    ) -> Result<V, E> {
        let found = self.with_values(|values| values.get(key).cloned());
        let result = match found {
            Some(_) => LookupResult::Hit,
            None => LookupResult::Miss,
        };
        CacheMetrics::global().lookups.inc(Lookup { result });
        if let Some(value) = found {
            return Ok(value);
        }
        let value = run(key, load)?;
        self.with_values(|values| values.insert(key.to_owned(), value.clone()));
        Ok(value)
    }

    fn with_values<R>(&self, use_values: impl FnOnce(&mut HashMap<String, V>) -> R) -> R {
        use_values(&mut self.values.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[instrument_stage(stage::load, fields(key = key))]
fn run<V, E: ErrorOutcome>(key: &str, load: impl FnOnce(&str) -> Result<V, E>) -> Result<V, E> {
    load(key)
}

#[cfg(test)]
mod tests {
    use std::num::ParseIntError;

    use glyph_core::testing;

    use super::{Cache, CacheMetrics, Lookup, LookupResult, stage};

    fn parse(key: &str) -> Result<u32, ParseIntError> {
        key.parse()
    }

    #[test]
    fn value_is_loaded_once() -> Result<(), ParseIntError> {
        let captured = testing::capture();
        let cache = Cache::default();
        assert_eq!(cache.get_or_load("7", parse)?, 7);
        assert_eq!(cache.get_or_load("7", parse)?, 7);
        let metrics = CacheMetrics::global();
        let lookups = |result| metrics.lookups.value(Lookup { result });
        assert_eq!(lookups(LookupResult::Hit), 1);
        assert_eq!(lookups(LookupResult::Miss), 1);
        assert_eq!(captured.histogram::<stage::load>().count(), 1);
        Ok(())
    }

    #[test]
    fn failed_load_is_an_error_and_stores_nothing() {
        let captured = testing::capture();
        let cache = Cache::default();
        assert!(cache.get_or_load("seven", parse).is_err());
        assert!(cache.get_or_load("seven", parse).is_err());
        assert_eq!(CacheMetrics::global().load_errors.value(), 2);
        let spans = captured.spans();
        let statuses: Vec<_> = spans.iter().map(|span| span.status()).collect();
        assert_eq!(statuses, [Some("ERROR"); 2]);
    }
}
