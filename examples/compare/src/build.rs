//! The compilation of all packages by one command.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsString;
use std::process::Command;

use crate::command::{finish, stdout};
use crate::project::{Project, program};
use crate::services::{SERVICES, Service, Typo};
use crate::{Result, exposition};

/// The errors of the compiler, each with its package.
pub(crate) struct Build {
    errors: Vec<(String, String)>,
}

impl Build {
    /// Compiles all packages. Packages with a typo may fail.
    ///
    /// # Errors
    ///
    /// Returns the messages of cargo if it fails for any other reason.
    pub(crate) fn run(project: &Project) -> Result<Self> {
        eprintln!("compiling the services in {}", project.target.display());
        let arguments = [
            "build",
            "--workspace",
            "--keep-going",
            "--message-format=json",
        ];
        let finished = finish(cargo(project).args(arguments))?;
        let errors = errors(&finished.stdout)?;
        let services = SERVICES.map(|service| service.package());
        let broken = errors
            .iter()
            .find(|(package, _)| services.contains(package));
        if let Some((package, error)) = broken {
            return Err(format!("`{package}` does not compile: {error}").into());
        }
        if !finished.succeeded && errors.is_empty() {
            return Err(finished.stderr.into());
        }
        Ok(Self { errors })
    }

    /// Returns the first error of the compiler about a typo, or `None` if the service compiles.
    pub(crate) fn error(&self, service: &Service, typo: &Typo) -> Option<&str> {
        let name = service.package_with(typo);
        let error = self.errors.iter().find(|(package, _)| *package == name);
        error.map(|(_, message)| message.as_str())
    }
}

/// Returns the errors in cargo's messages, each with the target that it is in.
fn errors(messages: &str) -> Result<Vec<(String, String)>> {
    let mut errors = Vec::new();
    for line in messages.lines() {
        let json: serde_json::Value = serde_json::from_str(line)?;
        let field = |path| json.pointer(path).and_then(serde_json::Value::as_str);
        if field("/message/level") == Some("error") {
            let target = field("/target/name").unwrap_or_default();
            let message = field("/message/message").unwrap_or_default();
            errors.push((target.to_owned(), message.to_owned()));
        }
    }
    Ok(errors)
}

fn cargo(project: &Project) -> Command {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command
        .current_dir(&project.folder)
        .env("CARGO_TARGET_DIR", &project.target)
        .env("CARGO_TERM_COLOR", "never")
        .env("CARGO_PROFILE_DEV_DEBUG", "0");
    command
}

/// Counts the crates that `service` depends on, build dependencies and tests excluded.
///
/// # Errors
///
/// Returns the messages of cargo if it fails.
pub(crate) fn crates(project: &Project, service: &Service) -> Result<usize> {
    let package = service.package();
    let arguments = ["tree", "--edges=normal", "--prefix=none", "--format={p}"];
    let tree = stdout(cargo(project).args(arguments).args(["--package", &package]))?;
    Ok(distinct_crates(&tree, &package))
}

fn distinct_crates(tree: &str, package: &str) -> usize {
    let crates = tree.lines().filter_map(|line| {
        let mut words = line.split(' ');
        Some((words.next()?, words.next()?))
    });
    let crates: BTreeSet<_> = crates.filter(|(name, _)| *name != package).collect();
    crates.len()
}

/// Runs a service, and returns its `/metrics`.
///
/// # Errors
///
/// Returns the standard error of the program if it fails.
pub(crate) fn run(project: &Project, package: &str, arguments: &[String]) -> Result<String> {
    let mut command = Command::new(program(project, package));
    // Variables of the caller configure some of the crates.
    stdout(command.args(arguments).env_clear())
}

/// Runs a service that calls each of its functions, and returns the samples of its `/metrics`.
///
/// # Errors
///
/// Returns an error if the program fails or `/metrics` cannot be parsed.
pub(crate) fn run_calls(project: &Project, package: &str) -> Result<Vec<exposition::Sample>> {
    let text = run(project, package, &["calls".to_owned()])?;
    Ok(exposition::parse(&text)?)
}

#[cfg(test)]
mod tests {
    use super::{distinct_crates, errors};

    #[test]
    fn errors_have_the_name_of_their_target() -> crate::Result<()> {
        let warning = r#"{"target":{"name":"a"},"message":{"level":"warning","message":"unused"}}"#;
        let error = r#"{"target":{"name":"b"},"message":{"level":"error","message":"no field"}}"#;
        let finished = r#"{"reason":"build-finished","success":false}"#;
        let found = errors(&[warning, error, finished].join("\n"))?;
        assert_eq!(found, [("b".to_owned(), "no field".to_owned())]);
        Ok(())
    }

    #[test]
    fn crates_are_counted_once_per_version_and_without_the_service() {
        let tree =
            "shop v0.1.0 (/tmp/shop)\nrand v0.8.0\nrand v0.9.0\nserde v1.0.0\n\nserde v1.0.0 (*)\n";
        assert_eq!(distinct_crates(tree, "shop"), 3);
    }
}
