//! Pretty lines. Values cannot control the terminal, and cannot pass for another line.

use std::io::Write;

use tracing::Level;

use super::{line::Head, names::Key};
use crate::{context::ids::Correlation, printable::must_be_escaped};

const DIM: &str = "\x1b[2m";
const PLAIN: &str = "\x1b[0m";

pub(super) fn push_head(out: &mut Vec<u8>, head: &Head<'_>, color: bool) {
    painted(out, DIM, color, head.timestamp);
    out.push(b' ');
    let level = format!("{:>5}", head.level.as_str());
    painted(out, level_color(head.level), color, &level);
    out.push(b' ');
    let message: String = serde_json::from_slice(head.message).unwrap_or_default();
    let mut target = Vec::new();
    push_printable(&mut target, head.target);
    painted(out, DIM, color, &String::from_utf8_lossy(&target));
    out.extend_from_slice(b": ");
    push_printable(out, &message);
}

pub(super) fn push_field(out: &mut Vec<u8>, key: Key<'_>, value: &[u8], color: bool) {
    out.push(b' ');
    if color {
        out.extend_from_slice(DIM.as_bytes());
    }
    push_printable(out, key.prefix);
    push_printable(out, key.name);
    out.push(b'=');
    if color {
        out.extend_from_slice(PLAIN.as_bytes());
    }
    push_printable(out, &String::from_utf8_lossy(value));
}

pub(super) fn push_end(out: &mut Vec<u8>, correlation: &Correlation, color: bool) {
    if let Some((trace, span, _)) = correlation.span {
        out.push(b' ');
        let ids = format!("trace_id={trace} span_id={span}");
        painted(out, DIM, color, &ids);
    }
    out.push(b'\n');
}

fn level_color(level: Level) -> &'static str {
    match level {
        Level::ERROR => "\x1b[31m",
        Level::WARN => "\x1b[33m",
        Level::INFO => "\x1b[32m",
        Level::DEBUG => "\x1b[34m",
        Level::TRACE => "\x1b[35m",
    }
}

fn painted(out: &mut Vec<u8>, paint: &str, color: bool, text: &str) {
    let (paint, plain) = if color { (paint, PLAIN) } else { ("", "") };
    for part in [paint, text, plain] {
        out.extend_from_slice(part.as_bytes());
    }
}

/// Appends text with its control characters escaped. Line breaks are indented.
fn push_printable(out: &mut Vec<u8>, text: &str) {
    for letter in text.chars() {
        let _infallible = match letter {
            '\n' => out.write_all(b"\n      "),
            '\t' => out.write_all(b"\t"),
            _ if must_be_escaped(letter) => write!(out, "{}", letter.escape_unicode()),
            _ => write!(out, "{letter}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(color: bool) -> String {
        let mut out = Vec::new();
        let head = Head {
            timestamp: "now",
            level: Level::WARN,
            target: "store",
            message: b"\"a \\u001b[31m \\\"message\\\"\"",
            correlation: &Correlation::default(),
        };
        push_head(&mut out, &head, color);
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn color_codes_in_values_are_escaped() {
        let plain = "now  WARN store: a \\u{1b}[31m \"message\"";
        assert_eq!(head(false), plain);
        let colored = head(true);
        assert!(colored.contains("\x1b[33m WARN\x1b[0m"), "{colored:?}");
        let codes = [DIM, PLAIN, level_color(Level::WARN)];
        let stripped = codes
            .iter()
            .fold(colored, |text, code| text.replace(code, ""));
        assert_eq!(stripped, plain);
    }
}
