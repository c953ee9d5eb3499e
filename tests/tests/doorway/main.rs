//! README and the task pages of the guide, followed by the letter: in an empty folder outside of the
//! workspace, the dependencies and the program of a page are pasted, built and run, and the commands
//! of the page show what the page says.
//!
//! A page has three blocks: `toml` with the dependencies, `rust` with the program, and `console` with
//! commands and lines of their output.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a page that does not work fails the test"
)]

mod command;
mod package;
mod page;
mod process;

use std::path::{Path, PathBuf};

use command::Command;
use package::Package;
use page::Page;
use process::Process;

fn repository() -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    path.canonicalize().expect("the repository")
}

/// Follows the page at this path of the repository.
fn follow(path: &str) {
    let page = Page::read(path).unwrap_or_else(|| panic!("{path} has no program"));
    let package = Package::paste(&page);
    let mut process = None;
    let commands = package.commands(&page);
    for (at, command) in commands.iter().enumerate() {
        match command {
            Command::Run { arguments, output } => {
                package.cargo(&["build"]);
                let started = process.insert(Process::start(&package, arguments));
                if commands.get(at + 1).is_none_or(|next| !next.is_request()) {
                    started.finish(output);
                }
            }
            Command::Get { url, output } => {
                let running = process.as_mut().expect("a program that runs");
                running.get(url, output);
            }
            Command::Test { output } => {
                let shown = package.cargo(&["test"]);
                for line in output {
                    assert!(shown.contains(line), "no `{line}` in:\n{shown}");
                }
            }
        }
    }
    if let Some(running) = process {
        running.terminate();
    }
}

macro_rules! pages {
    ($($test:ident: $path:literal,)+) => {
        const FOLLOWED: &[&str] = &[$($path),+];

        $(
            #[test]
            #[ignore = "compiles a package outside of the workspace: .ci/run does it"]
            fn $test() {
                follow($path);
            }
        )+
    };
}

pages! {
    readme_works_from_an_empty_folder: "README.md",
    first_metric_works_from_an_empty_folder: "docs/guide/first-metric.md",
    service_works_from_an_empty_folder: "docs/guide/services.md",
    job_works_from_an_empty_folder: "docs/guide/jobs.md",
    consumer_works_from_an_empty_folder: "docs/guide/consumers.md",
    grpc_works_from_an_empty_folder: "docs/guide/grpc.md",
    tenants_work_from_an_empty_folder: "docs/guide/tenants.md",
    nested_catalogs_work_from_an_empty_folder: "docs/guide/catalogs.md",
    views_work_from_an_empty_folder: "docs/guide/views.md",
    existing_subscriber_works_from_an_empty_folder: "docs/guide/existing-tracing.md",
    test_works_from_an_empty_folder: "docs/guide/testing.md",
    artifacts_work_from_an_empty_folder: "docs/guide/artifacts.md",
    errors_for_sentry_work_from_an_empty_folder: "docs/guide/sentry.md",
    library_works_from_an_empty_folder: "docs/guide/libraries.md",
    clients_work_from_an_empty_folder: "docs/guide/clients.md",
    catalogs_of_clients_work_from_an_empty_folder: "docs/guide/client-catalogs.md",
    move_from_tracing_works_from_an_empty_folder: "docs/guide/from-tracing.md",
    move_from_prometheus_works_from_an_empty_folder: "docs/guide/from-prometheus.md",
    move_from_autometrics_works_from_an_empty_folder: "docs/guide/from-autometrics.md",
    move_from_foundations_works_from_an_empty_folder: "docs/guide/from-foundations.md",
}

#[test]
#[ignore = "compiles a package outside of the workspace: .ci/run does it"]
fn call_of_a_feature_that_is_not_enabled_names_the_feature() {
    let page = Page {
        name: "left-out".to_owned(),
        dependencies:
            "[dependencies]\nglyph-runtime = { git = \"https://git.example.com/glyph.git\", \
                       default-features = false }"
                .to_owned(),
        program: "fn main() {}".to_owned(),
        console: String::new(),
    };
    let package = Package::paste(&page);
    for (call, message) in [
        (
            "telemetry.check(\"database\", || async { Ok::<(), String>(()) }).build()",
            "without the feature `admin`",
        ),
        (
            "telemetry.traces(|traces| traces.ring.spans = 7).build()",
            "without the feature `trace`",
        ),
        (
            "telemetry.build().map(|telemetry| telemetry.log_filter())",
            "without the feature `log`",
        ),
        (
            "telemetry.catalog(glyph_runtime::http::ServerMetrics::global())",
            "gated behind the `http` feature",
        ),
    ] {
        let builder = "glyph_runtime::Telemetry::builder(\"shop\")";
        let program = format!("fn main() {{ let telemetry = {builder}; let _ = {call}; }}");
        package.write("src/main.rs", &program);
        let (succeeded, shown) = package.try_cargo(&["check"]);
        assert!(!succeeded, "`{call}` compiles without the feature");
        assert!(
            shown.contains(message),
            "`{call}`: no `{message}` in:\n{shown}"
        );
    }
}

/// The pages that readers look something up in. They have no program to paste.
const LOOKED_UP: [&str; 13] = [
    "docs/guide/console.md",
    "docs/guide/endpoints.md",
    "docs/guide/export.md",
    "docs/guide/limits.md",
    "docs/guide/logs.md",
    "docs/guide/metrics.md",
    "docs/guide/monitoring.md",
    "docs/guide/peers.md",
    "docs/guide/production.md",
    "docs/guide/secrets.md",
    "docs/guide/spans.md",
    "docs/guide/stages.md",
    "docs/guide/troubleshooting.md",
];

#[test]
fn each_page_with_a_program_is_followed() {
    let folder = repository().join("docs/guide");
    let pages = folder.read_dir().expect("the guide").map(|entry| {
        let name = entry.expect("a page").file_name();
        format!("docs/guide/{}", name.to_str().expect("a name in ASCII"))
    });
    for page in pages.chain(["README.md".to_owned()]) {
        let has_program = Page::read(&page).is_some();
        assert_eq!(has_program, FOLLOWED.contains(&&*page), "{page}");
        assert_eq!(!has_program, LOOKED_UP.contains(&&*page), "{page}");
    }
}
