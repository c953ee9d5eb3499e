//! Carriers of propagation headers.

use std::collections::BTreeMap;

use glyph_runtime::trace::propagation::{Extract, Inject, extract, inject};
use http::HeaderMap;
use opentelemetry::propagation::{Extractor, Injector};
use tonic::metadata::MetadataMap;

use crate::propagation::traced::{headers, remote};

/// Asserts that a carrier returns the headers that were injected into it.
fn round_trip<C: Inject + Extract + ?Sized>(carrier: &mut C) {
    let remote = remote(true);
    remote.in_scope(|| inject(carrier));
    assert_eq!(extract(carrier), remote);
}

#[test]
fn http_headers_carry_context() {
    let mut headers = HeaderMap::new();
    round_trip(&mut headers);
    round_trip(&mut headers);
    assert_eq!(headers.len(), 2, "set, and not appended");
}

#[test]
fn grpc_metadata_carries_context() {
    round_trip(&mut MetadataMap::new());
}

#[test]
fn string_maps_carry_context() {
    round_trip(&mut headers(&[("TraceParent", "stale")]));
    round_trip(&mut BTreeMap::new());
}

#[test]
fn opentelemetry_carriers_carry_context() {
    let mut carrier = headers(&[]);
    let remote = remote(true);
    remote.in_scope(|| inject(&mut carrier as &mut dyn Injector));
    assert_eq!(extract(&carrier as &dyn Extractor), remote);
}

#[test]
fn header_names_match_in_any_case() {
    let remote = remote(true);
    let parent = remote.in_scope(crate::propagation::traced::outgoing)["traceparent"].clone();
    let found = extract(&headers(&[("TraceParent", &parent)]));
    assert_eq!(found.span_context(), remote.span_context());
}
