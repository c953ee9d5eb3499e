//! Whether there is a console.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use glyph_runtime::{TelemetryBuilder, config::Setting};
use tower::ServiceExt;

use crate::{client::get, program::program};

fn status(change: impl FnOnce(TelemetryBuilder) -> TelemetryBuilder) -> u16 {
    let (_telemetry, address) = program(change);
    get(address, "/api/v1/overview").status
}

fn with_variable(value: &'static str) -> impl Fn(&str) -> Option<String> + Send + 'static {
    move |name| (name == "GLYPH_CONSOLE").then(|| value.to_owned())
}

#[test]
fn build_decides_if_nothing_else_does() {
    let expected = if cfg!(debug_assertions) { 200 } else { 404 };
    assert_eq!(status(|program| program), expected);
}

#[test]
fn program_and_variable_turn_it_on_and_off() {
    assert_eq!(status(|program| program.console(false)), 404);
    assert_eq!(status(|program| program.console(true)), 200);
    assert_eq!(
        status(|program| program.env_lookup(with_variable("false"))),
        404
    );
    assert_eq!(
        status(|program| program.env_lookup(with_variable("TRUE"))),
        200
    );
    let both = |program: TelemetryBuilder| program.env_lookup(with_variable("true")).console(false);
    assert_eq!(status(both), 404);
    assert_eq!(
        status(|program| program.env_default(Setting::Console, "false")),
        404
    );
}

#[test]
fn invalid_variable_is_an_error_that_names_it() {
    let builder = glyph_tests::environment::telemetry("shop").env_lookup(with_variable("maybe"));
    let error = builder.build().unwrap_err().to_string();
    assert!(
        error.contains("GLYPH_CONSOLE") && error.contains("maybe"),
        "{error}"
    );
}

#[tokio::test]
async fn router_for_the_program_has_no_console() {
    let telemetry = glyph_tests::environment::telemetry("shop")
        .console(true)
        .build()
        .unwrap();
    let own = axum::Router::new().route("/", axum::routing::get(|| async { "the program" }));
    let routes = own.merge(telemetry.router());
    for (path, status) in [
        ("/", StatusCode::OK),
        ("/api/v1/overview", StatusCode::NOT_FOUND),
    ] {
        let request = Request::get(path).header("host", "localhost");
        let request = request.body(Body::empty()).unwrap();
        let response = routes.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), status, "{path}");
    }
}
