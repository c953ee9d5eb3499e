//! Invalid code does not compile, with one error for each mistake, at its location.

#[test]
#[cfg_attr(
    not(pinned_toolchain),
    ignore = "compile-fail output is pinned to Rust 1.95; this is another toolchain"
)]
fn mistakes_are_told_where_they_stand() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/catalog/*.rs");
    cases.compile_fail("ui/label/*.rs");
    cases.compile_fail("ui/outcome/*.rs");
    cases.compile_fail("ui/stage/*.rs");
    cases.compile_fail("ui/stages/*.rs");
}
