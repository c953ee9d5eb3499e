//! What the page says of the log.

use super::{ByLevel, Snapshot};
use crate::{
    catalog::Unit,
    expose::{Format, push_head, push_sample},
};

pub(crate) fn push(page: &mut Vec<u8>, format: Format, snapshot: &Snapshot) {
    let single = |page: &mut Vec<u8>, name, help, value| {
        push_head(page, format, name, "counter", help, Unit::None);
        push_sample(page, name, "counter", &[], whole(value));
    };
    single(
        page,
        "glyph_log_lines",
        "Lines that the log's output has taken.",
        snapshot.written,
    );
    push_dropped(page, format, snapshot);
    single(
        page,
        "glyph_audit_lines",
        "Lines that the audit trail has taken.",
        snapshot.audit_written,
    );
    single(
        page,
        "glyph_audit_failures",
        "Writes and synchronisations of the audit trail that failed and were tried again.",
        snapshot.audit_failures,
    );
    single(
        page,
        "glyph_audit_lost",
        "Audit lines given up when the log shut down, or after that.",
        snapshot.audit_lost,
    );
}

/// Only of lines that found the queue full is the level known.
fn push_dropped(page: &mut Vec<u8>, format: Format, snapshot: &Snapshot) {
    const NAME: &str = "glyph_log_lines_dropped";
    const HELP: &str = "Lines of the log that were not written, by reason.";
    let dropped = &snapshot.dropped;
    push_head(page, format, NAME, "counter", HELP, Unit::None);
    for (level, lines) in levels(&dropped.queue_full) {
        let labels = [("reason", "queue_full"), ("level", level)];
        push_sample(page, NAME, "counter", &labels, whole(lines));
    }
    for (reason, lines) in [
        ("write_failed", dropped.write_failed),
        ("shutdown", dropped.shut_down),
    ] {
        let labels = [("reason", reason), ("level", "")];
        push_sample(page, NAME, "counter", &labels, whole(lines));
    }
}

fn levels(lines: &ByLevel) -> [(&'static str, u64); 5] {
    [
        ("error", lines.error),
        ("warn", lines.warn),
        ("info", lines.info),
        ("debug", lines.debug),
        ("trace", lines.trace),
    ]
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the page has floating-point numbers"
)]
fn whole(count: u64) -> f64 {
    count as f64
}
