//! Numbers as label values.

/// A number as the value of the labels `le` and `quantile` (OpenMetrics 1.0, "Canonical Numbers").
///
/// Both text formats use it: the name of a bucket does not depend on the format.
#[doc(hidden)]
#[must_use]
pub fn canonical(value: f64) -> String {
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
    use super::canonical;

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
}
