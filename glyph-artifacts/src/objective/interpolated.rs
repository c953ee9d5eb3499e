//! Latency objectives whose threshold is between two bucket bounds.

use crate::{families::Families, quantity::quantity};
use glyph_core::{
    __runtime::BucketAround,
    catalog::{Indicator, ObjectiveDescriptor, Unit},
};

impl Families {
    /// Returns the bucket around the threshold of an interpolated objective, as it is exposed; `None` for
    /// another objective.
    pub(crate) fn bucket_around(&self, objective: &ObjectiveDescriptor) -> Option<BucketAround> {
        let Indicator::Latency {
            of,
            threshold,
            interpolated: true,
        } = objective.indicator
        else {
            return None;
        };
        BucketAround::new(self.find(of)?.buckets, threshold)
    }

    /// Returns the estimate as the end of a sentence: `, estimated between 1 s and 2.5 s`. It is empty if
    /// nothing is estimated.
    pub(crate) fn estimate(&self, objective: &ObjectiveDescriptor) -> String {
        let text = |bucket: BucketAround| {
            let [lower, upper] =
                [bucket.lower, bucket.upper].map(|bound| quantity(bound, Unit::Seconds));
            format!(", estimated between {lower} and {upper}")
        };
        self.bucket_around(objective).map(text).unwrap_or_default()
    }
}
