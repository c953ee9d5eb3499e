//! A profile of the stack that runs without Docker.
#![cfg(target_os = "linux")]

use std::{
    env, fs,
    net::{SocketAddr, TcpListener},
    os::unix::process::CommandExt,
    path::Path,
    process::{Command, Stdio},
};

use glyph_tests::{children::Process, environment};

use crate::{
    api::{Api, array, text},
    glyphoxa,
    process::eventually,
};

/// The variables of the ports that the profile uses.
const PORTS: [&str; 8] = [
    "IBEX_PROXY_PORT",
    "IBEX_AUTH_PORT",
    "IBEX_GRPC_PORT",
    "REDIS_PORT",
    "ALERTMANAGER_PORT",
    "OTLP_GRPC_PORT",
    "OTLP_HTTP_PORT",
    "PROMETHEUS_PORT",
];

/// Returns free ports. Programs whose files name them cannot choose.
fn free() -> [u16; 8] {
    let listeners = PORTS.map(|_| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}

/// Returns the command lines of the processes of a group, also of those whose parent has gone.
fn of_group(group: u32) -> Vec<String> {
    let folders = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let members = folders.filter_map(|folder| {
        let status = fs::read_to_string(folder.path().join("stat")).ok()?;
        // The name, in parentheses, can have blanks.
        let (_, rest) = status.rsplit_once(") ")?;
        let fields: Vec<_> = rest.split(' ').collect();
        let is_member = fields.get(2)?.parse() == Ok(group) && fields[0] != "Z";
        let words = fs::read_to_string(folder.path().join("cmdline")).ok()?;
        is_member.then(|| words.replace('\0', " "))
    });
    members.collect()
}

/// Kills what a failed test leaves.
struct Group(u32);

impl Drop for Group {
    fn drop(&mut self) {
        let group = format!("-{}", self.0);
        let mut kill = Command::new("kill");
        kill.args(["-s", "KILL", "--", &group]);
        let _none_is_left = kill.stderr(Stdio::null()).status();
    }
}

#[test]
#[ignore = "needs prometheus and redis-server, of Debian's packages of those names"]
fn programs_of_a_profile_are_scraped_and_end_with_it() {
    let programs = glyphoxa::build("ibex");
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/run");
    let mut command = Command::new(script);
    let ports = free();
    environment::clean(&mut command)
        .arg("ibex")
        .env("RUN_FOLDER", folder.path())
        .env("RUN_PROGRAMS", programs.parent().unwrap())
        .process_group(0);
    for (name, port) in PORTS.iter().zip(ports) {
        command.env(name, port.to_string());
    }
    let mut run = Process::start(&mut command);
    let group = run.id();
    let _ends = Group(group);
    let mut lines = Vec::new();
    while !lines
        .last()
        .is_some_and(|line: &String| line.starts_with("ready: "))
    {
        lines.push(run.line("the programs are ready"));
    }
    let last = ports[7];
    let prometheus = Api::new(SocketAddr::from(([127, 0, 0, 1], last)));
    eventually("both services are up", || {
        let targets = prometheus.ask("targets", &[])?;
        let targets = array(&targets["activeTargets"]).iter();
        let mut up: Vec<_> = targets
            .filter(|target| target["health"] == "up")
            .map(|target| text(&target["labels"]["job"]).to_owned())
            .collect();
        up.sort_unstable();
        let is_up = up == ["ibex-auth", "ibex-proxy"];
        is_up.then_some(()).ok_or_else(|| format!("{up:?}"))
    });
    let rules = prometheus.ask("rules", &[]).unwrap();
    assert!(rules.to_string().contains("ibex_"), "{rules}");
    let running = of_group(group);
    for program in ["ibex auth", "ibex proxy", "prometheus ", "redis-server "] {
        let runs = running.iter().any(|line| line.contains(program));
        assert!(runs, "{program}: {running:?}");
    }

    let mut kill = Command::new("kill");
    kill.args(["-s", "TERM", &group.to_string()]);
    assert!(kill.status().unwrap().success());
    let ended = run.end("the script");
    assert!(ended.status.success(), "{lines:?}: {}", ended.errors);
    assert_eq!(of_group(group), [""; 0]);
}
