//! Escapes of label values and HELP texts, which may contain any character.

use super::Format;

/// Writes a label value. In both formats backslash, quote and line feed are escaped.
pub(crate) fn push_value(out: &mut Vec<u8>, value: &str) {
    push(out, value, true);
}

/// Writes a HELP text. Only OpenMetrics escapes quotes in it.
pub(crate) fn push_help(out: &mut Vec<u8>, help: &str, format: Format) {
    push(out, help, format == Format::OpenMetrics);
}

fn push(out: &mut Vec<u8>, text: &str, quotes: bool) {
    let mut rest = text.as_bytes();
    while let Some(at) = rest
        .iter()
        .position(|byte| matches!(byte, b'\\' | b'\n') || (quotes && *byte == b'"'))
    {
        let (plain, special) = rest.split_at(at);
        out.extend_from_slice(plain);
        out.extend_from_slice(match special.first() {
            Some(b'\n') => b"\\n",
            Some(b'"') => b"\\\"",
            _ => b"\\\\",
        });
        rest = special.get(1..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::push_value;

    fn unescaped(text: &str) -> String {
        let mut letters = text.chars();
        let mut plain = String::new();
        while let Some(letter) = letters.next() {
            plain.push(match (letter, letter == '\\') {
                (_, true) => match letters.next() {
                    Some('n') => '\n',
                    Some(other) => other,
                    None => '\\',
                },
                (letter, false) => letter,
            });
        }
        plain
    }

    proptest! {
        #[test]
        fn any_value_round_trips_and_never_ends_its_quotes(value in ".*|[\"\\\\\n]{0,20}") {
            let mut out = Vec::new();
            push_value(&mut out, &value);
            let written = String::from_utf8(out)?;
            prop_assert!(!written.contains('\n'));
            prop_assert_eq!(written.replace("\\\\", "").replace("\\\"", "").contains('"'), false);
            prop_assert_eq!(unescaped(&written), value);
        }
    }
}
