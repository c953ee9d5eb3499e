//! Lints treat the user's code as if it had no attribute.

use std::pin::Pin;

use glyph_core::instrument_stage;

use crate::attribute_cases::telemetry::stage;

#[expect(dead_code, reason = "the lint must see that it is unused")]
#[instrument_stage(stage::step)]
fn unused() {}

#[expect(dead_code, reason = "the lint must see that it is unused")]
#[instrument_stage(stage::step)]
async fn unused_later() {}

#[test]
fn lint_attributes_in_the_body_take_effect() {
    #[instrument_stage(stage::step)]
    fn here() {
        #![expect(unused_variables, reason = "the lint is under test")]
        let number = 42;
    }
    #[instrument_stage(stage::step)]
    async fn later() {
        #![expect(unused_variables, reason = "the lint is under test")]
        let number = 42;
    }
    here();
    assert!(futures_util::FutureExt::now_or_never(later()).is_some());
}

#[test]
fn expansion_violates_no_lint() {
    #![deny(
        unused_braces,
        unused_parens,
        unreachable_code,
        clippy::suspicious_else_formatting,
        clippy::let_unit_value,
        clippy::used_underscore_binding,
        clippy::blocks_in_conditions,
        clippy::redundant_closure_call,
        clippy::ignored_unit_patterns
    )]
    #[instrument_stage(stage::step)]
    #[rustfmt::skip]
    async fn chooses(yes: bool) -> &'static str {
        if yes { "true" } else { "false" }
    }
    #[instrument_stage(stage::step)]
    async fn says_else() {
        // a comment
        // else
    }
    #[instrument_stage(stage::step, err = event)]
    fn says_nothing() -> Result<u8, std::num::TryFromIntError> {
        {}
        u8::try_from(1234)
    }
    #[instrument_stage(stage::step)]
    fn boxed() -> Pin<Box<dyn Future<Output = ()>>> {
        Box::pin(async move {})
    }
    #[expect(clippy::manual_async_fn, reason = "this is the form under test")]
    #[instrument_stage(stage::step, ret = event, err = event)]
    fn opaque() -> impl Future<Output = Result<(), std::convert::Infallible>> {
        async { Ok(()) }
    }
    let now = |future: Pin<Box<dyn Future<Output = ()>>>| {
        assert!(futures_util::FutureExt::now_or_never(future).is_some());
    };
    now(Box::pin(async {
        assert_eq!(chooses(true).await, "true");
        says_else().await;
        boxed().await;
        opaque().await.unwrap();
    }));
    assert!(says_nothing().is_err());
}

#[test]
fn user_module_can_be_named_tracing() {
    mod tracing {
        pub(super) fn own() -> &'static str {
            "mine"
        }
    }
    #[instrument_stage(stage::step, fields(own = tracing::own()), err = event, ret = event)]
    fn work() -> Result<&'static str, String> {
        Ok(tracing::own())
    }
    assert_eq!(work(), Ok("mine"));
}
