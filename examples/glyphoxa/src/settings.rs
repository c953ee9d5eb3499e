//! The settings of a process: the command line, then a file such as `config.yaml`, then defaults.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use serde::Deserialize;
use thiserror::Error;

use crate::cli::{Cli, Mode};
use crate::fault::{Fault, Faults};
use crate::speech::Choice;

const LLM_TIMEOUT: u64 = 30_000;
const GRPC: &str = "127.0.0.1:9090";
const TENANTS: [&str; 2] = ["acme-corp/curse-of-strahd", "globex/storm-kings-thunder"];

/// The settings of a process.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) mode: Mode,
    pub(crate) listen: SocketAddr,
    pub(crate) console: Option<SocketAddr>,
    pub(crate) grpc_listen: SocketAddr,
    pub(crate) worker: String,
    pub(crate) tenants: Vec<Tenant>,
    pub(crate) speech: Choice,
    pub(crate) llm_url: Option<String>,
    pub(crate) llm_timeout: Duration,
    pub(crate) database: Option<PathBuf>,
    /// The level of the file. The environment and the command line take precedence.
    pub(crate) log_level: Option<String>,
    pub(crate) has_sessions: bool,
    pub(crate) faults: Faults,
}

/// A tenant and its active campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tenant {
    pub(crate) id: String,
    pub(crate) campaign: String,
}

/// Errors of the settings.
#[derive(Debug, Error)]
pub(crate) enum SettingsError {
    #[error("cannot read {file}: {source}")]
    File { file: PathBuf, source: io::Error },
    #[error("{file}: {source}")]
    Yaml {
        file: PathBuf,
        source: yaml_serde::Error,
    },
    #[error("invalid address `{0}`: expected HOST:PORT or :PORT")]
    Address(String),
    #[error("invalid log level `{0}`: expected debug, info, warn or error")]
    Level(String),
    #[error("invalid tenant `{0}`: expected TENANT/CAMPAIGN")]
    Tenant(String),
}

/// A file of settings.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    server: Server,
    mode: Option<Mode>,
    speech: Option<Choice>,
    database: Option<PathBuf>,
    llm: Llm,
    worker: Option<String>,
    grpc_listen: Option<String>,
    tenants: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Server {
    listen_addr: Option<String>,
    log_level: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Llm {
    url: Option<String>,
    timeout_ms: Option<u64>,
}

impl Settings {
    pub(crate) fn of(cli: &Cli) -> Result<Self, SettingsError> {
        let file = cli
            .config
            .as_deref()
            .map_or_else(|| Ok(File::default()), File::read)?;
        let mode = cli.mode.or(file.mode).unwrap_or_default();
        // One run takes seconds, and is the same on each machine.
        let speech = if cli.once {
            Choice::Embedded
        } else {
            Choice::Auto
        };
        // A worker can be on the machine of its gateway.
        let port = if mode == Mode::Worker { 8081 } else { 8080 };
        let default = SocketAddr::from(([127, 0, 0, 1], port));
        let of_file = file
            .server
            .listen_addr
            .as_deref()
            .map(address)
            .transpose()?;
        let listen = cli.listen.or(of_file).unwrap_or(default);
        let grpc = file.grpc_listen.as_deref().unwrap_or(GRPC);
        let defaults = || TENANTS.map(str::to_owned).to_vec();
        let tenants = cli
            .tenants
            .clone()
            .or(file.tenants)
            .unwrap_or_else(defaults);
        let timeout = cli
            .llm_timeout
            .or(file.llm.timeout_ms)
            .unwrap_or(LLM_TIMEOUT);
        Ok(Self {
            mode,
            listen,
            console: cli.console,
            grpc_listen: cli.grpc_listen.map_or_else(|| address(grpc), Ok)?,
            worker: cli
                .worker
                .clone()
                .or(file.worker)
                .unwrap_or_else(|| GRPC.to_owned()),
            tenants: tenants
                .iter()
                .map(|text| Tenant::parse(text))
                .collect::<Result<_, _>>()?,
            speech: cli.speech.or(file.speech).unwrap_or(speech),
            llm_url: cli.llm_url.clone().or(file.llm.url),
            llm_timeout: Duration::from_millis(timeout),
            database: cli.database.clone().or(file.database),
            log_level: file.server.log_level.map(level).transpose()?,
            has_sessions: !cli.without_sessions && cli.fault != Some(Fault::NoSessions),
            faults: Faults::new(cli.fault, cli.fail_rate),
        })
    }
}

impl File {
    fn read(path: &Path) -> Result<Self, SettingsError> {
        let file = path.to_owned();
        match fs::read_to_string(path) {
            Ok(text) if text.trim().is_empty() => Ok(Self::default()),
            Ok(text) => {
                yaml_serde::from_str(&text).map_err(|source| SettingsError::Yaml { file, source })
            }
            Err(source) => Err(SettingsError::File { file, source }),
        }
    }
}

impl Tenant {
    fn parse(text: &str) -> Result<Self, SettingsError> {
        let named = text.split_once('/');
        let named = named.filter(|(id, campaign)| !id.is_empty() && !campaign.is_empty());
        let (id, campaign) = named.ok_or_else(|| SettingsError::Tenant(text.to_owned()))?;
        Ok(Self {
            id: id.to_owned(),
            campaign: campaign.to_owned(),
        })
    }
}

/// Parses an address. `:8080` is the port on each interface.
fn address(text: &str) -> Result<SocketAddr, SettingsError> {
    let whole = if text.starts_with(':') {
        format!("0.0.0.0{text}")
    } else {
        text.to_owned()
    };
    whole
        .parse()
        .map_err(|_| SettingsError::Address(text.to_owned()))
}

fn level(text: String) -> Result<String, SettingsError> {
    let is_known = ["debug", "info", "warn", "error"].contains(&text.as_str());
    if is_known {
        Ok(text)
    } else {
        Err(SettingsError::Level(text))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

    use clap::Parser;

    use super::*;

    fn settings(file: &str, arguments: &[&str]) -> Result<Settings, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.yaml");
        fs::write(&path, file).unwrap();
        let own = ["glyphoxa", "--config", path.to_str().unwrap()];
        let cli = Cli::try_parse_from([own.as_slice(), arguments].concat()).unwrap();
        Settings::of(&cli).map_err(|error| error.to_string())
    }

    const FILE: &str = "
server:
  listen_addr: ':9000'
  log_level: debug
mode: gateway
llm: {url: 'http://model:8090', timeout_ms: 250}
tenants: [acme/strahd]
";

    #[test]
    fn file_sets_what_the_command_line_does_not() {
        let read = settings(FILE, &[]).unwrap();
        assert_eq!(read.listen.to_string(), "0.0.0.0:9000");
        assert_eq!(
            (read.mode, read.log_level.as_deref()),
            (Mode::Gateway, Some("debug"))
        );
        assert_eq!(read.llm_timeout, Duration::from_millis(250));
        assert_eq!(read.tenants, [Tenant::parse("acme/strahd").unwrap()]);
        let read = settings(FILE, &["--listen", "[::1]:7000", "--mode", "full"]).unwrap();
        assert_eq!(
            (read.listen.to_string().as_str(), read.mode),
            ("[::1]:7000", Mode::Full)
        );
        assert_eq!(read.llm_url.as_deref(), Some("http://model:8090"));
    }

    #[test]
    fn defaults_serve_all_on_loopback() {
        let read = settings("", &[]).unwrap();
        assert_eq!(
            (read.listen.to_string().as_str(), read.mode),
            ("127.0.0.1:8080", Mode::Full)
        );
        assert_eq!(read.tenants.len(), 2);
    }

    #[test]
    fn invalid_files_are_rejected_with_the_reason() {
        for (file, reason) in [
            ("server: {listen_addr: here}", "invalid address `here`"),
            ("server: {log_level: loud}", "invalid log level `loud`"),
            ("servers: {}", "unknown field"),
            ("tenants: [acme]", "expected TENANT/CAMPAIGN"),
        ] {
            let error = settings(file, &[]).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
    }
}
