//! A fork.

use std::{
    env, fs,
    io::{self, Write},
    net::{SocketAddr, TcpStream},
    process,
    sync::mpsc::channel,
    thread,
    time::{Duration, Instant},
};

use glyph_runtime::{Telemetry, correlation_id, expose::Format, instrument_stage};

use nix::{
    sys::{
        signal::{Signal, kill},
        wait::{WaitPidFlag, WaitStatus, waitpid},
    },
    unistd::{ForkResult, Pid, fork},
};

use super::{LONG, install, kind};
use crate::{
    check,
    telemetry::{Many, Metrics, Scoped, TenantContext, stage},
};

/// Forks, and returns `None` in the child.
#[expect(unsafe_code, reason = "there is no safe fork")]
fn forked() -> Option<Pid> {
    match unsafe { fork() }.unwrap() {
        ForkResult::Child => None,
        ForkResult::Parent { child } => Some(child),
    }
}

/// Returns whether the child ends with success within [`LONG`].
fn ends(child: Pid) -> bool {
    let started = Instant::now();
    while started.elapsed() < LONG {
        match waitpid(child, Some(WaitPidFlag::WNOHANG)).unwrap() {
            WaitStatus::StillAlive => thread::sleep(Duration::from_millis(5)),
            ended => return matches!(ended, WaitStatus::Exited(_, 0)),
        }
    }
    let _ = kill(child, Signal::SIGKILL);
    false
}

/// Other threads record while the process forks again and again: some lock may be held.
pub(super) fn in_a_child(output: &str) {
    let telemetry = install(output);
    check("parent");
    // `tracing` takes a lock at the first use of a place in the source, so that is before the fork.
    let (began, start) = channel();
    for _ in 0..2 {
        let began = began.clone();
        thread::spawn(move || {
            loop {
                tracing::info_span!("busy").in_scope(|| tracing::info!("busy"));
                let _first_time = began.send(());
            }
        });
    }
    let _first = (start.recv(), start.recv());
    drop(start);
    thread::spawn(|| {
        for name in 0.. {
            count(&name.to_string());
        }
    });
    thread::spawn(|| {
        loop {
            drop(telemetry.render(Format::Text));
            thread::sleep(Duration::from_millis(1));
        }
    });
    for round in 0..20 {
        let Some(child) = forked() else {
            drop(telemetry.render(Format::Text));
            count("in the child");
            if round == 0 {
                check("child");
                thread::spawn(|| check("thread of a child")).join().unwrap();
            } else {
                tracing::info_span!("child").in_scope(|| tracing::error!("child"));
            }
            drop(telemetry.shutdown_blocking(LONG));
            return;
        };
        let result = if ends(child) {
            "ok"
        } else {
            "wrong, it did not end"
        };
        println!("child {round}: {result}");
    }
    process::exit(0);
}

/// Counts with a new label value and a new tenant, each of which takes a lock.
fn count(name: &str) {
    Metrics::global().many.inc(Many { name });
    TenantContext { tenant: name }.in_scope(|| Scoped::global().counted.inc());
}

/// Prints ids of the parent and of a child. Spans of the parent wait to be exported at the fork.
pub(super) fn with_an_endpoint(output: &str) {
    let telemetry = Telemetry::builder("forks")
        .without_listener()
        .without_log()
        .traces(|traces| traces.stages = kind())
        .install()
        .unwrap();
    let _unused = (output, env::var_os("OTEL_EXPORTER_OTLP_ENDPOINT").unwrap());
    for _ in 0..3 {
        before();
    }
    let Some(child) = forked() else {
        fs::write(format!("{output}.child"), ids(&telemetry)).unwrap();
        let started = Instant::now();
        let report = telemetry.shutdown_blocking(LONG);
        let took = started.elapsed();
        println!("child: {report}");
        println!("child: shutdown in time: {}", took < Duration::from_secs(1));
        drop(telemetry);
        return;
    };
    println!("child: ended: {}", ends(child));
    fs::write(format!("{output}.parent"), ids(&telemetry)).unwrap();
    let report = telemetry.shutdown_blocking(LONG);
    println!("parent: {report}");
}

/// Children render while a thread of the parent reads the large page of another recorder.
pub(super) fn during_a_scrape() {
    let telemetry = Telemetry::builder("forks")
        .without_listener()
        .without_log()
        .install()
        .unwrap();
    for thing in 0..5000 {
        metrics::counter!("library.things", "thing" => thing.to_string()).increment(1);
    }
    thread::scope(|scope| {
        scope.spawn(|| {
            loop {
                drop(telemetry.render(Format::Text));
            }
        });
        for round in 0..5 {
            thread::sleep(Duration::from_millis(50));
            let Some(child) = forked() else {
                let page = telemetry.render(Format::Text);
                process::exit(i32::from(!page.contains("target_info")));
            };
            println!("{round}: ended: {}", ends(child));
        }
        process::exit(0);
    });
}

/// Children shut their telemetry down and drop it. Then the parent still answers probes.
pub(super) fn with_a_listener() {
    let telemetry = Telemetry::builder("forks")
        .listener(([127, 0, 0, 1], 0))
        .without_log()
        .install()
        .unwrap();
    let address = telemetry.local_addr().unwrap();
    for how in ["shut down", "dropped"] {
        let Some(child) = forked() else {
            if how == "shut down" {
                drop(telemetry.shutdown_blocking(LONG));
            }
            drop(telemetry);
            return;
        };
        println!("{how}: ended: {}", ends(child));
        println!("{how}: the parent answers: {}", probe(address));
    }
    let report = telemetry.shutdown_blocking(LONG);
    println!("parent: {report}");
}

/// Returns the first line of the response to a probe.
fn probe(address: SocketAddr) -> String {
    let answer = || {
        let mut stream = TcpStream::connect_timeout(&address, LONG)?;
        stream.set_read_timeout(Some(LONG))?;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")?;
        io::read_to_string(stream)
    };
    let answer = answer().unwrap_or_else(|error| error.to_string());
    answer.lines().next().unwrap_or_default().to_owned()
}

/// Returns the instance, and the ids of ten spans.
fn ids(telemetry: &Telemetry) -> String {
    let page = telemetry.render(Format::Text);
    let (_, instance) = page.split_once("service_instance_id=\"").unwrap();
    let (instance, _) = instance.split_once('"').unwrap();
    let process = format!("process_pid=\"{}\"", process::id());
    assert!(page.contains(&process), "{process} in {page}");
    let mut ids = vec![instance.to_owned()];
    for _ in 0..10 {
        after(&mut ids);
    }
    ids.join("\n")
}

#[instrument_stage(stage::step, name = "before the fork")]
fn before() {}

#[instrument_stage(stage::step, name = "after the fork")]
fn after(ids: &mut Vec<String>) {
    ids.extend(correlation_id().map(|id| id.to_string()));
}
