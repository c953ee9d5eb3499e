//! Writes families of external recorders in both formats.

use std::{mem, vec};

use glyph_core::__runtime::canonical;

use super::{ExternalFamily, ExternalSeries, family::Point};
use crate::expose::{Format, escape, family::push_label};

/// Writes families in pieces.
pub(crate) struct ExternalWriter {
    families: vec::IntoIter<ExternalFamily>,
    open: Option<OpenFamily>,
    format: Format,
}

/// A family whose head is written, and its series that are not.
struct OpenFamily {
    family: ExternalFamily,
    series: vec::IntoIter<ExternalSeries>,
}

impl ExternalWriter {
    pub(crate) fn new(families: Vec<ExternalFamily>, format: Format) -> Self {
        Self {
            families: families.into_iter(),
            open: None,
            format,
        }
    }

    /// Writes series until `out` has `enough` bytes. Returns whether there was anything to write.
    pub(crate) fn push(&mut self, out: &mut Vec<u8>, enough: usize) -> bool {
        if self.open.is_none() {
            let Some(family) = self.families.next() else {
                return false;
            };
            self.open = Some(family.open(out, self.format));
        }
        if let Some(open) = &mut self.open {
            for series in open.series.by_ref() {
                open.family.push_series(out, &series);
                if out.len() >= enough {
                    return true;
                }
            }
        }
        self.open = None;
        true
    }
}

/// Counters end in `_total` and bounds are written canonically in both formats, so that a series
/// has the same name in both.
impl ExternalFamily {
    fn open(mut self, out: &mut Vec<u8>, format: Format) -> OpenFamily {
        self.push_head(out, format);
        let series = mem::take(&mut self.series).into_iter();
        OpenFamily {
            family: self,
            series,
        }
    }

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
