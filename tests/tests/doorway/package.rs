//! A package in an empty folder, with the blocks of a page.

use std::{
    env, fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process,
};

use tempfile::TempDir;

use super::{Command, Page, repository};

/// The dependency that a reader replaces, as pages write it.
const GIT: &str = "git = \"https://git.example.com/glyph.git\"";

#[derive(Debug)]
pub(crate) struct Package {
    folder: TempDir,
    name: String,
    /// The port of the program, in place of 3000.
    port: String,
    /// The port of the admin listener, in place of 9464.
    pub(crate) admin_port: String,
}

impl Package {
    pub(crate) fn paste(page: &Page) -> Self {
        let package = Self {
            folder: tempfile::tempdir().expect("an empty folder"),
            name: format!("page-{}", page.name),
            port: free_port(),
            admin_port: free_port(),
        };
        let head = format!(
            "[package]\nname = \"{}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n",
            package.name
        );
        package.write(
            "Cargo.toml",
            &(head + &by_path(&with_tokio(&page.dependencies))),
        );
        let source = if page.program.contains("fn main()") {
            "main"
        } else {
            "lib"
        };
        package.write(
            &format!("src/{source}.rs"),
            &package.with_ports(&page.program),
        );
        // The versions that the workspace is tested with.
        let lock = fs::read_to_string(repository().join("Cargo.lock"));
        package.write("Cargo.lock", &lock.expect("the lock file"));
        package
    }

    /// Writes a file of the package.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder of the package");
        fs::write(path, text).expect("a file of the package");
    }

    fn with_ports(&self, text: &str) -> String {
        let text = text.replace("127.0.0.1:3000", &format!("127.0.0.1:{}", self.port));
        text.replace("127.0.0.1:9464", &format!("127.0.0.1:{}", self.admin_port))
    }

    pub(crate) fn commands(&self, page: &Page) -> Vec<Command> {
        Command::parse_all(&self.with_ports(&page.console))
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The target folder of the workspace, so that dependencies are compiled once for all pages, and
    /// not at all where the workspace has them with the same features.
    fn target() -> PathBuf {
        Path::new(env!("CARGO_TARGET_TMPDIR")).join("..")
    }

    pub(crate) fn program(&self) -> PathBuf {
        Self::target().join("debug").join(&self.name)
    }

    /// Runs cargo in the package, and returns what it prints.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> String {
        let (succeeded, shown) = self.try_cargo(arguments);
        assert!(succeeded, "{}: cargo {arguments:?}:\n{shown}", self.name);
        shown
    }

    /// Runs cargo in the package, and returns whether it succeeded and what it printed.
    pub(crate) fn try_cargo(&self, arguments: &[&str]) -> (bool, String) {
        let output = cargo_command()
            .args(arguments)
            .current_dir(self.folder())
            .env("CARGO_TARGET_DIR", Self::target())
            .output()
            .expect("cargo starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let shown = text(&output.stdout) + &text(&output.stderr);
        (output.status.success(), shown)
    }
}

/// Returns cargo without the variables that it sets for this test. Build scripts of some dependencies
/// run again when one of them changes.
fn cargo_command() -> process::Command {
    let mut command = process::Command::new(env::var_os("CARGO").expect("cargo runs this test"));
    for (name, _) in env::vars_os() {
        let text = name.to_str().unwrap_or_default();
        if text.starts_with("CARGO_MANIFEST_") || text.starts_with("CARGO_PKG_") {
            command.env_remove(name);
        }
    }
    command
}

/// Adds the feature of tokio that most pages have, to pages without tokio. glyph-runtime depends on
/// tokio anyway. With other features, tokio and all that depends on it would be compiled once more.
fn with_tokio(dependencies: &str) -> String {
    let has = |text| dependencies.contains(text);
    let needs = has("\nglyph-runtime") && !has("\ntokio = ") && !has("default-features = false }");
    let tokio = "[dependencies]\ntokio = { version = \"1\", features = [\"rt-multi-thread\"] }\n";
    if needs {
        return dependencies.replacen("[dependencies]\n", tokio, 1);
    }
    dependencies.to_owned()
}

/// Replaces the address of the repository by the path of the crate in this workspace.
fn by_path(dependencies: &str) -> String {
    let lines = dependencies.lines().map(|line| {
        let name = line.split_whitespace().next().unwrap_or_default();
        let path = format!("path = \"{}\"", repository().join(name).display());
        line.replace(GIT, &path) + "\n"
    });
    lines.collect()
}

fn free_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener
        .local_addr()
        .expect("its address")
        .port()
        .to_string()
}
