//! Spans tell of the code that created them only if asked.

use glyph_runtime::instrument_stage;
use glyph_tests::{children::alone, kinds};
use tracing::{info, info_span};

use crate::{
    layer::exported::{exported, exported_with, names, value},
    spans::telemetry::stage,
};

#[instrument_stage(stage::stt, labels(test = "details"))]
fn transcribe() {
    info!("heard");
}

fn work() {
    info_span!("request", route = "/").in_scope(transcribe);
}

#[test]
fn spans_have_their_fields_and_no_more() {
    // Names of functions are set for a whole process, and other tests ask for them.
    alone(|| {
        let spans = exported(work);
        let [stage, request] = &*spans else {
            panic!("{spans:?}")
        };
        assert_eq!(names(&request.attributes), ["route"]);
        assert_eq!(names(&stage.attributes), ["kind", "test"]);
        assert_eq!(names(&stage.events[0].attributes), ["level", "target"]);
    });
}

#[test]
fn details_are_there_if_asked() {
    let mut settings = kinds::settings("shop");
    settings.details.source_location = true;
    settings.details.thread = true;
    settings.details.target = true;
    settings.details.busy_and_idle = true;
    let spans = exported_with(&settings, work);
    for span in &spans {
        for name in [
            "busy_ns",
            "code.file.path",
            "code.line.number",
            "code.module.name",
            "idle_ns",
            "target",
            "thread.id",
            "thread.name",
        ] {
            assert!(value(&span.attributes, name).is_some(), "{name}");
        }
    }
}

#[test]
fn stages_have_the_names_of_their_functions_if_asked() {
    struct Client(u8);

    impl Client {
        #[instrument_stage(stage::stt, labels(test = "details"))]
        fn transcribe(&self) -> u8 {
            self.0
        }
    }
    let mut settings = kinds::settings("shop");
    settings.details.source_location = true;
    let spans = exported_with(&settings, || {
        transcribe();
        Client(1).transcribe();
    });
    let function = |at: usize| value(&spans[at].attributes, "code.function.name").unwrap();
    assert_eq!(function(0), "traces::layer::details::transcribe".into());
    let method = function(1).to_string();
    assert!(method.ends_with("::Client::transcribe"), "{method}");
}

#[test]
fn no_path_of_the_machine_leaves() {
    let path = concat!(
        "/home/ada/.cargo/registry/src/index/",
        "parser-1.0.0/src/lib.rs"
    );
    let mut settings = kinds::settings("shop");
    settings.details.source_location = true;
    let spans = exported_with(&settings, || {
        let span = info_span!("parse");
        span.in_scope(|| {
            use tracing_opentelemetry::OpenTelemetrySpanExt;
            span.set_attribute("code.file.path", path);
        });
        let never_entered = info_span!("never_entered");
        info!(parent: &never_entered, code.file.path = path, "parsed");
    });
    let named = |name: &str| spans.iter().find(|span| span.name == name).unwrap();
    let file = value(&named("parse").attributes, "code.file.path");
    assert_eq!(file, Some("parser-1.0.0/src/lib.rs".into()));
    let of_event = &named("never_entered").events[0].attributes;
    assert!(!format!("{of_event:?}").contains("ada"), "{of_event:?}");
}
