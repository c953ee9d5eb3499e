//! Untrusted text cannot forge, split or lengthen a line, or send commands to a terminal.

use glyph_runtime::log::{Format, LogSettings, RequestId};
use http::HeaderValue;
use tracing::{error, info, info_span};

use crate::capture::{lines_of, parsed, text_of};

const FORGED: &str = "{\"level\":\"ERROR\",\"message\":\"forged\"}";

/// Returns malicious texts.
fn attacks() -> Vec<String> {
    let mut attacks: Vec<String> = [
        "\n",
        "\r\n",
        "\\n",
        "\"",
        "\\\"",
        "\",\"level\":\"ERROR",
        "\"}\n{\"a\":\"",
        "\u{1b}[2J\u{1b}]0;title\u{7}\u{1b}[1A",
        "\u{9b}2J",
        "\u{0}\u{8}\u{7f}",
        "\u{2028}\u{2029}\u{85}",
        "\u{61c}\u{202e}txt.exe\u{2066}",
    ]
    .map(str::to_owned)
    .to_vec();
    attacks.push(format!("\n{FORGED}\n"));
    let bytes = HeaderValue::from_bytes(b"agent \xff\xfe\xc3\x28 \x80").unwrap();
    attacks.push(String::from_utf8_lossy(bytes.as_bytes()).into_owned());
    attacks
}

/// Puts a text everywhere that a line takes text from.
fn everywhere(text: &str) {
    let failed = std::io::Error::other(text.to_owned());
    let failed = &failed as &(dyn std::error::Error + 'static);
    let _span = info_span!("request", agent = text).entered();
    error!(path = %text, user = ?text, failed, other = text, "{text}");
}

fn changes_direction(letter: char) -> bool {
    matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[test]
fn injected_text_stays_in_its_field() {
    for attack in attacks() {
        let lines = lines_of(LogSettings::default(), || everywhere(&attack));
        assert_eq!(lines.len(), 1, "{attack:?}");
        let line = &lines[0];
        for field in ["message", "path", "failed", "other", "agent"] {
            assert_eq!(line[field], attack, "{field}");
        }
        assert_eq!(line["user"], format!("{attack:?}"));
        assert_eq!(line["level"], "ERROR");
        assert_eq!(line["target"], "logs::injection");
    }
}

#[test]
fn line_has_no_raw_control_or_direction_characters() {
    for attack in attacks() {
        let text = text_of(LogSettings::default(), || everywhere(&attack));
        let line = text.strip_suffix('\n').unwrap();
        let raw = |letter: char| letter.is_control() || changes_direction(letter);
        assert_eq!(line.find(raw), None, "{line:?}");
    }
}

#[test]
fn megabyte_value_is_cut_and_the_line_valid() {
    let settings = LogSettings::default();
    let most = settings.limits.line_bytes;
    for unit in ["a", "\n", "\"", "\u{1b}", "é", "\u{202e}", "\u{fffd}"] {
        let megabyte = unit.repeat((1 << 20) / unit.len());
        let text = text_of(LogSettings::default(), || everywhere(&megabyte));
        assert!(text.len() <= most, "{} bytes of {unit:?}", text.len());
        let lines = parsed(&text);
        assert_eq!(lines.len(), 1);
        assert!(lines[0]["message"].as_str().unwrap().ends_with("…[cut]"));
    }
}

#[test]
fn request_id_header_cannot_inject_into_lines() {
    for attack in attacks() {
        assert_eq!(
            RequestId::new(&attack).filter(|id| id.as_str().contains('\n')),
            None
        );
        let Some(id) = RequestId::new(&attack) else {
            continue;
        };
        let lines = lines_of(LogSettings::default(), || id.in_scope(|| info!("line")));
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0]["request_id"], attack);
    }
}

#[test]
fn escape_sequences_do_not_reach_the_terminal() {
    let pretty = || LogSettings {
        format: Format::Pretty,
        ..LogSettings::default()
    };
    for attack in attacks() {
        let text = text_of(pretty(), || everywhere(&attack));
        let commands =
            |letter: char| letter.is_control() && letter != '\n' || changes_direction(letter);
        assert_eq!(text.find(commands), None, "{text:?}");
        // Further lines of a message are indented, so that none looks like a separate log line.
        let own = text.lines().filter(|line| !line.starts_with(' '));
        assert_eq!(own.count(), 1, "{text:?}");
    }
    let most = 4 * pretty().limits.line_bytes;
    for unit in ["\n", "\u{1b}", "\u{202e}"] {
        let text = text_of(pretty(), || everywhere(&unit.repeat(1 << 20)));
        assert!(text.len() <= most, "{} bytes of {unit:?}", text.len());
    }
}
