//! Writes families of external recorders in both formats.

use std::sync::Arc;

use glyph_core::__runtime::canonical;

use super::{ExternalFamily, ExternalSeries, family::Point};
use crate::expose::{Format, escape, family::push_label};

/// Writes families in pieces. They may be shared with other scrapes.
pub(crate) struct ExternalWriter {
    families: Arc<Vec<ExternalFamily>>,
    format: Format,
    family: usize,
    /// The number of series of the family that are written, once its head is.
    series: Option<usize>,
}

impl ExternalWriter {
    pub(crate) fn new(families: Arc<Vec<ExternalFamily>>, format: Format) -> Self {
        Self {
            families,
            format,
            family: 0,
            series: None,
        }
    }

    /// Writes series until `out` has `enough` bytes. Returns whether there was anything to write.
    pub(crate) fn push(&mut self, out: &mut Vec<u8>, enough: usize) -> bool {
        let Some(family) = self.families.get(self.family) else {
            return false;
        };
        let written = self.series.get_or_insert_with(|| {
            family.push_head(out, self.format);
            0
        });
        for series in family.series.iter().skip(*written) {
            family.push_series(out, series);
            *written += 1;
            if out.len() >= enough {
                return true;
            }
        }
        self.family += 1;
        self.series = None;
        true
    }
}

/// Counters end in `_total` and bounds are written canonically in both formats, so that a series
/// has the same name in both.
impl ExternalFamily {
    fn push_series(&self, out: &mut Vec<u8>, series: &ExternalSeries) {
        for point in &series.points {
            self.push_sample(out, series, point);
        }
    }

    /// Writes HELP and TYPE. A family without a description has no HELP.
    fn push_head(&self, out: &mut Vec<u8>, format: Format) {
        let name = &*self.name;
        let suffix = self.kind.head_suffix(format);
        if !self.help.is_empty() {
            out.extend_from_slice(["# HELP ", name, suffix, " "].concat().as_bytes());
            escape::push_help(out, &self.help, format);
            out.push(b'\n');
        }
        let kind = self.kind.name(format);
        let head = ["# TYPE ", name, suffix, " ", kind, "\n"];
        out.extend_from_slice(head.concat().as_bytes());
    }

    fn push_sample(&self, out: &mut Vec<u8>, series: &ExternalSeries, point: &Point) {
        out.extend_from_slice([&*self.name, point.suffix].concat().as_bytes());
        let bound = self.kind.bound_label().filter(|_| point.has_bound());
        let bound = bound.map(|label| (label, canonical(point.bound)));
        let labels = series.labels.iter();
        let labels = labels.map(|(name, value)| (&**name, &**value));
        let labels = labels.chain(bound.as_ref().map(|(name, value)| (*name, &**value)));
        let mut separator = b'{';
        for (name, value) in labels {
            out.push(separator);
            push_label(out, name, value);
            separator = b',';
        }
        out.extend_from_slice(if separator == b',' { b"} " } else { b" " });
        point.value.push(out);
        out.push(b'\n');
    }
}
