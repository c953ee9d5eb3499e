//! Queries of the document, over the lines that the services write.

use glyph_examples::{Run, found, run_with, streams};
use glyph_tests::logql;
use serde_json::Value;

/// The lines are the same, whatever is sampled.
#[test]
fn queries_of_the_shared_stack_find_what_they_name() {
    for variables in [
        [].as_slice(),
        &[("OTEL_TRACES_SAMPLER", "always_off")],
        &[("OTEL_SDK_DISABLED", "true")],
    ] {
        assert_found(&run_with(
            env!("CARGO_BIN_EXE_gospelib"),
            &["--once", "--fault", "graph-slow"],
            variables,
        ));
    }
}

fn assert_found(run: &Run) {
    let lines = streams(&run.log, |line| {
        let service = line["service"].as_str().unwrap_or("gospelib");
        vec![
            ("service", service.to_owned()),
            ("env", "development".to_owned()),
            ("service_name", service.to_owned()),
        ]
    });
    let [errors, slow, passage, all] = logql::GOSPELIB.map(|query| found(query, &lines));

    let paths = |lines: &[Value]| -> Vec<String> {
        let paths = lines
            .iter()
            .map(|line| line["path"].as_str().unwrap().to_owned());
        paths.collect()
    };
    let asked = ["gen.1.1", "way.1.4", "sea.2.7"];
    assert_eq!(
        paths(&errors),
        asked.map(|name| format!("/passages/{name}"))
    );
    for line in &errors {
        assert_eq!(
            (&line["level"], &line["target"]),
            (&"error".into(), &"http.request".into())
        );
        assert!(line["status"].as_u64().unwrap() >= 500, "{line}");
    }
    // Two lines for each: of the handler, and of the request.
    let slow_paths = asked.map(|name| format!("/v1/passages/{name}"));
    let twice: Vec<_> = slow_paths
        .iter()
        .flat_map(|path| [path.clone(), path.clone()])
        .collect();
    assert_eq!(paths(&slow), twice);
    let texts: Vec<_> = slow
        .iter()
        .map(|line| line["message"].as_str().unwrap())
        .collect();
    assert_eq!(texts, ["passage not read", "request completed"].repeat(3));
    assert_eq!(slow[0]["error"], "the graph does not respond");
    assert_eq!(slow[0]["error_type"], "Timeout");
    assert_eq!(paths(&passage), ["/v1/passages/gen.1.1"; 2]);
    assert_eq!(all.len(), run.log.len());
    let browser = found(logql::BROWSERS, &lines);
    assert_eq!(browser.len(), 2, "{browser:?}");
}
