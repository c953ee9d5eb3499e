//! Redacted values do not appear anywhere in a log line.

use glyph_runtime::{
    audit,
    log::{Audit, AuditOutput, Format, LogSettings, Pipeline, Redaction, Secret, SyncPolicy},
};
use tracing::{info, info_span};
use tracing_subscriber::layer::SubscriberExt;

use crate::{
    capture::{AMPLE, Written, line_of, text_of},
    sinks::Plain,
};

const PASSWORD: &str = "correct horse battery staple";

fn say_all() {
    let span = info_span!(
        "login",
        Authorization = PASSWORD,
        api_key = tracing::field::Empty
    );
    span.record("api_key", PASSWORD);
    let _entered = span.entered();
    let token = Secret::new(PASSWORD);
    info!(
        password = PASSWORD,
        http.request.header.cookie = ?[PASSWORD],
        "set-cookie" = %PASSWORD,
        given = %token,
        shown = ?token,
        pretty = format!("{token:#?}{token:>40}"),
        user = "ada",
        "signed in"
    );
}

#[test]
fn values_on_the_list_are_replaced_in_events_and_spans() {
    let line = line_of(say_all);
    for key in [
        "Authorization",
        "api_key",
        "password",
        "http.request.header.cookie",
        "set-cookie",
        "given",
        "shown",
    ] {
        assert_eq!(line[key], "[redacted]", "{key}");
    }
    assert_eq!(line["user"], "ada");
}

#[test]
fn redacted_values_are_hidden_in_every_format() {
    for format in [Format::Json, Format::Pretty] {
        let settings = LogSettings {
            format,
            ..LogSettings::default()
        };
        let text = text_of(settings, say_all);
        assert!(text.contains("signed in"));
        assert!(!text.contains("horse"), "{text}");
    }
}

#[test]
fn redacted_values_are_hidden_in_the_audit_trail() {
    let kept = Written::default();
    let settings = LogSettings {
        output: kept.output(),
        audit: Some(Audit {
            output: AuditOutput::Sink(Box::new(Plain(kept.clone()))),
            sync: SyncPolicy::OnShutdown,
            copied: true,
        }),
        ..LogSettings::default()
    };
    let (layer, log) = Pipeline::start(settings).unwrap();
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
        let _span = info_span!("login", password = PASSWORD).entered();
        audit!(token = PASSWORD, given = %Secret::new(PASSWORD), "signed in");
    });
    log.shutdown(AMPLE).unwrap();
    assert_eq!(kept.lines().len(), 2);
    assert!(!kept.text().contains("horse"));
}

#[test]
fn log_uses_the_programs_list() {
    let settings = LogSettings {
        redaction: Redaction::none().with("Shoe-Size"),
        ..LogSettings::default()
    };
    let text = text_of(settings, || {
        info!(
            shoe_size = "forty-three",
            user.shoe_size = "forty-three",
            password = "seen",
            "fitting"
        );
    });
    assert!(!text.contains("forty"), "{text}");
    assert!(text.contains("seen"));
}

#[test]
fn secret_has_the_size_of_its_value() {
    assert_eq!(size_of::<Secret<[u8; 7]>>(), 7);
}

/// Emits an event with every name of [`HIDDEN`] and [`SHOWN`].
fn say_names() {
    info!(
        user_password = PASSWORD,
        db_password = PASSWORD,
        userPassword = PASSWORD,
        passwords = PASSWORD,
        aws_secret_access_key = PASSWORD,
        github_token = PASSWORD,
        bearer = PASSWORD,
        jwt = PASSWORD,
        smtp.password.value = PASSWORD,
        "x-api-key" = PASSWORD,
        "second"
    );
    info!(
        token_count = 3,
        prompt_tokens = 3,
        time_to_first_token = 3,
        inter_token_latency = 3,
        next_token = 3,
        max_token = 3,
        cookies = 3,
        credential_type = 3,
        "third"
    );
}

const HIDDEN: [&str; 10] = [
    "user_password",
    "db_password",
    "userPassword",
    "passwords",
    "aws_secret_access_key",
    "github_token",
    "bearer",
    "jwt",
    "smtp.password.value",
    "x-api-key",
];

const SHOWN: [&str; 8] = [
    "token_count",
    "prompt_tokens",
    "time_to_first_token",
    "inter_token_latency",
    "next_token",
    "max_token",
    "cookies",
    "credential_type",
];

#[test]
fn words_within_names_are_redacted_and_counts_are_shown() {
    let text = text_of(LogSettings::default(), say_names);
    let lines = crate::capture::parsed(&text);
    for name in HIDDEN {
        assert_eq!(lines[0][name], "[redacted]", "{name}");
    }
    for name in SHOWN {
        assert_eq!(lines[1][name], 3, "{name}");
    }
}

#[test]
fn program_names_match_as_words() {
    let settings = LogSettings {
        redaction: Redaction::default().with("iban"),
        ..LogSettings::default()
    };
    let text = text_of(settings, || {
        info!(
            customer_iban = "DE02",
            customerIban = "DE02",
            ibans = "DE02",
            caliban = "seen",
            "paid"
        );
    });
    assert!(!text.contains("DE02") && text.contains("seen"), "{text}");
}
