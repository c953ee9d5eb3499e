//! The metrics of the conventions, read from the files of their model in `model/`.

use std::{collections::BTreeMap, fs};

use serde::Deserialize;
use yaml_serde::Value;

const FILES: [&str; 9] = [
    "db/common",
    "db/metrics",
    "gen-ai/metrics",
    "http/common",
    "http/metrics",
    "messaging/common",
    "messaging/metrics",
    "rpc/common",
    "rpc/metrics",
];

/// A metric of the conventions.
#[derive(Debug)]
pub(super) struct Metric {
    pub(super) instrument: String,
    pub(super) unit: String,
    /// The attributes with the level `required`, in the order of the model.
    pub(super) required: Vec<String>,
    /// All attributes.
    pub(super) attributes: Vec<String>,
    /// The bucket bounds, if the conventions have some.
    pub(super) buckets: Option<Vec<f64>>,
}

#[derive(Debug, Deserialize)]
struct File {
    groups: Vec<Group>,
}

#[derive(Debug, Deserialize)]
struct Group {
    id: String,
    extends: Option<String>,
    metric_name: Option<String>,
    instrument: Option<String>,
    unit: Option<String>,
    #[serde(default)]
    attributes: Vec<Attribute>,
}

#[derive(Debug, Deserialize)]
struct Attribute {
    #[serde(rename = "ref")]
    name: String,
    requirement_level: Option<Value>,
}

/// Returns the metrics by name.
pub(super) fn metrics() -> BTreeMap<String, Metric> {
    let files = FILES.map(|file| read::<File>(file).groups);
    let groups: BTreeMap<String, Group> = files
        .into_iter()
        .flatten()
        .map(|group| (group.id.clone(), group))
        .collect();
    let mut buckets: BTreeMap<String, Vec<f64>> = read("buckets");
    let metrics = groups.values().filter_map(|group| {
        let name = group.metric_name.clone()?;
        let attributes = attributes(&groups, group);
        let required = attributes.iter().filter(|(_, required)| **required);
        let metric = Metric {
            instrument: group.instrument.clone()?,
            unit: group.unit.clone()?,
            required: required.map(|(name, _)| name.clone()).collect(),
            buckets: buckets.remove(&name),
            attributes: attributes.into_keys().collect(),
        };
        Some((name, metric))
    });
    metrics.collect()
}

/// Returns the values that a registry lists for an attribute.
pub(super) fn values_of(registry: &str, attribute: &str) -> Vec<String> {
    let registry: Value = read(registry);
    let groups = registry["groups"].as_sequence().unwrap();
    let attributes = groups
        .iter()
        .flat_map(|group| group["attributes"].as_sequence().unwrap());
    let mut found = attributes.filter(|found| found["id"].as_str() == Some(attribute));
    let members = found.next().unwrap()["type"]["members"]
        .as_sequence()
        .unwrap();
    let values = members
        .iter()
        .map(|member| member["value"].as_str().unwrap());
    values.map(str::to_owned).collect()
}

/// Returns the attributes of a group with those that it extends, and whether each is required. The
/// level of the group itself wins.
fn attributes(groups: &BTreeMap<String, Group>, group: &Group) -> BTreeMap<String, bool> {
    let extended = group.extends.as_ref().map(|id| match groups.get(id) {
        Some(extended) => attributes(groups, extended),
        None => panic!("`{}` extends `{id}`, which no file has", group.id),
    });
    let mut all = extended.unwrap_or_default();
    for attribute in &group.attributes {
        let is_required = all.entry(attribute.name.clone()).or_default();
        if let Some(level) = &attribute.requirement_level {
            *is_required = level.as_str() == Some("required");
        }
    }
    all
}

fn read<T: for<'file> Deserialize<'file>>(file: &str) -> T {
    let path = format!("tests/clients/conventions/model/{file}.yaml");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    yaml_serde::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}
