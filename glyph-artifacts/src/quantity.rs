//! Amounts as a person writes them: `250 ms`, `64 KiB`, `5%`.

use glyph_core::catalog::{BurnWindows, Unit};

use crate::numbers::{duration, rounded};

/// A unit: its size, its name, and whether people write `1.5` of it.
type Size = (f64, &'static str, bool);

/// Units of time, in seconds, from the largest.
const TIMES: [Size; 6] = [
    (86_400.0, "d", false),
    (3600.0, "h", false),
    (60.0, "min", false),
    (1.0, "s", true),
    (1e-3, "ms", true),
    (1e-6, "µs", true),
];

/// Units of size, in bytes, from the largest.
const SIZES: [Size; 9] = [
    (1_099_511_627_776.0, "TiB", true),
    (1_073_741_824.0, "GiB", true),
    (1_048_576.0, "MiB", true),
    (1024.0, "KiB", true),
    (1e12, "TB", true),
    (1e9, "GB", true),
    (1e6, "MB", true),
    (1e3, "kB", true),
    (1.0, "B", true),
];

/// Returns an amount in the largest unit in which it is short.
pub(crate) fn quantity(amount: f64, unit: Unit) -> String {
    match unit {
        Unit::Seconds => in_units(amount, &TIMES),
        Unit::Bytes => in_units(amount, &SIZES),
        Unit::Ratio => crate::numbers::percent(amount),
        _ => rounded(amount).to_string(),
    }
}

/// Returns the windows and the rate of a burn alert, as they are declared: `5m/1h > 14.4`.
pub(crate) fn burn_windows(windows: &BurnWindows) -> String {
    let (short, long) = (duration(windows.short), duration(windows.long));
    format!("{short}/{long} > {}", windows.factor)
}

/// Returns an amount in the first unit in which it has four digits and one decimal at most; else in
/// the first unit that is not larger than it.
fn in_units(amount: f64, units: &[Size]) -> String {
    let is_short = |(size, _, has_decimal): &&Size| {
        let count = rounded(amount / size);
        let tenths = if *has_decimal { count * 10.0 } else { count };
        (1.0..10_000.0).contains(&count.abs()) && rounded(tenths).fract() == 0.0
    };
    let is_smaller = |(size, ..): &&Size| amount.abs() >= *size;
    let unit = units.iter().find(is_short);
    let unit = unit
        .or_else(|| units.iter().find(is_smaller))
        .or_else(|| units.last());
    match unit {
        Some((size, unit, _)) => format!("{} {unit}", rounded(amount / size)),
        None => amount.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use glyph_core::catalog::Unit;

    use super::quantity;

    #[test]
    fn amounts_have_the_unit_in_which_they_are_short() {
        for (amount, unit, expected) in [
            (0.25, Unit::Seconds, "250 ms"),
            (0.0005, Unit::Seconds, "500 µs"),
            (0.01234, Unit::Seconds, "12.34 ms"),
            (2.5, Unit::Seconds, "2.5 s"),
            (90.0, Unit::Seconds, "90 s"),
            (300.0, Unit::Seconds, "5 min"),
            (0.0, Unit::Seconds, "0 µs"),
            (65_536.0, Unit::Bytes, "64 KiB"),
            (1e6, Unit::Bytes, "1 MB"),
            (1500.0, Unit::Bytes, "1.5 kB"),
            (0.05, Unit::Ratio, "5%"),
            (10.0, Unit::None, "10"),
        ] {
            assert_eq!(quantity(amount, unit), expected);
        }
    }
}
