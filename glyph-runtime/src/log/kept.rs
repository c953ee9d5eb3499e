//! What the layers of a subscriber keep with a span.
//!
//! Each layer keeps its own: two logs of one subscriber differ in redaction, limits and filters.

use std::iter;

use tracing_subscriber::registry::{Extensions, ExtensionsMut};

use super::{answers::Answers, fields::FieldStore};

/// What a layer keeps with a span.
#[derive(Default)]
pub(super) struct Kept<F> {
    pub(super) fields: F,
    pub(super) answers: Answers,
}

/// What a layer keeps, with the identity of the layer.
struct OfLayer<F> {
    layer: usize,
    kept: Kept<F>,
}

/// What all layers with fields of one type keep. Most programs have one such layer.
struct OfLayers<F> {
    first: OfLayer<F>,
    others: Vec<OfLayer<F>>,
}

impl<F: FieldStore> Kept<F> {
    /// Returns what the layer keeps with a span.
    pub(super) fn of<'e>(extensions: &'e Extensions<'_>, layer: usize) -> Option<&'e Self> {
        let OfLayers { first, others } = extensions.get::<OfLayers<F>>()?;
        let mut all = iter::once(first).chain(others);
        all.find(|of| of.layer == layer).map(|of| &of.kept)
    }

    /// Changes what the layer keeps with a span.
    pub(super) fn change(
        extensions: &mut ExtensionsMut<'_>,
        layer: usize,
        change: impl FnOnce(&mut Self),
    ) {
        let Some(OfLayers { first, others }) = extensions.get_mut::<OfLayers<F>>() else {
            extensions.insert(OfLayers {
                first: OfLayer::changed(layer, change),
                others: Vec::new(),
            });
            return;
        };
        let mut all = iter::once(first).chain(others.iter_mut());
        match all.find(|of| of.layer == layer) {
            Some(of) => change(&mut of.kept),
            None => others.push(OfLayer::changed(layer, change)),
        }
    }

    /// Records fields of the span. Answers about those before do not count any more.
    pub(super) fn record(&mut self, fields: F) {
        self.fields.update(fields);
        self.answers.forget();
    }
}

impl<F: FieldStore> OfLayer<F> {
    fn changed(layer: usize, change: impl FnOnce(&mut Kept<F>)) -> Self {
        let mut kept = Kept::default();
        change(&mut kept);
        Self { layer, kept }
    }
}
