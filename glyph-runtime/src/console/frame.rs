//! A frame: the cells of one metric that changed between two snapshots.
//!
//! A series that did not change takes no bytes. For one that did, a frame has its index, the number of
//! changed cells, and for each the distance from the one before and the difference.

use super::varint;

/// Appends the changed cells of the series with this index.
pub(super) fn push(out: &mut Vec<u8>, series: u32, before: &[u64], after: &[u64]) {
    let pairs = before.iter().zip(after).enumerate();
    let changed = pairs.filter(|(_, (before, after))| before != after);
    varint::push(out, series.into());
    varint::push(out, changed.clone().count() as u64);
    let mut next = 0;
    for (cell, (before, after)) in changed {
        varint::push(out, (cell - next) as u64);
        varint::push_difference(out, after.wrapping_sub(*before).cast_signed());
        next = cell + 1;
    }
}

/// Passes series, cell and difference of each changed cell to `visit`.
pub(super) fn each(frame: &[u8], mut visit: impl FnMut(usize, usize, i64)) {
    let mut rest = frame;
    while !rest.is_empty() {
        if each_of_series(&mut rest, &mut visit).is_none() {
            return;
        }
    }
}

/// Takes one series from the front. `None` at a frame that ends early.
fn each_of_series(rest: &mut &[u8], visit: &mut impl FnMut(usize, usize, i64)) -> Option<()> {
    let series = usize::try_from(varint::take(rest)?).ok()?;
    let mut cell = 0_usize;
    for _ in 0..varint::take(rest)? {
        let distance = usize::try_from(varint::take(rest)?).ok()?;
        cell = cell.checked_add(distance)?;
        visit(series, cell, varint::take_difference(rest)?);
        cell += 1;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::{each, push};

    fn read(frame: &[u8]) -> Vec<(usize, usize, i64)> {
        let mut read = Vec::new();
        each(frame, |series, cell, difference| {
            read.push((series, cell, difference));
        });
        read
    }

    #[test]
    fn changed_cells_of_all_series_are_read_back() {
        let mut frame = Vec::new();
        push(&mut frame, 3, &[1, 2, 3, 4], &[1, 5, 3, 3]);
        push(&mut frame, 700, &[u64::MAX], &[0]);
        assert_eq!(read(&frame), [(3, 1, 3), (3, 3, -1), (700, 0, 1)]);
        assert_eq!(read(&[]), []);
    }

    #[test]
    fn frame_that_ends_early_is_read_as_far_as_it_goes() {
        let mut frame = Vec::new();
        push(&mut frame, 3, &[1, 2], &[2, 9]);
        let end = frame.len() - 1;
        assert_eq!(read(frame.get(..end).unwrap_or_default()), [(3, 0, 1)]);
    }
}
