//! The layers of the signals and of the program.

use std::any::{Any, TypeId};

use tracing::Subscriber;
use tracing_subscriber::{Layer, Registry as Spans, layer::Identity, registry::LookupSpan};

use crate::context::thread_marks::{SpansOfOthers, ThreadMarks};

/// A layer for a subscriber of the type `S`, made of those of all signals, each with its filter.
/// `tracing_subscriber::registry().with(layers)` accepts it.
pub type Layers<S = Spans> = Box<dyn Layer<S> + Send + Sync>;

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
    fn on<S>(self) -> Layers<S>
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
///
/// Each layer is around the one before: a `Vec` does not tell its layers which subscriber they are on.
/// The outermost one limits no level, since the registry asks only that one.
pub(super) fn on<S>(signals: Vec<SignalLayer>, program: &mut Vec<Layers>) -> Layers<S>
where
    S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
{
    let mut layers: Vec<Layers<S>> = signals.into_iter().map(SignalLayer::on).collect();
    if TypeId::of::<S>() == TypeId::of::<Spans>() && !program.is_empty() {
        layers.extend(program.drain(..).filter_map(cast));
        layers.push(ThreadMarks.with_filter(SpansOfOthers).boxed());
    }
    let all = layers.into_iter();
    all.reduce(|inner, outer| inner.and_then(outer).boxed())
        .unwrap_or_else(|| Identity::new().boxed())
}

/// Returns the layer, if `S` is the registry.
fn cast<S: 'static>(layer: Layers) -> Option<Layers<S>> {
    let any: Box<dyn Any> = Box::new(layer);
    let same: Box<Layers<S>> = any.downcast().ok()?;
    Some(*same)
}
