//! Each macro has two entry points, which differ in the crate that expansions name.

use quote::quote;

use crate::{
    home::Home, instrument_stage, instrument_stages, label, label_set, metric_catalog, outcome,
};

#[test]
fn every_macro_names_its_home_alone() {
    for (home, own, other) in [
        (Home::Core, "glyph_core", "glyph_runtime"),
        (Home::Runtime, "glyph_runtime", "glyph_core"),
    ] {
        let kind = quote!(
            enum Kind {
                A,
            }
        );
        let set = quote!(
            struct Set {
                kind: Kind,
            }
        );
        let catalog = quote!(
            struct M {
                #[doc = "A."]
                a: Counter<Set>,
                #[doc = "B."]
                #[metric(unit = seconds)]
                #[stage(s, requests = a, labels(kind: Kind))]
                b: Histogram,
            }
        );
        let function = quote!(
            fn f(kind: Kind) {}
        );
        let block = quote!(
            impl S {
                #[stage(stage::s)]
                fn f(&self, kind: Kind) {}
            }
        );
        for expansion in [
            label::expand(home, kind.clone()),
            label_set::expand(home, set),
            outcome::expand(home, kind),
            metric_catalog::expand(home, quote!(stages = stage), catalog),
            instrument_stage::expand(home, quote!(stage::s, labels(kind)), function),
            instrument_stages::expand(home, quote!(labels(kind)), block),
        ] {
            let expansion = expansion.to_string();
            assert!(expansion.contains(own), "{expansion}");
            assert!(!expansion.contains(other), "{expansion}");
        }
    }
}
