//! The layers of the signals and of the program.

use std::any::{Any, TypeId};

use tracing::Subscriber;
use tracing_subscriber::{Layer, Registry as Spans, registry::LookupSpan};

use crate::context::thread_marks::{SpansOfOthers, ThreadMarks};

/// Layers for a subscriber of the type `S`, each with its filter.
/// `tracing_subscriber::registry().with(layers)` accepts them.
pub type Layers<S = Spans> = Vec<Box<dyn Layer<S> + Send + Sync>>;

/// The layer of a signal, for a subscriber of any type.
pub(in crate::telemetry) enum SignalLayer {
    #[cfg(feature = "trace")]
    Spans(super::traces::FilteredSpans),
    #[cfg(feature = "log")]
    Lines(crate::log::LineLayer),
    #[cfg(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http")))]
    Records(crate::log::export::RecordLayer),
}

impl SignalLayer {
    fn on<S>(self) -> Box<dyn Layer<S> + Send + Sync>
    where
        S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
    {
        match self {
            #[cfg(feature = "trace")]
            Self::Spans(layer) => layer.on().boxed(),
            #[cfg(feature = "log")]
            Self::Lines(layer) => layer.on().boxed(),
            #[cfg(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http")))]
            Self::Records(layer) => layer.on().boxed(),
        }
    }
}

/// Returns the layers of the signals and those of the program for a subscriber of this type.
///
/// The layers of the program are for a bare registry. They stay where they are for another type.
pub(super) fn on<S>(signals: Vec<SignalLayer>, program: &mut Layers) -> Layers<S>
where
    S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
{
    let mut layers: Layers<S> = signals.into_iter().map(SignalLayer::on).collect();
    if TypeId::of::<S>() == TypeId::of::<Spans>() && !program.is_empty() {
        layers.extend(program.drain(..).filter_map(cast));
        layers.push(ThreadMarks.with_filter(SpansOfOthers).boxed());
    }
    layers
}

/// Returns the layer, if `S` is the registry.
fn cast<S: 'static>(
    layer: Box<dyn Layer<Spans> + Send + Sync>,
) -> Option<Box<dyn Layer<S> + Send + Sync>> {
    let any: Box<dyn Any> = Box::new(layer);
    let same: Box<Box<dyn Layer<S> + Send + Sync>> = any.downcast().ok()?;
    Some(*same)
}
