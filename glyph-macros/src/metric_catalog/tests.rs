//! Errors that a catalog reports without help of rustc.

use proc_macro2::TokenStream;
use quote::quote;

use crate::{diagnostic::messages, home::Home};

fn errors(args: TokenStream, item: TokenStream) -> Vec<String> {
    messages(&super::expand(Home::Runtime, args, item))
}

/// The errors of a catalog with this one field.
fn of_field(field: &TokenStream) -> Vec<String> {
    errors(
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
fn valid_fields_are_accepted() {
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
        quote!(#[metric(unit = seconds)] #[objective(latency = 2s, interpolated, target = 99%)] a: Histogram),
        quote!(#[objective(availability = 95%, period = 2d, fast(5m/1h > 19.9), slow())] a: Counter),
        quote!(#[objective(availability = 99%, slow(6h/3d > 1, 12h/7d > 0.9), min_requests = 100, absent = never)] a: Counter),
        quote!(#[alert(X, > -1)] #[panel(title = "A", thresholds(green = 0, red = 1))] a: Gauge),
    ] {
        assert_eq!(of_field(&field), [""; 0], "{field}");
    }
}

#[test]
fn each_error_names_its_cause() {
    for (field, expected) in [
        (quote!(a: u64), "expected `Counter`, `Gauge` or `Histogram`"),
        (quote!(a: Histogram), "missing buckets"),
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
            "`sec` is not a unit",
        ),
        (
            quote!(#[metric(buckets = [])] a: Histogram),
            "from 1 to 256 buckets",
        ),
        (
            quote!(#[metric(unit = ms)] a: Counter),
            "write `unit = seconds`",
        ),
        (
            quote!(#[metric(name = "x_seconds", unit = seconds)] a: Counter),
            "already adds `_seconds`",
        ),
        (quote!(a_total: Counter), "automatically: write `a`"),
        (quote!(a_total: Gauge), "only counters end in `_total`"),
        (
            quote!(#[metric(buckets = [1])] a_count: Histogram),
            "cannot end in `_count`",
        ),
        (quote!(#[metric(name = "Upper")] a: Counter), "lowercase"),
        (
            quote!(#[metric(nam = "x")] a: Counter),
            "did you mean `name`?",
        ),
        (
            quote!(#[metric(name = "x", name = "y")] a: Counter),
            "duplicate key",
        ),
        (
            quote!(#[cfg(unix)] a: Counter),
            "`cfg` cannot be on a metric",
        ),
        (
            quote!(#[catalog] #[metric(sparse)] a: Http),
            "a nested catalog declares its own metrics",
        ),
        (
            quote!(#[stage(s)] a: Counter),
            "`#[stage]` goes on a histogram",
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
            "needs a gauge; `a` is a histogram",
        ),
        (
            quote!(#[metric(unit = seconds)] #[stage(requests = b)] a: Histogram),
            "missing stage name",
        ),
        (
            quote!(#[metric(unit = seconds)] #[stage(s, labels(t: String))] a: Histogram),
            "is borrowed",
        ),
        (
            quote!(#[metric(unit = seconds)] #[stage(s, labels(t))] a: Histogram),
            "missing type of label",
        ),
        (
            quote!(#[metric(unit = seconds)] #[stage(s, labels(t: K, t: K))] a: Histogram),
            "duplicate label",
        ),
    ] {
        let errors = of_field(&field);
        assert_eq!(errors.len(), 1, "{field}: {errors:#?}");
        assert!(
            errors.iter().all(|error| error.contains(expected)),
            "{field}: {errors:#?}"
        );
    }
}

#[test]
fn errors_of_alerts_objectives_and_panels_name_their_cause() {
    for (field, expected) in [
        (quote!(#[alert(X)] a: Counter), "missing condition"),
        (
            quote!(#[alert(X, rate > 1/s, by(k, k))] a: Counter),
            "duplicate label",
        ),
        (
            quote!(#[alert(X, share(a = b) > 5)] a: Counter),
            "from 0% to 100%",
        ),
        (
            quote!(#[alert(X, rate(5m) > 1/s, over = 5m)] a: Counter),
            "duplicate window",
        ),
        (
            quote!(#[objective(availability = 30%)] a: Counter),
            "at least 50% and below 100%",
        ),
        (
            quote!(#[objective(availability = 99%, interpolated)] a: Counter),
            "only a latency is interpolated: remove this",
        ),
        (
            quote!(#[metric(unit = seconds)] #[objective(latency = 1s, interpolated = true, target = 99%)] a: Histogram),
            "`interpolated` takes no value",
        ),
        (
            quote!(#[objective(availability = 99%, fast(1h/5m > 2))] a: Counter),
            "write the short window first",
        ),
        (
            quote!(#[objective(availability = 99%, period = 2d)] a: Counter),
            "add `slow(..)` with shorter ones",
        ),
        (
            quote!(#[objective(availability = 95%, slow(6h/3d > 20))] a: Counter),
            "even if all calls fail, the budget burns 20 times too fast",
        ),
        (
            quote!(#[objective(availability = 99%, by(objective))] a: Counter),
            "the rules set label `objective`",
        ),
        (
            quote!(#[panel(thresholds(red = 5))] a: Counter),
            "expected a rate",
        ),
    ] {
        let errors = of_field(&field);
        assert_eq!(errors.len(), 1, "{field}: {errors:#?}");
        assert!(
            errors.iter().all(|error| error.contains(expected)),
            "{field}: {errors:#?}"
        );
    }
}

#[test]
fn clashing_metrics_are_reported_at_the_second() {
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
        let errors = errors(quote!(), item);
        assert_eq!(errors.len(), 1, "{errors:#?}");
    }
}

#[test]
fn arguments_and_item_of_the_catalog_are_checked() {
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
        let errors = errors(args.clone(), item());
        assert_eq!(errors.len(), 1, "{args}: {errors:#?}");
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
        assert_eq!(errors(quote!(), item).len(), 1);
    }
    let stage = quote!(
        struct M {
            #[doc = "A."]
            #[metric(unit = seconds)]
            #[stage(s)]
            a: Histogram,
        }
    );
    assert_eq!(errors(quote!(), stage).len(), 1);
}

#[test]
fn three_errors_are_reported_together() {
    let errors = errors(
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
    assert_eq!(errors.len(), 3, "{errors:#?}");
}

#[test]
fn crate_argument_replaces_the_crate_name() {
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
fn metrics_for_items_need_the_right_kind_and_unit() {
    assert_eq!(
        errors(
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
            "`first_item` needs a histogram; `count` is a counter",
            "`between_items` needs a duration: add `#[metric(unit = seconds)]` to `size`",
            "`items` needs a counter; `a` is a histogram",
        ]
    );
}

#[test]
fn scopes_are_accepted_with_and_without_a_name() {
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
        let found = errors(quote!(namespace = "app", #scope), item);
        assert!(found.is_empty(), "{scope}: {found:?}");
    }
}

#[test]
fn each_error_of_a_scope_is_reported() {
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
        let found = errors(quote!(forbid_labels(org_id), #scope), item);
        assert_eq!(found.len(), count, "{scope}: {found:#?}");
    }
}
