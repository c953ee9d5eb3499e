//! Paths of source files, without the folders of the machine that built the program.

/// Returns the path of a source file from the folder of its crate on. A relative path stays as it is.
///
/// Cargo compiles a program's own crates by paths relative to the workspace, and those of
/// dependencies by absolute ones.
pub(crate) fn relative(path: &str) -> &str {
    if !is_absolute(path) {
        return path;
    }
    let is_separator = |letter: char| letter == '/' || letter == '\\';
    // A crate has its sources in `src` as a rule: keep the folder before the last one.
    let source = ["/src/", "\\src\\"]
        .iter()
        .filter_map(|folder| path.rfind(folder))
        .max();
    let folder = source.and_then(|source| path.get(..source));
    let start = folder
        .and_then(|folder| folder.rfind(is_separator))
        .or_else(|| path.rfind(is_separator));
    start
        .and_then(|start| path.get(start + 1..))
        .unwrap_or_default()
}

fn is_absolute(path: &str) -> bool {
    let drive = path
        .get(1..3)
        .is_some_and(|start| start == ":\\" || start == ":/");
    drive || path.starts_with(['/', '\\'])
}

#[cfg(test)]
mod tests {
    use super::relative;

    #[test]
    fn folders_of_the_machine_are_removed() {
        let cases = [
            (
                "/root/.cargo/registry/src/index.crates.io-1/tokio-1.48.0/src/net/tcp.rs",
                "tokio-1.48.0/src/net/tcp.rs",
            ),
            (
                r"C:\Users\ada\.cargo\registry\src\index\tokio-1.48.0\src\lib.rs",
                r"tokio-1.48.0\src\lib.rs",
            ),
            ("/rustc/0123/library/core/num.rs", "num.rs"),
            ("/src/main.rs", "main.rs"),
            ("src/main.rs", "src/main.rs"),
            ("examples/glyphoxa/main.rs", "examples/glyphoxa/main.rs"),
            ("", ""),
        ];
        for (path, expected) in cases {
            assert_eq!(relative(path), expected, "{path}");
        }
    }
}
