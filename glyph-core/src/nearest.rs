//! Suggestions for misspelled names, in a `const`.
#![expect(
    clippy::indexing_slicing,
    reason = "evaluated in consts, and every index is compared with a length first"
)]

/// The limit of bytes of a name. Longer names are not compared.
const LONGEST: usize = 64;

/// Returns the index of the name that is nearest to `written`, if one is near enough.
#[must_use]
pub const fn nearest(written: &str, names: &[&str]) -> Option<usize> {
    let (mut index, mut best) = (0, None);
    let mut limit = written.len() / 3;
    if limit == 0 {
        limit = 1;
    }
    while index < names.len() {
        let distance = distance(written.as_bytes(), names[index].as_bytes());
        if distance <= limit {
            best = Some(index);
            if distance == 0 {
                return best;
            }
            limit = distance - 1;
        }
        index += 1;
    }
    if best.is_none() {
        longer(written, names)
    } else {
        best
    }
}

/// Returns the index of the first name that is `written`, `_` and more: `tenant_id` for `tenant`.
const fn longer(written: &str, names: &[&str]) -> Option<usize> {
    let written = written.as_bytes();
    let mut index = 0;
    while index < names.len() {
        let name = names[index].as_bytes();
        let mut same = 0;
        while same < written.len() && same < name.len() && written[same] == name[same] {
            same += 1;
        }
        if same > 0 && same == written.len() && same < name.len() && name[same] == b'_' {
            return Some(index);
        }
        index += 1;
    }
    None
}

/// Returns the number of bytes to insert, remove or change (Levenshtein).
const fn distance(left: &[u8], right: &[u8]) -> usize {
    if left.len() > LONGEST || right.len() > LONGEST {
        return usize::MAX;
    }
    let mut row = [0; LONGEST + 1];
    let mut column = 0;
    while column <= right.len() {
        row[column] = column;
        column += 1;
    }
    let mut line = 0;
    while line < left.len() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        let mut column = 0;
        while column < right.len() {
            let changed = diagonal + (left[line] != right[column]) as usize;
            diagonal = row[column + 1];
            row[column + 1] = least(changed, least(row[column], diagonal) + 1);
            column += 1;
        }
        line += 1;
    }
    row[right.len()]
}

const fn least(left: usize, right: usize) -> usize {
    if left < right { left } else { right }
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn changes_are_counted() {
        assert_eq!(distance(b"provider", b"provider"), 0);
        assert_eq!(distance(b"provder", b"provider"), 1);
        assert_eq!(distance(b"kitten", b"sitting"), 3);
        assert_eq!(distance(b"", b"abc"), 3);
    }

    #[test]
    fn misspelled_name_is_recognized_and_another_name_is_not() {
        let known = ["provider", "kind", "status"];
        assert_eq!(nearest("provder", &known), Some(0));
        assert_eq!(nearest("kin", &known), Some(1));
        assert_eq!(nearest("tool", &known), None);
        let known = ["tenants", "kind", "tenant_id"];
        assert_eq!(nearest("kin_d", &known), Some(1));
        assert_eq!(nearest("ten", &known), None);
        assert_eq!(nearest("tenant", &["kind", "tenant_id"]), Some(1));
        assert_eq!(nearest("", &["_id"]), None);
    }
}
