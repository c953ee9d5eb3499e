//! Parents of spans, and spans that they follow from.

use futures_util::FutureExt;
use glyph_core::{
    instrument_stage,
    stage::IntoParent,
    testing::{Capture, CapturedSpan},
};
use tracing::{Span, info_span};

use crate::attribute_cases::telemetry::{capture, stage};

#[test]
fn current_span_is_the_parent() {
    #[instrument_stage(stage::step)]
    fn child() {}
    let captured = capture();
    child();
    info_span!("around").in_scope(child);
    let parents: Vec<_> = steps(&captured).iter().map(CapturedSpan::parent).collect();
    assert_eq!(parents, [None, Some("around")]);
}

#[test]
fn parent_is_a_span_an_id_or_none() {
    #[instrument_stage(stage::step, parent = parent)]
    fn child<P: IntoParent>(parent: P) {}
    #[instrument_stage(stage::step, parent = parent)]
    async fn later(parent: &Span) {
        let _ = parent;
    }
    let captured = capture();
    let parent = info_span!("said");
    info_span!("around").in_scope(|| {
        child(&parent);
        child(info_span!("moved"));
        child(parent.id());
        child(None);
        later(&parent).now_or_never().unwrap();
    });
    let parents: Vec<_> = steps(&captured).iter().map(CapturedSpan::parent).collect();
    assert_eq!(
        parents,
        [
            Some("said"),
            Some("moved"),
            Some("said"),
            None,
            Some("said")
        ]
    );
}

#[test]
fn span_follows_from_its_links() {
    #[instrument_stage(stage::step, links = causes)]
    fn after(causes: &[Span]) {}
    #[instrument_stage(stage::step, links = &causes)]
    async fn later(causes: Vec<Span>) {
        std::future::ready(()).await;
        drop(causes);
    }
    #[instrument_stage(stage::step, links = [&Span::current()])]
    fn after_the_current() {}

    let captured = capture();
    let causes = || ["a", "b", "c"].map(|_| info_span!("cause"));
    after(&causes());
    later(causes().into()).now_or_never().unwrap();
    info_span!("around").in_scope(after_the_current);
    let links: Vec<Vec<_>> = steps(&captured)
        .iter()
        .map(|span| span.links().to_vec())
        .collect();
    assert_eq!(links, [vec!["cause"; 3], vec!["cause"; 3], vec!["around"]]);
}

fn steps(captured: &Capture) -> Vec<CapturedSpan> {
    let spans = captured.spans().into_iter();
    spans.filter(|span| span.name() == "step").collect()
}
