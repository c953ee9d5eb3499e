//! Carriers of headers.

use std::{
    collections::{BTreeMap, HashMap},
    hash::BuildHasher,
};

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::propagation::{Extractor, Injector};

/// A carrier that headers are read from.
///
/// Pass carriers of OpenTelemetry as `&dyn Extractor`.
pub trait Extract {
    /// Returns the values of every header with this name, in order. `name` is in lower case; the
    /// match ignores case.
    fn values<'c>(&'c self, name: &'c str) -> impl Iterator<Item = &'c [u8]>;
}

/// A carrier that headers are written to.
///
/// Pass carriers of OpenTelemetry as `&mut dyn Injector`. Headers cannot be removed from these, so
/// use a new one for each request.
pub trait Inject {
    /// Sets the only header with this name, which is in lower case. The value is visible ASCII and
    /// spaces.
    fn set(&mut self, name: &'static str, value: String);

    /// Removes every header with this name.
    fn remove(&mut self, name: &'static str);
}

/// Returns the value of a header that is there at most once; empty if it is absent.
pub(super) fn only<'c, C: Extract + ?Sized>(
    carrier: &'c C,
    name: &'static str,
) -> Option<&'c [u8]> {
    let mut values = carrier.values(name);
    let value = values.next().unwrap_or_default();
    values.next().is_none().then_some(value)
}

/// As [`only`], without spaces around the text.
pub(super) fn only_text<'c, C: Extract + ?Sized>(
    carrier: &'c C,
    name: &'static str,
) -> Option<&'c str> {
    str::from_utf8(only(carrier, name)?).ok().map(str::trim)
}

static KNOWN: [HeaderName; 3] = [
    HeaderName::from_static(super::TRACEPARENT),
    HeaderName::from_static(super::TRACESTATE),
    HeaderName::from_static(super::BAGGAGE),
];

impl Extract for HeaderMap {
    fn values<'c>(&'c self, name: &'c str) -> impl Iterator<Item = &'c [u8]> {
        // A name that is known need not be parsed.
        let mut known = KNOWN.iter();
        let values = match known.find(|known| known.as_str() == name) {
            Some(known) => self.get_all(known),
            None => self.get_all(name),
        };
        values.iter().map(HeaderValue::as_bytes)
    }
}

impl Inject for HeaderMap {
    fn set(&mut self, name: &'static str, value: String) {
        if let Ok(value) = HeaderValue::try_from(value) {
            self.insert(name, value);
        }
    }

    fn remove(&mut self, name: &'static str) {
        Self::remove(self, name);
    }
}

impl<S: BuildHasher> Extract for HashMap<String, String, S> {
    fn values<'c>(&'c self, name: &'c str) -> impl Iterator<Item = &'c [u8]> {
        named(self.iter(), name)
    }
}

impl<S: BuildHasher> Inject for HashMap<String, String, S> {
    fn set(&mut self, name: &'static str, value: String) {
        Inject::remove(self, name);
        self.insert(name.to_owned(), value);
    }

    fn remove(&mut self, name: &'static str) {
        self.retain(|other, _| !other.eq_ignore_ascii_case(name));
    }
}

impl Extract for BTreeMap<String, String> {
    fn values<'c>(&'c self, name: &'c str) -> impl Iterator<Item = &'c [u8]> {
        named(self.iter(), name)
    }
}

impl Inject for BTreeMap<String, String> {
    fn set(&mut self, name: &'static str, value: String) {
        Inject::remove(self, name);
        self.insert(name.to_owned(), value);
    }

    fn remove(&mut self, name: &'static str) {
        self.retain(|other, _| !other.eq_ignore_ascii_case(name));
    }
}

fn named<'c>(
    headers: impl Iterator<Item = (&'c String, &'c String)>,
    name: &'c str,
) -> impl Iterator<Item = &'c [u8]> {
    headers
        .filter(move |(other, _)| other.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_bytes())
}

impl Extract for dyn Extractor + '_ {
    fn values<'c>(&'c self, name: &'c str) -> impl Iterator<Item = &'c [u8]> {
        let values = self.get_all(name).unwrap_or_default();
        values.into_iter().map(str::as_bytes)
    }
}

impl Inject for dyn Injector + '_ {
    fn set(&mut self, name: &'static str, value: String) {
        Injector::set(self, name, value);
    }

    fn remove(&mut self, _name: &'static str) {}
}

#[cfg(any(feature = "grpc", feature = "otlp-grpc"))]
mod grpc {
    use tonic::metadata::{MetadataMap, MetadataValue};

    use super::{Extract, Inject};

    impl Extract for MetadataMap {
        fn values<'c>(&'c self, name: &'c str) -> impl Iterator<Item = &'c [u8]> {
            self.get_all(name)
                .iter()
                .map(MetadataValue::as_encoded_bytes)
        }
    }

    impl Inject for MetadataMap {
        fn set(&mut self, name: &'static str, value: String) {
            if let Ok(value) = MetadataValue::try_from(value) {
                self.insert(name, value);
            }
        }

        fn remove(&mut self, name: &'static str) {
            Self::remove(self, name);
        }
    }
}
