//! The resource as `target_info`.

use super::{
    Format,
    family::{push_head, push_label},
};
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
pub(crate) struct Target {
    pub(crate) service: String,
    pub(crate) version: Option<String>,
}

impl Target {
    /// Names and values of the labels.
    fn labels(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let version = self.version.as_deref();
        let version = version.map(|version| ("service_version", version));
        [("service_name", self.service.as_str())]
            .into_iter()
            .chain(version)
    }

    /// Writes the family. Only OpenMetrics has a type for it.
    pub(super) fn push(&self, out: &mut Vec<u8>, format: Format) {
        let (name, kind) = match format {
            Format::Text => (SAMPLE, "gauge"),
            Format::OpenMetrics => (FAMILY, "info"),
        };
        push_head(out, format, name, kind, "Target metadata.", Unit::None);
        out.extend_from_slice(SAMPLE.as_bytes());
        for (index, (name, value)) in self.labels().enumerate() {
            out.push(if index == 0 { b'{' } else { b',' });
            push_label(out, name, value);
        }
        out.extend_from_slice(b"} 1\n");
    }
}
