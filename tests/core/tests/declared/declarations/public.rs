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
