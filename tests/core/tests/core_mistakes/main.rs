//! Mistakes that do not compile without the runtime either, with one error each.

#[test]
#[cfg_attr(
    not(pinned_toolchain),
    ignore = "compile-fail output is pinned to Rust 1.95; this is another toolchain"
)]
fn mistakes_are_reported_where_they_are() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/*.rs");
    cases.compile_fail("ui/view/*.rs");
}
