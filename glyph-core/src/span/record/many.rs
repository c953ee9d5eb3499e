//! The values of many records, one after the other.

use std::ops::Range;

use super::{RecordedValue, Values, values::Entry};

/// The values of records whose calls have ended, in two allocations.
#[derive(Debug, Default)]
pub struct ValuesOfMany {
    entries: Vec<Entry>,
    text: String,
}

impl ValuesOfMany {
    /// Adds the values of a record, and returns the range of them.
    #[inline]
    pub fn push(&mut self, values: &Values) -> Range<u32> {
        let first = self.len();
        values.append_to(&mut self.entries, &mut self.text);
        first..self.len()
    }

    /// Removes all values, and keeps the memory.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.text.clear();
    }

    /// The number of values.
    fn len(&self) -> u32 {
        u32::try_from(self.entries.len()).unwrap_or(u32::MAX)
    }

    /// The bytes of the values.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        size_of_val(self.entries.as_slice()) + self.text.len()
    }

    /// Returns the names and values of a range.
    #[inline]
    #[must_use]
    pub fn of(
        &self,
        range: &Range<u32>,
    ) -> impl ExactSizeIterator<Item = (&'static str, RecordedValue<'_>)> {
        let index = |index: u32| usize::try_from(index).unwrap_or(usize::MAX);
        let entries = self.entries.get(index(range.start)..index(range.end));
        let entries = entries.unwrap_or_default().iter();
        entries.map(|entry| (entry.name, entry.value(&self.text)))
    }
}

#[cfg(test)]
mod tests {
    use super::{RecordedValue, Values, ValuesOfMany};

    #[test]
    fn values_of_records_do_not_mix() {
        let mut many = ValuesOfMany::default();
        super::super::export_records();
        let ranges = ["first", "second", ""].map(|text| many.push(&Values::of_text("field", text)));
        let shown = ranges.map(|range| {
            let mut shown = String::new();
            for (name, value) in many.of(&range) {
                assert_eq!(name, "field");
                if let RecordedValue::Str(text) = value {
                    shown.push_str(text);
                }
            }
            shown
        });
        assert_eq!(shown, ["first", "second", ""]);
    }
}
