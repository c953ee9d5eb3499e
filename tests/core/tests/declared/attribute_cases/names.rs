//! Name, target and level of a span.

use glyph_core::instrument_stage;
use tracing::Level;

use crate::attribute_cases::telemetry::{only, stage};

const TARGET: &str = "a constant";

#[test]
fn span_name_defaults_to_the_stage() {
    #[instrument_stage(stage::step)]
    fn by_default() {}
    #[instrument_stage(stage::step, name = "ask the model")]
    fn said() {}

    assert_eq!(only(by_default).name(), "step");
    assert_eq!(only(said).name(), "ask the model");
}

#[test]
fn span_target_defaults_to_the_module() {
    mod inner {
        use glyph_core::instrument_stage;

        use crate::attribute_cases::telemetry::stage;

        #[instrument_stage(stage::step)]
        pub(super) fn by_default() {}
        #[instrument_stage(stage::step, target = "mine")]
        pub(super) fn said() {}
    }
    #[instrument_stage(stage::step)]
    fn by_default() {}
    #[instrument_stage(stage::step, target = TARGET)]
    fn constant() {}
    #[instrument_stage(stage::step, target = TARGET, name = "both", level = debug)]
    async fn everything() {}

    assert_eq!(only(by_default).target(), module_path!());
    assert_eq!(
        only(inner::by_default).target(),
        concat!(module_path!(), "::inner")
    );
    assert_eq!(only(inner::said).target(), "mine");
    assert_eq!(only(constant).target(), TARGET);
    let span = only(|| futures_util::FutureExt::now_or_never(everything()).unwrap());
    assert_eq!(
        (span.target(), span.name(), span.level()),
        (TARGET, "both", Level::DEBUG)
    );
}

#[test]
fn span_level_defaults_to_info() {
    #[instrument_stage(stage::step)]
    fn by_default() {}
    assert_eq!(only(by_default).level(), Level::INFO);

    macro_rules! levels {
        ($($level:tt: $expected:ident),+) => {$({
            #[instrument_stage(stage::step, level = $level)]
            fn said() {}
            assert_eq!(only(said).level(), Level::$expected);
        })+};
    }
    levels!(trace: TRACE, debug: DEBUG, info: INFO, warn: WARN, error: ERROR);
    levels!("trace": TRACE, "debug": DEBUG, "info": INFO, "warn": WARN, "error": ERROR);
}
