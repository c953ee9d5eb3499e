//! Signatures that the attribute must keep.

use glyph_core::instrument_stage;

use crate::attribute_cases::telemetry::{all, only, stage};

#[test]
fn opaque_value_is_returned() {
    #[instrument_stage(stage::step)]
    fn up_to(number: usize) -> impl Iterator<Item = usize> {
        0..number
    }
    #[instrument_stage(stage::step, err = event)]
    fn checked(number: usize) -> Result<impl Iterator<Item = usize>, String> {
        if number == 0 {
            return Err("nothing".to_owned());
        }
        Ok(0..number)
    }
    only(|| assert_eq!(up_to(3).sum::<usize>(), 3));
    only(|| assert_eq!(checked(3).unwrap().count(), 3));
    let span = only(|| assert!(checked(0).is_err()));
    assert_eq!(span.events().len(), 1);
}

#[test]
fn methods_and_trait_methods_keep_their_signatures() {
    #[derive(Debug)]
    struct Counter(usize);

    trait Count {
        const STEP: usize;

        fn count(&mut self) -> usize;

        #[instrument_stage(stage::step, fields(by = Self::STEP))]
        fn count_twice(&mut self) -> usize {
            self.count();
            self.count()
        }
    }

    impl Count for Counter {
        const STEP: usize = 2;

        #[instrument_stage(stage::step, fields(before = self.0))]
        fn count(&mut self) -> usize {
            self.0 += Self::STEP;
            self.0
        }
    }
    let spans = all(|| assert_eq!(Counter(1).count_twice(), 5));
    let shown: Vec<_> = spans
        .iter()
        .map(|span| (span.field("by"), span.field("before"), span.parent()))
        .collect();
    assert_eq!(
        shown,
        [
            (Some("2"), None, None),
            (None, Some("1"), Some("step")),
            (None, Some("3"), Some("step")),
        ]
    );
}

#[test]
fn generics_used_only_in_the_body_compile() {
    #[instrument_stage(stage::step)]
    fn parse<T, const N: usize>(texts: [&str; N]) -> Option<[T; N]>
    where
        T: std::str::FromStr,
    {
        let numbers: Result<Vec<T>, _> = texts.iter().map(|text| text.parse()).collect();
        numbers.ok()?.try_into().ok()
    }
    only(|| assert_eq!(parse::<u8, 2>(["1", "2"]), Some([1, 2])));
    only(|| assert_eq!(parse::<bool, 1>(["2"]), None));
}

#[test]
fn return_type_name_shadowed_in_the_body_compiles() {
    type Answer = u8;
    #[expect(dead_code, reason = "it exists only to shadow a name")]
    mod other {
        pub(super) struct Answer;
    }
    #[instrument_stage(stage::step)]
    fn hides() -> Answer {
        #[expect(unused_imports, reason = "it exists only to shadow a name")]
        use other::*;
        7
    }
    #[instrument_stage(stage::step)]
    async fn hides_later() -> Answer {
        #[expect(unused_imports, reason = "it exists only to shadow a name")]
        use other::*;
        7
    }
    only(|| assert_eq!(hides(), 7));
    let later = hides_later();
    only(|| assert_eq!(futures_util::FutureExt::now_or_never(later), Some(7)));
}

#[test]
fn values_of_the_body_are_dropped_inside_the_span() {
    struct Told(&'static str);
    impl Drop for Told {
        fn drop(&mut self) {
            tracing::info!(of = self.0, "dropped");
        }
    }
    #[instrument_stage(stage::step)]
    fn hold(first: Told, second: Told) {
        let _local = Told("local");
        let _ = (&first, &second);
    }
    #[instrument_stage(stage::step)]
    async fn hold_later(first: Told, second: Told) {
        let _local = Told("local");
        std::future::ready(()).await;
        let _ = (&first, &second);
    }
    let told = |span: &glyph_core::testing::CapturedSpan| -> Vec<String> {
        let events = span.events().iter();
        events
            .filter_map(|event| event.field("of").map(str::to_owned))
            .collect()
    };
    let span = only(|| hold(Told("first"), Told("second")));
    assert_eq!(told(&span), ["local", "second", "first"]);
    let later = hold_later(Told("first"), Told("second"));
    let span = only(|| futures_util::FutureExt::now_or_never(later).unwrap());
    assert_eq!(told(&span), ["local", "second", "first"]);
}
