//! The functions that a profile names.

use std::{net::SocketAddr, time::Instant};

use glyph_profile_tests::{
    client::{LONG, get},
    program::{Busy, churn, program},
    reader::Profile,
};
use serde_json::Value;

use crate::alone;

/// The samples that a share is taken of.
const ENOUGH: i64 = 20;

fn busy() -> Busy {
    Busy::start("churning", 2, || {
        let _ = churn(100_000);
    })
}

/// Takes profiles until one has enough samples. A busy machine gives the program little time.
fn profile(address: SocketAddr) -> Profile {
    let deadline = Instant::now() + LONG;
    loop {
        let response = get(address, "/debug/pprof/profile?seconds=3");
        assert_eq!(response.status, 200, "{}", response.text());
        let content_type = response.header("content-type");
        assert_eq!(content_type, Some("application/octet-stream"));
        let profile = Profile::read(&response.body);
        if profile.total() >= ENOUGH {
            return profile;
        }
        assert!(
            Instant::now() < deadline,
            "a profile has {} samples",
            profile.total()
        );
    }
}

#[test]
fn stage_with_the_most_samples_is_named() {
    let _alone = alone();
    let (_telemetry, address) = program(|program| program);
    let _busy = busy();
    let profile = profile(address);
    let types = [("samples", "count"), ("cpu", "nanoseconds")];
    let types = types.map(|(kind, unit)| (kind.to_owned(), unit.to_owned()));
    assert_eq!(profile.sample_types, types);
    assert_eq!(profile.period, 10_000_000);
    assert!(
        profile.duration_nanos >= 3_000_000_000,
        "{}",
        profile.duration_nanos
    );
    for (stack, values) in &profile.samples {
        assert_eq!(values[1], values[0] * profile.period, "{stack:?}");
    }
    let functions = profile.functions();
    let (of_stage, total) = (profile.of("churn"), profile.total());
    assert!(of_stage * 2 > total, "{of_stage} of {total}: {functions:?}");
    let own = functions
        .iter()
        .find(|(name, _)| name.contains("glyph_profile_tests::"));
    let own = own.unwrap_or_else(|| panic!("{functions:?}"));
    assert!(own.0.contains("churn") || own.0.contains("Busy"), "{own:?}");
}

#[test]
fn page_gets_the_same_as_a_tree() {
    let _alone = alone();
    let (_telemetry, address) = program(|program| program.console(true));
    let _busy = busy();
    let deadline = Instant::now() + LONG;
    let tree: Value = loop {
        let response = get(address, "/api/v1/profile?seconds=2");
        assert_eq!(response.status, 200, "{}", response.text());
        assert_eq!(response.header("content-type"), Some("application/json"));
        let tree: Value = serde_json::from_slice(&response.body).unwrap();
        if tree["samples"].as_i64().unwrap() >= ENOUGH {
            break tree;
        }
        assert!(Instant::now() < deadline, "{}", tree["samples"]);
    };
    let description = get(address, "/api/v1/openapi.json");
    let description: Value = serde_json::from_slice(&description.body).unwrap();
    let schemas = &description["components"]["schemas"];
    assert_has_fields(&tree, &schemas["Profile"]);
    let nodes = tree["nodes"].as_array().unwrap();
    let functions = tree["functions"].as_array().unwrap();
    let (mut named, mut own) = (0, 0);
    for (index, node) in nodes.iter().enumerate() {
        assert_has_fields(node, &schemas["ProfileNode"]);
        let function = usize::try_from(node["function"].as_u64().unwrap()).unwrap();
        let name = functions[function].as_str().unwrap();
        let count = node["own"].as_u64().unwrap();
        own += count;
        named += if name.contains("churn") {
            node["samples"].as_u64().unwrap()
        } else {
            0
        };
        let Some(parent) = node["parent"].as_u64() else {
            assert_eq!((index, name), (0, "all"));
            continue;
        };
        let parent = usize::try_from(parent).unwrap();
        assert!(parent < index, "{node}");
        assert!(
            nodes[parent]["samples"].as_u64() >= node["samples"].as_u64(),
            "{node}"
        );
    }
    let samples = tree["samples"].as_u64().unwrap();
    assert_eq!(
        (own, nodes[0]["samples"].as_u64()),
        (samples, Some(samples))
    );
    assert!(named * 2 > samples, "{named} of {samples}");
    assert!(tree["seconds"].as_f64().unwrap() >= 2.0);
    assert_eq!(tree["frequency"], 100);
}

fn assert_has_fields(value: &Value, schema: &Value) {
    let names: Vec<_> = value.as_object().unwrap().keys().collect();
    let described: Vec<_> = schema["properties"].as_object().unwrap().keys().collect();
    assert_eq!(names, described);
    assert_eq!(schema["required"], serde_json::json!(names), "{schema}");
}
