//! The files of the page.

use crate::{client::get, program::program};

pub(crate) const SCRIPTS: [&str; 9] = [
    "/console.js",
    "/heat.js",
    "/metrics.js",
    "/traces.js",
    "/compare.js",
    "/alerts.js",
    "/logs.js",
    "/profile.js",
    "/start.js",
];

/// Returns the paths of all files of the page.
pub(crate) fn files() -> impl Iterator<Item = &'static str> {
    let others = ["/", "/console.css", "/profile.css", "/console.svg"];
    others.into_iter().chain(SCRIPTS)
}

#[test]
fn responses_have_a_strict_policy() {
    let (_telemetry, address) = program(|program| program);
    for path in files().chain(["/api/v1/overview", "/api/v1/traces?limit=x"]) {
        let response = get(address, path);
        let header = |name: &str| response.header(name).unwrap_or_default();
        let policy = header("content-security-policy");
        for directive in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        ] {
            assert!(
                policy.split("; ").any(|it| it == directive),
                "{path}: {policy}"
            );
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("cache-control"), "no-store", "{path}");
        assert_eq!(
            header("cross-origin-resource-policy"),
            "same-origin",
            "{path}"
        );
        assert_eq!(header("access-control-allow-origin"), "", "{path}");
    }
}

#[test]
fn page_has_no_inline_code_and_no_files_of_other_sites() {
    let (_telemetry, address) = program(|program| program);
    let page = get(address, "/");
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    for inline in [
        "<style",
        " style=",
        "javascript:",
        " onclick",
        " onload",
        "<script>",
    ] {
        assert!(!page.body.contains(inline), "the page has {inline}");
    }
    for named in page.body.split('"').filter(|it| it.starts_with('/')) {
        assert_eq!(get(address, named).status, 200, "the page names {named}");
    }
    let mut size = 0;
    for path in files() {
        let text = get(address, path)
            .body
            .replace("http://www.w3.org/2000/svg", "");
        assert!(
            !text.contains("http:") && !text.contains("https:"),
            "{path} names another site"
        );
        assert!(!text.contains("//cdn"), "{path} names another site");
        size += text.len();
    }
    assert!(size < 150_000, "the page has {size} bytes");
}

#[test]
fn script_makes_text_and_no_markup_of_strings() {
    let (_telemetry, address) = program(|program| program);
    let script = SCRIPTS.map(|path| get(address, path).body).concat();
    for way in [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
    ] {
        assert!(!script.contains(way), "the script has {way}");
    }
    assert!(script.contains("EventSource(at(\"/api/v1/live\"))"));
}

#[test]
fn page_has_names_and_landmarks() {
    let (_telemetry, address) = program(|program| program);
    let page = get(address, "/").body;
    for part in [
        "<html lang=\"en\">",
        "<title>",
        "<main id=\"main\"",
        "<nav id=\"views\" aria-label=\"Views\">",
        "<header>",
        "<footer>",
        "href=\"#main\"",
        "role=\"status\"",
        "name=\"viewport\"",
    ] {
        assert!(page.contains(part), "the page has no {part}");
    }
    let style = get(address, "/console.css").body;
    assert!(
        style.contains("prefers-color-scheme: dark"),
        "the page is not dark"
    );
    assert!(style.contains(":focus-visible"), "the focus is not visible");
}
