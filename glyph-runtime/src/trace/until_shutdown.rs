//! Spans that start after the shutdown.

use std::sync::{Arc, atomic::Ordering::Relaxed};

use opentelemetry::{
    Context, KeyValue, TraceId,
    trace::{Link, SpanKind},
};
use opentelemetry_sdk::trace::{SamplingDecision, SamplingResult, ShouldSample};

use super::{DropReason, processor::Routes};

/// Samples until the shutdown. Then spans are not recorded: those that would be exported are
/// counted as dropped.
#[derive(Clone, Debug)]
pub(super) struct UntilShutdown {
    pub(super) sampler: Box<dyn ShouldSample>,
    pub(super) routes: Arc<Routes>,
}

impl ShouldSample for UntilShutdown {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        trace: TraceId,
        name: &str,
        kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        let mut result = self
            .sampler
            .should_sample(parent, trace, name, kind, attributes, links);
        if self.routes.closed.load(Relaxed) {
            if result.decision == SamplingDecision::RecordAndSample {
                self.routes.dropped(DropReason::Shutdown, 1);
            }
            result.decision = SamplingDecision::Drop;
        }
        result
    }
}
