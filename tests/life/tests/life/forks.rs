//! Children of a fork.

use std::collections::HashSet;

use glyph_tests::{children::Ended, receiver::traces::Receiver};

use crate::{CALLS, Child};

#[test]
fn calls_record_in_a_child_while_other_threads_of_the_parent_record() {
    Child::at("fork", &[], &[]).made_calls(3 * CALLS + 20);
}

#[test]
fn ids_of_a_child_differ_and_the_parent_alone_exports() {
    let receiver = Receiver::start([]);
    let endpoint = receiver.endpoint();
    let variables = [("OTEL_EXPORTER_OTLP_ENDPOINT", &*endpoint)];
    let child = Child::at("fork with an endpoint", &[], &variables);
    let output = &child.ended.output;
    assert!(
        child.ended.status.success(),
        "{output}\n{}",
        child.ended.errors
    );
    for line in [
        "child: 13 spans not delivered to `otlp` (this process was forked from the one that exports)",
        "child: shutdown in time: true",
        "child: ended: true",
        "parent: everything was delivered",
    ] {
        assert!(output.contains(line), "{line} in {output}");
    }

    let ids = ["parent", "child"].map(|name| child.file(name));
    let ids: Vec<&str> = ids.iter().flat_map(|ids| ids.lines()).collect();
    let distinct: HashSet<&str> = ids.iter().copied().collect();
    // An instance and ten traces each.
    assert_eq!((ids.len(), distinct.len()), (22, 22), "{ids:?}");

    let accepted = receiver.accepted();
    let names = accepted.iter().map(|span| span.name.as_str());
    let before = names.filter(|name| *name == "before the fork").count();
    assert_eq!((before, accepted.len()), (3, 13));
    let spans: HashSet<_> = accepted.iter().map(|span| span.span_id.clone()).collect();
    assert_eq!(spans.len(), 13);
    let trace = |id: &&str| accepted.iter().any(|span| hex(&span.trace_id) == **id);
    assert_eq!(ids.iter().filter(|id| trace(id)).count(), 10);
}

#[test]
fn child_leaves_the_listener_of_the_parent_open() {
    let child = Child::at("fork with a listener", &[], &[]);
    let Ended {
        status,
        output,
        errors,
    } = &child.ended;
    assert!(status.success(), "{output}\n{errors}");
    for line in [
        "shut down: ended: true",
        "shut down: the parent answers: HTTP/1.1 200 OK",
        "dropped: ended: true",
        "dropped: the parent answers: HTTP/1.1 200 OK",
        "parent: everything was delivered",
    ] {
        assert!(output.contains(line), "{line} in {output}");
    }
}

#[test]
fn child_renders_while_the_parent_reads_another_recorder() {
    let child = Child::at("fork during a scrape", &[], &[]);
    let Ended {
        status,
        output,
        errors,
    } = &child.ended;
    assert!(status.success(), "{output}\n{errors}");
    assert_eq!(output.matches(": ended: true").count(), 5, "{output}");
}

fn hex(bytes: &[u8]) -> String {
    let id = bytes.try_into().map(u128::from_be_bytes);
    format!("{:032x}", id.unwrap())
}
