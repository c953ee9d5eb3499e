//! Numbers as Prometheus and OpenMetrics write them.

/// Writes the value of a sample. Integers have no decimal point.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the range and the fraction are checked first"
)]
pub(crate) fn push(out: &mut Vec<u8>, value: f64) {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() < EXACT {
        out.extend_from_slice(itoa::Buffer::new().format(value as i64).as_bytes());
    } else if value.is_finite() {
        out.extend_from_slice(zmij::Buffer::new().format_finite(value).as_bytes());
    } else if value.is_nan() {
        out.extend_from_slice(b"NaN");
    } else {
        out.extend_from_slice(if value > 0.0 { b"+Inf" } else { b"-Inf" });
    }
}

#[cfg(test)]
mod tests {
    use super::push;

    #[test]
    fn values_are_written_in_their_shortest_form() {
        let mut out = Vec::new();
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
            push(&mut out, value);
            out.push(b' ');
        }
        assert_eq!(
            String::from_utf8_lossy(&out),
            "0 3 -4 0.25 1e+300 +Inf -Inf NaN "
        );
    }
}
