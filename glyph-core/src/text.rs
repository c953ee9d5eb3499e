//! Strings of limited length.

/// Returns the longest prefix of at most `max` bytes that ends between two characters.
#[must_use]
pub fn prefix(text: &str, max: usize) -> &str {
    if text.len() <= max {
        return text;
    }
    // A character has at most four bytes, so this tries at most four ends.
    let end = (0..=max).rev().find(|end| text.is_char_boundary(*end));
    end.and_then(|end| text.get(..end)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::prefix;

    #[test]
    fn text_is_cut_between_characters() {
        assert_eq!(prefix("schön", 4), "sch");
        assert_eq!(prefix("schön", 5), "schö");
        assert_eq!(prefix("schön", 99), "schön");
        assert_eq!(prefix("ö", 1), "");
        assert_eq!(prefix("", 0), "");
    }
}
