//! Log lines for people.

use glyph_runtime::log::{Format, LogSettings};
use tracing::{info, info_span};

use crate::capture::text_of;

fn pretty(work: impl FnOnce()) -> String {
    let settings = LogSettings {
        format: Format::Pretty,
        ..LogSettings::default()
    };
    text_of(settings, work)
}

#[test]
fn pretty_line_has_its_parts_in_order() {
    let text = pretty(|| {
        let _request = info_span!("request", request_id = "r-1").entered();
        info!(target: "store", tries = 2, "opened");
    });
    let (_timestamp, rest) = text.split_once(' ').unwrap();
    assert_eq!(rest, " INFO store: opened tries=2 request_id=\"r-1\"\n");
}

#[test]
fn control_characters_are_escaped_in_pretty_lines() {
    let evil = "one\r\ntwo\u{1b}[2J\u{9b}2J\u{202e}\u{7}";
    let text = pretty(|| info!(evil, "{evil}"));
    let unsafe_ones = |letter: &char| letter.is_control() && *letter != '\n';
    assert_eq!(text.chars().find(unsafe_ones), None, "{text:?}");
    assert!(!text.contains('\u{202e}'));
    for line in text.lines().skip(1) {
        assert!(line.starts_with("      "), "{line:?}");
    }
}

#[test]
fn no_colors_without_a_terminal() {
    let text = pretty(|| info!("plain"));
    assert!(!text.contains('\u{1b}'));
    let auto = text_of(LogSettings::default(), || info!("plain"));
    assert!(auto.starts_with('{'));
}
