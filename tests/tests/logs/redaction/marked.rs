//! Fields marked as secret in the declaration.

use glyph_runtime::{
    Counter, Histogram, LabelSet, Status, instrument_stage, instrument_stages, metric_catalog,
};
use tracing::info;

use crate::redaction::way::{Seen, out};

const SECRET: &str = "correct horse battery staple";

#[derive(LabelSet)]
pub(crate) struct Login {
    pub(crate) status: Status,
}

#[metric_catalog(namespace = "redaction", stages = stage)]
pub(crate) struct Metrics {
    /// Latency of logins.
    #[metric(unit = seconds, buckets = [1s])]
    #[stage(login, requests = logins)]
    pub(crate) login: Histogram,
    /// Logins.
    pub(crate) logins: Counter<Login>,
}

/// A type that cannot be formatted, so that any attempt is a compile error.
struct Opaque(&'static str);

impl Opaque {
    fn fits(&self) -> bool {
        !self.0.is_empty()
    }
}

#[instrument_stage(stage::login, fields(user, #[glyph(secret)] phrase = %phrase, #[glyph(secret)] whole.key = key))]
fn sign_in(user: &str, #[glyph(secret)] phrase: &str, #[glyph(secret)] key: Opaque) -> bool {
    info!("in the stage");
    !phrase.is_empty() && key.fits()
}

#[instrument_stage(stage::login, fields(user = user.name, #[glyph(secret)] phrase))]
async fn sign_in_later(
    user: User,
    #[glyph(secret)] phrase: String,
    #[glyph(secret)] (name, _): (String, u8),
) -> usize {
    info!("in the stage");
    tokio::task::yield_now().await;
    phrase.len() + name.len()
}

struct User {
    name: &'static str,
}

#[instrument_stages]
impl User {
    #[stage(stage::login, fields(user = self.name, #[glyph(secret)] %phrase))]
    fn sign_in(&self, #[glyph(secret)] phrase: &str) -> bool {
        info!("in the stage");
        !phrase.is_empty()
    }
}

#[async_trait::async_trait]
trait Door {
    async fn open(&self, phrase: String) -> usize;
}

#[async_trait::async_trait]
impl Door for User {
    #[instrument_stage(stage::login, fields(user = self.name, #[glyph(secret)] phrase = ?phrase))]
    async fn open(&self, #[glyph(secret)] phrase: String) -> usize {
        info!("in the stage");
        phrase.len()
    }
}

fn shows_the_name_alone(seen: &Seen) {
    seen.hides("horse", "ada");
    let span = seen.ring[0].root().unwrap();
    assert_eq!(span.attributes["phrase"], "[redacted]");
    assert_eq!(seen.lines[0]["phrase"], "[redacted]");
    assert_eq!(seen.file[0]["attributes"]["phrase"], "[redacted]");
    seen.hides(SECRET, "[redacted]");
}

#[test]
fn secret_field_shows_only_its_name_and_needs_no_debug() {
    let mut fits = false;
    let seen = out(
        |telemetry| telemetry,
        || fits = sign_in("ada", SECRET, Opaque(SECRET)),
    );
    assert!(fits);
    shows_the_name_alone(&seen);
    let span = seen.ring[0].root().unwrap();
    assert_eq!(span.attributes["whole.key"], "[redacted]");
}

#[test]
fn secret_arguments_of_async_functions_and_methods_are_unchanged() {
    let user = || User { name: "ada" };
    let seen = out(
        |telemetry| telemetry,
        || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap();
            let phrase = || SECRET.to_owned();
            let length = runtime.block_on(sign_in_later(user(), phrase(), (phrase(), 1)));
            assert_eq!(length, 2 * SECRET.len());
            assert!(user().sign_in(SECRET));
            assert_eq!(runtime.block_on(user().open(phrase())), SECRET.len());
        },
    );
    shows_the_name_alone(&seen);
    assert_eq!(seen.ring.len(), 3);
    for trace in &seen.ring {
        assert_eq!(trace.spans[0].attributes["phrase"], "[redacted]");
    }
}

#[test]
fn only_named_fields_are_redacted() {
    let seen = out(
        |telemetry| telemetry.redaction(glyph_runtime::redaction::Redaction::none()),
        || assert!(User { name: "ada" }.sign_in(SECRET)),
    );
    shows_the_name_alone(&seen);
}
