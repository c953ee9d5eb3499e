//! The dashboard, checked against Grafana's TypeScript types.

mod queries;

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use serde_json::{Value, json};

use crate::{
    dashboards::{panels, parsed},
    glyphoxa, large,
};

/// The packages, in compatible versions.
const PACKAGES: [&str; 7] = [
    "typescript@5.9.3",
    "@grafana/schema@13.2.3",
    "@grafana/grafana-foundation-sdk@0.0.21",
    "@grafana/lezer-logql@0.4.2",
    "@grafana/lezer-traceql@1.0.0",
    "@lezer/common@1.5.5",
    "@lezer/lr@1.4.10",
];

/// Definitions that make the types match JSON exactly.
const WIRE: &str = include_str!("typescript/wire.ts");

/// The folder of the packages, which are fetched once.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(installed);

fn installed() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("grafana-types");
    let marker = folder.join("installed");
    if fs::read_to_string(&marker).is_ok_and(|packages| packages == PACKAGES.join("\n")) {
        return folder;
    }
    fs::create_dir_all(&folder).unwrap();
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--prefix", "."]);
    let output = npm.args(PACKAGES).current_dir(&folder).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    fs::write(marker, PACKAGES.join("\n")).unwrap();
    folder
}

/// Returns the compiler's output for the dashboard, empty if it fits.
fn told(dashboard: &Value) -> String {
    let folder = &*FOLDER;
    let source = tempfile::tempdir_in(folder).unwrap();
    fs::write(source.path().join("wire.ts"), WIRE).unwrap();
    fs::write(source.path().join("dashboard.ts"), typescript(dashboard)).unwrap();
    let output = Command::new(folder.join("node_modules/.bin/tsc"))
        .args([
            "--noEmit",
            "--strict",
            "--skipLibCheck",
            "--target",
            "es2022",
        ])
        .args(["--module", "nodenext", "--moduleResolution", "nodenext"])
        .arg("dashboard.ts")
        .current_dir(source.path())
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// Returns the dashboard as TypeScript. Options and queries are open in its type, so they are
/// checked as separate constants.
fn typescript(dashboard: &Value) -> String {
    let mut source = format!(
        "import type * as wire from \"./wire\";\nexport const dashboard: wire.Dashboard = {dashboard};\n"
    );
    let mut constant = |name: String, kind: &str, value: &Value| {
        writeln!(source, "export const {name}: wire.{kind} = {value};").unwrap();
    };
    for panel in panels(dashboard) {
        let (id, kind) = (&panel["id"], panel["type"].as_str().unwrap());
        constant(format!("options{id}"), kind, &panel["options"]);
        let lines = &panel["fieldConfig"]["defaults"]["custom"];
        if kind == "timeseries" {
            constant(format!("lines{id}"), "Lines", lines);
        }
        for target in panel["targets"].as_array().unwrap() {
            let letter = target["refId"].as_str().unwrap();
            constant(format!("query{id}{letter}"), "Query", target);
        }
    }
    source
}

#[test]
#[ignore = "needs npm and its registry"]
fn dashboard_matches_grafanas_types() {
    let [_, (_, large)] = large::programs();
    for artifacts in [
        glyphoxa::artifacts(),
        large,
        glyph_runtime::artifacts::Artifacts::of::<crate::dashboards::Rented>(),
    ] {
        let told = told(&parsed(&artifacts));
        assert!(told.is_empty(), "{told}");
    }
}

#[test]
#[ignore = "needs npm and its registry"]
fn unknown_grafana_field_is_reported() {
    let dashboard = parsed(&glyphoxa::artifacts());
    let index = dashboard["panels"].as_array().unwrap();
    let index = index
        .iter()
        .position(|panel| panel["type"] == "timeseries")
        .unwrap();
    let mistakes: [(&str, Value); 4] = [
        ("/gridPos/width", json!(3)),
        ("/options/legend/displayMode", json!("tabel")),
        ("/fieldConfig/defaults/custom/drawStyle", json!("lin")),
        ("/targets/0/format", json!("series")),
    ];
    for (place, mistake) in mistakes {
        let mut wrong = dashboard.clone();
        let (parent, key) = place.rsplit_once('/').unwrap();
        let parent = wrong["panels"][index].pointer_mut(parent).unwrap();
        parent[key] = mistake;
        assert!(told(&wrong).starts_with("dashboard.ts("), "{place}");
    }
}
