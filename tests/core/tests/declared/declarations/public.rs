//! Public declarations, all of which need documentation.

use glyph_core::{Counter, Histogram, Label, LabelSet, metric_catalog};

/// What is asked for.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Llm,
    /// Speech.
    Stt,
}

/// A call.
#[derive(LabelSet)]
pub struct Call<'a> {
    /// What was asked for.
    pub kind: Kind,
    /// Who was asked.
    #[label(max = 3)]
    pub provider: &'a str,
}

/// The metrics of a program.
#[metric_catalog(namespace = "public", stages = stage)]
pub struct Metrics {
    /// Calls.
    pub calls: Counter<Call<'_>>,
    /// Time of a call.
    #[metric(unit = seconds)]
    #[stage(call, requests = calls, labels(kind: Kind, provider: &str))]
    pub duration: Histogram,
    /// Time of a lookup.
    #[metric(unit = seconds)]
    #[stage(lookup, end_labels(kind: Option<Kind> = None, r#type: &str = "none"))]
    pub lookup: Histogram,
}

#[test]
fn public_stage_has_a_method_for_each_end_label() {
    fn find(call: &mut stage::lookup_running, found: &str) {
        call.set_kind(Some(Kind::Stt));
        call.set_type(found);
    }

    let captured = glyph_core::testing::capture();
    let mut running = stage::lookup {}.start();
    find(&mut running, &String::from("entry"));
    assert!(format!("{running:?}").contains("entry"));
    running.finish();
    let span = captured.span("lookup");
    assert_eq!(
        (span.field("kind"), span.field("type")),
        (Some("stt"), Some("entry"))
    );
}

#[test]
fn public_stage_is_a_struct_of_its_labels() {
    let name = String::from("deepgram");
    let call = stage::call {
        kind: Kind::Stt,
        provider: &name,
    };
    assert_eq!((call.kind, call.provider), (Kind::Stt, "deepgram"));
    assert_eq!(Kind::VALUES, Some(["llm", "stt"].as_slice()));
}
