//! Several programs in one page: which it can ask, and which pages can read a program.

use glyph_tests::environment;

use crate::{
    client::{ask, get, post},
    program::program,
};

const READER: &str = "http://127.0.0.1:9464";
const ALLOWED: &str = "access-control-allow-origin";

#[test]
fn page_can_ask_the_programs_of_the_list_and_no_others() {
    let (_telemetry, address) = program(|program| {
        program
            .console_program("http://127.0.0.1:9465")
            .console_program("HTTP://Worker.internal:80/")
    });
    let list = get(address, "/api/v1/programs").json();
    let programs = ["http://127.0.0.1:9465", "http://worker.internal"];
    assert_eq!(list["programs"], serde_json::json!(programs));
    for path in ["/", "/api/v1/overview", "/start.js"] {
        let response = get(address, path);
        let policy = response.header("content-security-policy").unwrap();
        let mut directives = policy.split("; ");
        let connect = directives.find(|it| it.starts_with("connect-src"));
        assert_eq!(
            connect,
            Some("connect-src 'self' http://127.0.0.1:9465 http://worker.internal"),
            "{path}"
        );
    }
    // To be in the list allows a program nothing.
    let own = ask(
        address,
        "/api/v1/overview",
        &[("host", "localhost"), ("origin", "http://127.0.0.1:9465")],
    );
    assert_eq!(own.header(ALLOWED), None);
}

#[test]
fn allowed_page_reads_the_api_without_a_password_and_changes_nothing() {
    let (_telemetry, address) = program(|program| program.console_reader(READER));
    let from =
        |origin, path: &str| ask(address, path, &[("host", "localhost"), ("origin", origin)]);
    let allowed = from(READER, "/api/v1/overview");
    assert_eq!(allowed.status, 200);
    assert_eq!(allowed.header(ALLOWED), Some(READER));
    assert_eq!(allowed.header("vary"), Some("origin"));
    assert_eq!(allowed.header("access-control-allow-credentials"), None);
    for origin in [
        "http://127.0.0.1:9465",
        "http://localhost:9464",
        "null",
        "*",
    ] {
        let other = from(origin, "/api/v1/overview");
        assert_eq!(other.header(ALLOWED), None, "{origin}");
    }
    assert_eq!(from(READER, "/").header(ALLOWED), None, "the page itself");
    let headers = [
        ("host", "localhost"),
        ("origin", READER),
        ("content-type", "application/json"),
    ];
    for path in ["/api/v1/logs/filter", "/mcp"] {
        let changed = post(address, path, &headers, "{\"filter\":\"off\"}");
        assert_eq!(
            (changed.status, changed.header(ALLOWED)),
            (403, None),
            "{path}"
        );
    }
}

#[test]
fn allowed_page_needs_the_token_where_others_need_it() {
    let (_telemetry, address) = program(|program| {
        program
            .listener(([0, 0, 0, 0], 0))
            .admin_token("0123456789abcdef")
            .console_reader(READER)
    });
    let address = ([127, 0, 0, 1], address.port()).into();
    let headers = [("host", "localhost"), ("origin", READER)];
    let response = ask(address, "/api/v1/overview", &headers);
    assert_eq!((response.status, response.header(ALLOWED)), (401, None));
}

#[test]
fn text_that_is_no_origin_is_an_error() {
    for text in ["*", "http://a;script-src *", "127.0.0.1:9465"] {
        for is_program in [true, false] {
            let builder = environment::telemetry("shop")
                .without_log()
                .without_panic_log()
                .without_facade()
                .without_subscriber()
                .console(true)
                .listener(([127, 0, 0, 1], 0));
            let builder = if is_program {
                builder.console_program(text)
            } else {
                builder.console_reader(text)
            };
            let error = builder.install().unwrap_err().to_string();
            assert!(error.contains("invalid origin"), "{text}: {error}");
        }
    }
}
