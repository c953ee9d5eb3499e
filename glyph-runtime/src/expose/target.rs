//! The resource as `target_info`.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{
    Format,
    family::{push_head, push_label},
};
use crate::{origin::Origin, resource::Resource};
use glyph_core::catalog::Unit;

/// The name of the family's one sample.
pub(super) const SAMPLE: &str = "target_info";
/// The family's name in OpenMetrics, where a sample of an info family ends in `_info`.
pub(super) const FAMILY: &str = "target";

/// The resource that a scrape describes.
///
/// See "Prometheus and OpenMetrics Compatibility" in OpenTelemetry's specification, "Resource
/// Attributes". OTLP has no such metric: there each request names its resource.
#[derive(Clone, Debug)]
pub(super) struct Target {
    resource: Resource,
    /// The sample. It never changes in a process, so it is written once.
    sample: Vec<u8>,
    origin: Origin,
}

impl Target {
    pub(super) fn new(resource: &Resource) -> Self {
        Self {
            resource: resource.clone(),
            sample: sample(resource),
            origin: Origin::here(),
        }
    }

    /// Writes the family. Only OpenMetrics has a type for it.
    pub(super) fn push(&self, out: &mut Vec<u8>, format: Format) {
        let (name, kind) = match format {
            Format::Text => (SAMPLE, "gauge"),
            Format::OpenMetrics => (FAMILY, "info"),
        };
        push_head(out, format, name, kind, "Target metadata.", Unit::None);
        if self.origin.is_forked() {
            out.extend_from_slice(&sample(&self.resource.here()));
        } else {
            out.extend_from_slice(&self.sample);
        }
    }
}

fn sample(resource: &Resource) -> Vec<u8> {
    let mut sample = SAMPLE.as_bytes().to_vec();
    for (index, (name, value)) in labels(resource).iter().enumerate() {
        sample.push(if index == 0 { b'{' } else { b',' });
        push_label(&mut sample, name, value);
    }
    sample.extend_from_slice(b"} 1\n");
    sample
}

/// Returns the labels by name. Values of attributes that have one name as a label are joined.
fn labels(resource: &Resource) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::<String, String>::new();
    let named = resource.attributes().filter(|(name, _)| !name.is_empty());
    for (name, value) in named {
        let label = labels.entry(label_name(name)).or_default();
        if !label.is_empty() {
            label.push(';');
        }
        let _infallible = write!(label, "{value}");
    }
    labels
}

/// Returns the name of an attribute as a label: each other character than an ASCII letter, a digit
/// or `_` is `_`. A digit or `__` in front, which labels cannot have, gets `key_`.
fn label_name(attribute: &str) -> String {
    let is_allowed = |letter: char| letter.is_ascii_alphanumeric();
    let name = attribute.replace(|letter| !is_allowed(letter), "_");
    let starts_with_digit = name.starts_with(|letter: char| letter.is_ascii_digit());
    if starts_with_digit || name.starts_with("__") {
        format!("key_{name}")
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::{Target, label_name};
    use crate::{expose::Format, resource::Resource};

    #[test]
    fn attributes_become_label_names() {
        assert_eq!(label_name("service.name"), "service_name");
        assert_eq!(label_name("a-b/ö_c"), "a_b___c");
        assert_eq!(label_name("2fa"), "key_2fa");
        assert_eq!(label_name("__name__"), "key___name__");
    }

    #[test]
    fn attributes_with_one_label_name_are_joined() {
        let attributes = [("a_b", "x"), ("a.b", "y\"")];
        let attributes = attributes.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let resource = Resource::new("shop", Some("1"), Some("test"), &attributes);
        let mut page = Vec::new();
        Target::new(&resource).push(&mut page, Format::Text);
        let page = String::from_utf8(page).unwrap_or_default();
        let labels = [
            r#"{a_b="y\";x",deployment_environment_name="test","#,
            r#",service_name="shop",service_version="1","#,
            r#",telemetry_distro_name="glyph","#,
        ];
        for label in labels {
            assert!(page.contains(label), "{label} in {page}");
        }
    }
}
