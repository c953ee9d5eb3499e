//! Ids with too many values for a label.

use std::collections::HashSet;

use glyph_runtime::{label::SampledId, testing};

use crate::tenants::catalog::{AudioMetrics, Connection, StormMetrics, Tenant};

#[test]
fn hashes_are_stable_across_versions() {
    for (id, hash) in [
        ("", "ba992926"),
        ("session-42", "2145251e"),
        ("018f3c1e-8b7e-7cc0-9d67-1f2b6a5c4d3e", "44a05a7c"),
        ("größe", "6869eaa1"),
    ] {
        assert_eq!(SampledId::new(id).as_str(), hash, "{id}");
        assert_eq!(SampledId::new(id).to_string(), hash);
    }
}

#[test]
fn sampled_id_is_in_every_larger_sample() {
    let shares = [0.0, 0.01, 0.1, 0.5, 1.0];
    let ids: Vec<String> = (0..20_000).map(|id| format!("session-{id}")).collect();
    let mut before = HashSet::new();
    for share in shares {
        let sampled = |id: &&String| SampledId::sampled(id, share).is_sampled();
        let chosen: HashSet<&String> = ids.iter().filter(sampled).collect();
        assert!(chosen.is_superset(&before));
        let wanted = share * 20_000.0;
        let there = f64::from(u32::try_from(chosen.len()).unwrap());
        assert!(
            (there - wanted).abs() <= 0.01 * 20_000.0,
            "{there} of {wanted}"
        );
        before = chosen;
    }
    assert_eq!(before.len(), ids.len());
    let hashes: HashSet<SampledId> = ids.iter().map(|id| SampledId::new(id)).collect();
    assert!(hashes.len() >= ids.len() - 2);
}

#[test]
fn invalid_shares_are_clamped() {
    for share in [f64::NAN, -1.0, f64::NEG_INFINITY] {
        assert_eq!(SampledId::sampled("a", share), SampledId::OUT);
    }
    assert!(SampledId::sampled("a", 7.0).is_sampled());
    assert!(SampledId::one_in("a", 1).is_sampled());
    assert_eq!(SampledId::one_in("a", 0).as_str(), "sampled_out");
    let one_in_ten = (0..10_000).filter(|id| SampledId::one_in(&id.to_string(), 10).is_sampled());
    assert!((900..1100).contains(&one_in_ten.count()));
}

#[test]
fn sampled_id_is_a_limited_label_and_a_scope_value() {
    let captured = testing::capture();
    for id in 0..100 {
        let session_id = SampledId::new(&format!("session-{id}"));
        AudioMetrics::global()
            .connections
            .inc(Connection { session_id });
        Tenant {
            tenant_id: session_id,
        }
        .in_scope(|| StormMetrics::global().requests.inc());
    }
    let session_id = SampledId::OUT;
    AudioMetrics::global()
        .connections
        .inc(Connection { session_id });
    let connections = captured.counter(&AudioMetrics::global().connections);
    assert_eq!(connections.with(SampledId::new("session-3")).value(), 1);
    assert_eq!(connections.with_label("session_id", "other").value(), 97);
    let requests = captured.counter(&StormMetrics::global().requests);
    let tenant = requests.with_label("tenant_id", SampledId::new("session-99"));
    assert_eq!(tenant.value(), 1);
}
