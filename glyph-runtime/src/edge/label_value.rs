//! Label values of enums, from the table that `#[derive(Label)]` makes.

/// Returns the value at an index: the position of a variant in its enum.
pub(super) const fn at(values: Option<&'static [&'static str]>, mut index: usize) -> &'static str {
    let mut rest = match values {
        Some(values) => values,
        None => &[],
    };
    while let [value, after @ ..] = rest {
        if index == 0 {
            return value;
        }
        index -= 1;
        rest = after;
    }
    ""
}
