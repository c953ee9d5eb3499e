//! Source text of crates whose functions all have an attribute, to measure compile time.

use std::fmt::Write;

use crate::Result;

/// The attribute of a crate's functions.
pub(crate) struct Source {
    pub(crate) name: &'static str,
    /// The lines of `[dependencies]`. `{runtime}` is the quoted folder of glyph-runtime.
    dependencies: &'static str,
    /// The source at the top of the crate.
    once: &'static str,
    /// The attribute of each function, which has the arguments `session` and `input`.
    attribute: &'static str,
}

/// The source that all crates share.
const COMMON: &str = "
#[derive(Clone, Copy, Debug)]
pub struct Failure;

impl std::fmt::Display for Failure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(\"too large\")
    }
}

impl std::error::Error for Failure {}
";

impl Source {
    pub(super) const fn of(
        name: &'static str,
        dependencies: &'static str,
        once: &'static str,
        attribute: &'static str,
    ) -> Self {
        Self {
            name,
            dependencies,
            once,
            attribute,
        }
    }

    /// Returns the manifest of a package outside of any workspace.
    pub(crate) fn manifest(&self, package: &str, runtime: &str) -> Result<String> {
        // A JSON string is a TOML string.
        let runtime = serde_json::to_string(runtime)?;
        let dependencies = self.dependencies.replace("{runtime}", &runtime);
        Ok(format!(
            "[package]\nname = \"{package}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\n{dependencies}\n\n[workspace]\n"
        ))
    }

    /// Returns a library with `functions` functions, every second one asynchronous.
    pub(crate) fn library(&self, functions: u16) -> String {
        let mut text = format!("{}{COMMON}", self.once);
        for number in 0..functions {
            // Writing to a string cannot fail.
            let _ = if number % 2 == 0 {
                self.write_sync(&mut text, number)
            } else {
                self.write_async(&mut text, number)
            };
        }
        text
    }

    fn write_sync(&self, text: &mut String, number: u16) -> std::fmt::Result {
        write!(
            text,
            "
{}
pub fn stt_{number}(session: u64, input: u64) -> Result<u64, Failure> {{
    input.checked_add(session).and_then(|sum| sum.checked_add({number})).ok_or(Failure)
}}
",
            self.attribute
        )
    }

    /// The second function makes the library compile the future, which would otherwise happen in
    /// its users.
    fn write_async(&self, text: &mut String, number: u16) -> std::fmt::Result {
        write!(
            text,
            "
{}
pub async fn stt_{number}(session: u64, input: u64) -> Result<u64, Failure> {{
    let input = std::future::ready(input).await;
    input.checked_add(session).and_then(|sum| sum.checked_add({number})).ok_or(Failure)
}}

pub fn poll_{number}(context: &mut std::task::Context<'_>) -> bool {{
    std::pin::Pin::as_mut(&mut std::pin::pin!(stt_{number}(1, 2))).poll(context).is_ready()
}}
",
            self.attribute
        )
    }
}
