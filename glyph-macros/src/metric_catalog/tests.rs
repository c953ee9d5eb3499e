//! What a catalog refuses without asking the compiler.

use proc_macro2::TokenStream;
use quote::quote;

use crate::{diagnostic::messages, home::Home};

fn mistakes(args: TokenStream, item: TokenStream) -> Vec<String> {
    messages(&super::expand(Home::Runtime, args, item))
}

/// The mistakes of a catalog with this one field.
fn of_field(field: &TokenStream) -> Vec<String> {
    mistakes(
        quote!(namespace = "app", stages = stage),
        quote!(
            struct M {
                #[doc = " Help."]
                #field,
            }
        ),
    )
}

#[test]
fn a_catalog_without_mistakes_has_none() {
    for field in [
        quote!(a: Counter),
        quote!(a: Gauge<Labels>),
        quote!(a: glyph_runtime::Counter<Call<'_>>),
        quote!(#[metric(unit = seconds)] #[stage(s, labels(tool: &str, kind: Kind = Kind::A))] a: Histogram),
        quote!(#[metric(unit = bytes, buckets = [1, 4KiB, 1e6])] a: Histogram),
        quote!(#[metric(buckets = [-1, 0, 0.5])] a: Histogram),
        quote!(#[metric(unit = seconds, buckets = BOUNDS)] a: Histogram),
        quote!(#[metric(name = "stt.duration", unit = "requests", sparse)] a: Counter),
        quote!(#[alert(X, rate{k = a | b, l != c} > 10/s, for = 5m)] #[alert(Y, absent(1d))] a: Counter),
        quote!(#[metric(unit = seconds)] #[alert(X, p99(10m) >= 1.5s)] #[objective(latency = 1s, target = 99%)] a: Histogram),
        quote!(#[alert(X, > -1)] #[panel(title = "A", thresholds(green = 0, red = 1))] a: Gauge),
    ] {
        assert_eq!(of_field(&field), [""; 0], "{field}");
    }
}

#[test]
fn each_mistake_is_named() {
    for (field, expected) in [
        (
            quote!(a: u64),
            "a metric is a `Counter`, a `Gauge` or a `Histogram`",
        ),
        (quote!(a: Histogram), "state its buckets"),
        (
            quote!(#[metric(buckets = [1])] a: Counter),
            "a counter has no buckets",
        ),
        (
            quote!(#[metric(unit = seconds, buckets = [100ms, 50ms])] a: Histogram),
            "buckets must rise: 50ms after 100ms",
        ),
        (
            quote!(#[metric(buckets = [10ms])] a: Histogram),
            "a bound in `ms` needs `unit = seconds`",
        ),
        (
            quote!(#[metric(unit = seconds, buckets = [10sec])] a: Histogram),
            "unknown unit `sec`",
        ),
        (
            quote!(#[metric(buckets = [])] a: Histogram),
            "between 1 and 256 buckets",
        ),
        (
            quote!(#[metric(unit = ms)] a: Counter),
            "write `unit = seconds`",
        ),
        (
            quote!(#[metric(name = "x_seconds", unit = seconds)] a: Counter),
            "unit said twice",
        ),
        (quote!(a_total: Counter), "by itself; write `a`"),
        (quote!(a_total: Gauge), "only counters end in `_total`"),
        (
            quote!(#[metric(buckets = [1])] a_count: Histogram),
            "does not end in `_count`",
        ),
        (quote!(#[metric(name = "Upper")] a: Counter), "lowercase"),
        (
            quote!(#[metric(nam = "x")] a: Counter),
            "did you mean `name`?",
        ),
        (
            quote!(#[metric(name = "x", name = "y")] a: Counter),
            "given twice",
        ),
        (quote!(#[cfg(unix)] a: Counter), "the same under every cfg"),
        (
            quote!(#[catalog] #[metric(sparse)] a: Http),
            "a nested catalog describes its metrics itself",
        ),
        (
            quote!(#[stage(s)] a: Counter),
            "a stage stands on the histogram that times it",
        ),
        (
            quote!(#[metric(buckets = [1])] #[stage(s)] a: Histogram),
            "unit = seconds",
        ),
        (
            quote!(#[metric(unit = seconds)] #[stage(s, requests = b)] a: Histogram),
            "has no metric `b`",
        ),
        (
            quote!(#[metric(unit = seconds)] #[stage(s, in_flight = a)] a: Histogram),
            "takes a gauge, and `a` is a histogram",
        ),
        (
            quote!(#[metric(unit = seconds)] #[stage(requests = b)] a: Histogram),
            "name comes first",
        ),
        (
            quote!(#[metric(unit = seconds)] #[stage(s, labels(t: String))] a: Histogram),
            "borrow it",
        ),
        (
            quote!(#[metric(unit = seconds)] #[stage(s, labels(t))] a: Histogram),
            "give the label's type",
        ),
        (
            quote!(#[metric(unit = seconds)] #[stage(s, labels(t: K, t: K))] a: Histogram),
            "there already",
        ),
    ] {
        let mistakes = of_field(&field);
        assert_eq!(mistakes.len(), 1, "{field}: {mistakes:#?}");
        assert!(
            mistakes.iter().all(|mistake| mistake.contains(expected)),
            "{field}: {mistakes:#?}"
        );
    }
}

#[test]
fn mistakes_of_alerts_objectives_and_panels_are_named() {
    for (field, expected) in [
        (quote!(#[alert(X)] a: Counter), "say when it fires"),
        (
            quote!(#[alert(X, rate > 1/s, by(k, k))] a: Counter),
            "named twice",
        ),
        (
            quote!(#[alert(X, share(a = b) > 5)] a: Counter),
            "between 0% and 100%",
        ),
        (
            quote!(#[alert(X, rate(5m) > 1/s, over = 5m)] a: Counter),
            "said twice",
        ),
        (
            quote!(#[objective(availability = 30%)] a: Counter),
            "between 50% and less than 100%",
        ),
        (
            quote!(#[panel(thresholds(red = 5))] a: Counter),
            "a rate is written",
        ),
    ] {
        let mistakes = of_field(&field);
        assert_eq!(mistakes.len(), 1, "{field}: {mistakes:#?}");
        assert!(
            mistakes.iter().all(|mistake| mistake.contains(expected)),
            "{field}: {mistakes:#?}"
        );
    }
}

#[test]
fn metrics_that_meet_on_the_page_are_told_at_the_later_one() {
    for (first, second) in [
        (
            quote!(#[metric(name = "x.y")] a: Counter),
            quote!(x_y: Counter),
        ),
        (
            quote!(#[metric(buckets = [1])] a: Histogram),
            quote!(a_count: Gauge),
        ),
        (
            quote!(a_seconds: Counter),
            quote!(#[metric(unit = seconds)] a: Counter),
        ),
    ] {
        let item = quote!(struct M { #[doc = "A."] #first, #[doc = "B."] #second });
        let mistakes = mistakes(quote!(), item);
        assert_eq!(mistakes.len(), 1, "{mistakes:#?}");
    }
}

#[test]
fn the_catalog_itself_is_checked() {
    let item = || {
        quote!(
            struct M {
                #[doc = "A."]
                a: Counter,
            }
        )
    };
    for args in [
        quote!(namespace = "Upper"),
        quote!(namespac = "app"),
        quote!(max_series = "many"),
        quote!(forbid_labels(__x)),
        quote!(forbid_labels),
    ] {
        let mistakes = mistakes(args.clone(), item());
        assert_eq!(mistakes.len(), 1, "{args}: {mistakes:#?}");
    }
    for item in [
        quote!(
            enum M {
                A,
            }
        ),
        quote!(
            struct M;
        ),
        quote!(
            struct M<T> {
                a: Counter<T>,
            }
        ),
    ] {
        assert_eq!(mistakes(quote!(), item).len(), 1);
    }
    let stage = quote!(
        struct M {
            #[doc = "A."]
            #[metric(unit = seconds)]
            #[stage(s)]
            a: Histogram,
        }
    );
    assert_eq!(mistakes(quote!(), stage).len(), 1);
}

#[test]
fn three_mistakes_are_three_errors() {
    let mistakes = mistakes(
        quote!(stages = stage),
        quote!(
            struct M {
                a: Counter,
                #[doc = "B."]
                #[metric(unit = seconds, buckets = [2s, 1s])]
                #[stage(s, requests = aa)]
                b: Histogram,
            }
        ),
    );
    assert_eq!(mistakes.len(), 3, "{mistakes:#?}");
}

#[test]
fn a_renamed_crate_goes_by_its_name_alone() {
    let args = quote!(
        namespace = "app",
        stages = stage,
        forbid_labels(org_id),
        crate = other::name
    );
    let item = quote!(
        struct M {
            #[doc = "A."]
            a: Counter<Labels>,
            #[doc = "B."]
            #[metric(unit = seconds, buckets = BOUNDS)]
            #[stage(s, requests = a, labels(tool: &str, kind: Kind = Kind::A))]
            b: Histogram,
            #[catalog]
            c: Http,
        }
    );
    let expansion = super::expand(Home::Runtime, args, item).to_string();
    assert!(expansion.contains("other :: name") && !expansion.contains("glyph_runtime"));
}

#[test]
fn what_a_stage_tells_of_items_is_of_the_right_kind() {
    assert_eq!(
        mistakes(
            quote!(namespace = "app", stages = stage),
            quote!(
                struct M {
                    /// Help.
                    #[metric(unit = seconds, buckets = [1s])]
                    #[stage(s, first_item = count, between_items = size, items = a)]
                    a: Histogram,
                    /// Help.
                    #[metric(unit = bytes, buckets = [1KiB])]
                    size: Histogram,
                    /// Help.
                    count: Counter,
                }
            )
        ),
        [
            "`items` takes a counter, and `a` is a histogram",
            "`first_item` takes a histogram, and `count` is a counter",
            "`between_items` takes time: give `size` its `#[metric(unit = seconds)]`",
        ]
    );
}

#[test]
fn scopes_are_declared_with_a_name_and_without() {
    for scope in [
        quote!(scope(tenant_id: max 1000, campaign_id: max 5000)),
        quote!(scope(tenant_id: max 1000,)),
        quote!(scope(Region { region: max 10, r#type: max 3 })),
        quote!(scope(Region { region: max 10 }, idle = 30m, max_scopes = 500)),
        quote!(scope(max: max 7, idle = 1h, idle: max 3)),
    ] {
        let item = quote!(
            struct M {
                #[doc = " Help."]
                a: Counter,
            }
        );
        let found = mistakes(quote!(namespace = "app", #scope), item);
        assert!(found.is_empty(), "{scope}: {found:?}");
    }
}

#[test]
fn each_mistake_of_a_scope_is_reported() {
    for (scope, count) in [
        (quote!(scope()), 1),
        (quote!(scope(tenant_id)), 1),
        (quote!(scope(tenant_id: 1000)), 1),
        (quote!(scope(tenant_id: max)), 1),
        (quote!(scope(tenant_id: max "7")), 1),
        (
            quote!(scope(a: max 1, b, c: max 0, a: max 3, idle = 1, idle = 1h, what = 2)),
            5,
        ),
        (quote!(scope(org_id: max 1)), 1),
        (
            quote!(scope(a: max 1, b: max 1, c: max 1, d: max 1, e: max 1, f: max 1, g: max 1, h: max 1, i: max 1)),
            1,
        ),
    ] {
        let item = quote!(
            struct M {
                #[doc = " Help."]
                a: Counter,
            }
        );
        let found = mistakes(quote!(forbid_labels(org_id), #scope), item);
        assert_eq!(found.len(), count, "{scope}: {found:#?}");
    }
}
