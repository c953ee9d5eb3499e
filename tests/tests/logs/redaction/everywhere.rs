//! One list of redacted names for every output.

use glyph_runtime::redaction::{Redaction, Secret};
use glyph_tests::environment;
use tracing::{field::Empty, info, info_span};

use crate::redaction::way::out;

const SECRET: &str = "correct horse battery staple";
const PLAIN: &str = "ada";

/// Logs the secret under the three `names`, in all ways that `tracing` has.
macro_rules! say {
    ($one:literal, $two:literal, $three:literal) => {{
        let span = info_span!("login", user = PLAIN, $one = SECRET, $two = Empty);
        span.record($two, tracing::field::debug([SECRET]));
        let _entered = span.entered();
        let token = Secret::new(SECRET);
        info!($three = %SECRET, user = PLAIN, given = %token, "signed in");
    }};
}

#[test]
fn listed_names_are_redacted_in_every_output() {
    let seen = out(
        |telemetry| telemetry,
        || say!("Password", "api-key", "http.request.header.Authorization"),
    );
    seen.hides(SECRET, PLAIN);
    seen.hides("horse", "[redacted]");
    let span = seen.ring[0].root().unwrap();
    assert_eq!(span.attributes["Password"], "[redacted]");
    assert_eq!(span.attributes["api-key"], "[redacted]");
    let event = &span.events[0].attributes;
    assert_eq!(event["http.request.header.Authorization"], "[redacted]");
    assert_eq!(event["given"], "[redacted]");
    assert_eq!(seen.lines[0]["Password"], "[redacted]");
}

#[test]
fn program_adds_names_for_all_outputs_at_once() {
    let list = Redaction::default().with("Shoe-Size");
    let seen = out(
        |telemetry| telemetry.redaction(list),
        || say!("shoe_size", "customer.SHOE_SIZE", "token"),
    );
    seen.hides("horse", "shoe_size");
}

#[test]
fn program_can_replace_the_list() {
    let list = Redaction::none().with("iban");
    let seen = out(
        |telemetry| telemetry.redaction(list),
        || info_span!("pay", iban = SECRET, password = "seen").in_scope(|| info!("paid")),
    );
    seen.hides("horse", "seen");
}

#[test]
fn environment_adds_names_to_either_list() {
    let environment =
        |name: &str| (name == "GLYPH_REDACTED_FIELDS").then(|| " iban,Shoe-Size ,".to_owned());
    let seen = out(
        |telemetry| telemetry.env_lookup(environment),
        || say!("iban", "shoe_size", "password"),
    );
    seen.hides("horse", PLAIN);
    let seen = out(
        |telemetry| {
            telemetry
                .env_lookup(environment)
                .redaction(Redaction::none())
        },
        || say!("iban", "shoe_size", "customer.iban"),
    );
    seen.hides("horse", PLAIN);
}

#[test]
fn names_redacted_in_one_signal_are_redacted_in_all() {
    let seen = out(
        |telemetry| {
            telemetry
                .log(|log| log.redaction = log.redaction.clone().with("iban"))
                .traces(|traces| traces.redaction = Redaction::none().with("bic"))
        },
        || say!("iban", "bic", "password"),
    );
    seen.hides("horse", PLAIN);
}

#[test]
fn variable_without_a_name_is_a_named_error() {
    let wrong = environment::telemetry("shop")
        .env_lookup(|name| (name == "GLYPH_REDACTED_FIELDS").then(|| " , ,".to_owned()))
        .build();
    let message = wrong.unwrap_err().to_string();
    assert!(message.contains("GLYPH_REDACTED_FIELDS"), "{message}");
}
