//! The other recorder's families on the page, and what the facade says of itself.

use std::sync::atomic::Ordering::Relaxed;

use metrics_exporter_prometheus::PrometheusHandle;

use super::{Recorder, declared::Refusals};
use crate::{
    catalog::{Registry, Unit, sample_names},
    expose::{ForeignFamilies, Format, external as foreign, is_reserved, push_head, push_sample},
};

pub(crate) struct Families {
    others: PrometheusHandle,
    refusals: Refusals,
}

impl Recorder {
    /// What the page asks when it is written.
    pub(crate) fn families(&self) -> Box<dyn ForeignFamilies> {
        Box::new(Families {
            others: self.others(),
            refusals: self.declared.refusals(),
        })
    }
}

impl ForeignFamilies for Families {
    fn push(&self, page: &mut Vec<u8>, registry: &Registry, format: Format) {
        let taken: std::collections::HashSet<String> = registry
            .metrics()
            .iter()
            .flat_map(|metric| sample_names(metric.parts.descriptor))
            .collect();
        foreign::push(page, &self.others.render(), format, |name| {
            taken.contains(name) || name == "target" || name == "target_info" || is_reserved(name)
        });
        self.push_refusals(page, format);
    }
}

impl Families {
    #[expect(
        clippy::cast_precision_loss,
        reason = "the page has floating-point numbers"
    )]
    fn push_refusals(&self, page: &mut Vec<u8>, format: Format) {
        const NAME: &str = "glyph_facade_refused";
        const HELP: &str =
            "Keys of declared metrics that the facade refused for their labels or their kind.";
        for (index, (metric, refused)) in self.refusals.iter().enumerate() {
            if index == 0 {
                push_head(page, format, NAME, "counter", HELP, Unit::None);
            }
            push_sample(
                page,
                NAME,
                "counter",
                &[("metric", metric)],
                refused.load(Relaxed) as f64,
            );
        }
    }
}
