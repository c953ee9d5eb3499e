//! `ibex` alone, which starts both services.

use std::{net::TcpListener, path::Path, process::Command};

use glyph_tests::{children::Process, environment, wait};
use serde_json::Value;

use crate::service::{PROGRAM, complete, get, signal};

/// Returns an address that was free a moment ago.
fn free() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

#[test]
fn program_alone_is_three_processes_that_end_together() {
    let [proxy, auth, grpc] = [free(), free(), free()];
    let mut command = Command::new(PROGRAM);
    environment::clean_with_console(&mut command)
        .args(["--listen", &proxy, "--auth-listen", &auth])
        .args(["--grpc-listen", &grpc]);
    let mut process = Process::start(&mut command);
    let mut children = Vec::new();
    let mut up = 0;
    while up < 2 {
        let line: Value = serde_json::from_str(&process.line("both services")).unwrap();
        if line["message"] == "process started" {
            children.push(line["pid"].as_u64().unwrap());
        }
        if line["message"] == "startup" {
            up += 1;
        }
    }
    children.push(process.id().into());
    children.sort_unstable();
    children.dedup();
    assert_eq!(children.len(), 3, "{children:?}");
    let response = complete(&proxy, "token-acme").unwrap();
    assert_eq!(response.status, 200, "{response:?}");
    for (address, name) in [(&proxy, "proxy"), (&auth, "auth")] {
        let page = get(address, "/metrics").text;
        let named = format!("service_name=\"{name}\"");
        assert!(page.contains(&named), "{page}");
    }
    process.handles(&[15]);
    signal(process.id());
    let ended = process.end("ibex");
    assert!(ended.status.success(), "{}", ended.errors);
    for child in children {
        let process = format!("/proc/{child}");
        wait::until("the children have ended", || !Path::new(&process).exists());
    }
}
