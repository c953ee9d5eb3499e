//! Measures under a view.

use glyph_core::{
    catalog::{Comparison, Measure, Selection},
    metric::GaugeMerge,
};

use super::{Follow, Reason};

impl Follow<'_> {
    pub(super) fn measure(&self, measure: Measure) -> Result<Measure, Reason> {
        Ok(match measure {
            Measure::Value(of) => Measure::Value(self.selection(of)?),
            Measure::Quantile { quantile, of, over } => Measure::Quantile {
                quantile,
                of: self.selection(of)?,
                over,
            },
            Measure::Rate { of, over } => Measure::Rate {
                of: self.selection(of)?,
                over,
            },
            Measure::Increase { of, over } => Measure::Increase {
                of: self.selection(of)?,
                over,
            },
            Measure::Ratio { part, whole, over } => Measure::Ratio {
                part: self.selection(part)?,
                whole: self.selection(whole)?,
                over,
            },
        })
    }

    /// Rejects a comparison that the view would change.
    pub(super) fn check_measure(
        &self,
        measure: Measure,
        comparison: Comparison,
        threshold: f64,
        by: &[&str],
    ) -> Result<(), Reason> {
        match measure {
            // Without `by`, each series is compared. The highest is above a threshold if any of them is.
            Measure::Value(of) if by.is_empty() => {
                let merges: &[GaugeMerge] = match comparison {
                    Comparison::Above | Comparison::AtLeast => &[GaugeMerge::Max],
                    Comparison::Below | Comparison::AtMost => &[GaugeMerge::Min],
                    Comparison::Equal | Comparison::Unequal => &[],
                };
                self.check_merge(of, merges)
            }
            Measure::Value(of) => self.check_merge(of, &[GaugeMerge::Sum]),
            Measure::Ratio { part, whole, .. } => {
                self.check_merge(part, &[GaugeMerge::Sum])?;
                self.check_merge(whole, &[GaugeMerge::Sum])
            }
            Measure::Quantile { of, .. } => self.check_reach(of, threshold),
            Measure::Rate { .. } | Measure::Increase { .. } => Ok(()),
        }
    }

    fn check_merge(&self, of: Selection, allowed: &[GaugeMerge]) -> Result<(), Reason> {
        let shown = self.shown(of.metric);
        shown.map_or(Ok(()), |shown| shown.check_merge(allowed))
    }

    /// Rejects a threshold that the buckets of the view cannot resolve, as the declaration does.
    fn check_reach(&self, of: Selection, threshold: f64) -> Result<(), Reason> {
        let Some(shown) = self.shown(of.metric) else {
            return Ok(());
        };
        match shown.visible()?.buckets {
            [.., highest] if threshold >= *highest => Err(format!(
                "quantiles of `{}` never exceed {highest}, the highest bucket bound of the view",
                of.metric
            )),
            [lowest, ..] if threshold < *lowest => Err(format!(
                "quantiles of `{}` below {lowest}, the lowest bucket bound of the view, are interpolated",
                of.metric
            )),
            _ => Ok(()),
        }
    }
}
