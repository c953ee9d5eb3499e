//! Numbers as Prometheus and OpenMetrics write them.

/// Writes a sample's value; an integer without a point.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the range and the fraction are checked first"
)]
pub(crate) fn push(page: &mut Vec<u8>, value: f64) {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() < EXACT {
        page.extend_from_slice(itoa::Buffer::new().format(value as i64).as_bytes());
    } else if value.is_finite() {
        page.extend_from_slice(zmij::Buffer::new().format_finite(value).as_bytes());
    } else if value.is_nan() {
        page.extend_from_slice(b"NaN");
    } else {
        page.extend_from_slice(if value > 0.0 { b"+Inf" } else { b"-Inf" });
    }
}

/// Returns a number as `le` and `quantile` have it (OpenMetrics 1.0, "Canonical Numbers").
///
/// Both formats use it, so that a bucket has the same name in both.
pub(crate) fn canonical(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        let plain = value.to_string();
        if plain.contains('.') {
            plain
        } else {
            plain + ".0"
        }
    } else {
        format!(
            "{digits}e{}{:02}",
            if exponent < 0 { '-' } else { '+' },
            exponent.abs()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{canonical, push};

    #[test]
    fn bounds_are_written_canonically() {
        let written = [
            0.005,
            0.01,
            1.0,
            2.5,
            10.0,
            100_000.0,
            1e6,
            1_048_576.0,
            1e-5,
            1e10,
            -2.5,
            0.0,
        ];
        assert_eq!(
            written.map(canonical),
            [
                "0.005",
                "0.01",
                "1.0",
                "2.5",
                "10.0",
                "100000.0",
                "1e+06",
                "1.048576e+06",
                "1e-05",
                "1e+10",
                "-2.5",
                "0.0"
            ]
        );
    }

    #[test]
    fn values_are_written_as_short_as_they_can_be() {
        let mut page = Vec::new();
        for value in [
            0.0,
            3.0,
            -4.0,
            0.25,
            1e300,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NAN,
        ] {
            push(&mut page, value);
            page.push(b' ');
        }
        assert_eq!(
            String::from_utf8_lossy(&page),
            "0 3 -4 0.25 1e+300 +Inf -Inf NaN "
        );
    }
}
