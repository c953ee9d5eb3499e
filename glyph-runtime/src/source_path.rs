//! Paths of source files, without the folders of the machine that built the program.

/// The folders in which Cargo keeps the sources of dependencies (The Cargo Book, "Cargo Home"), and the
/// number of folders between one of them and a package.
const KEPT: [(&[&str], usize); 2] = [(&["registry", "src"], 1), (&["git", "checkouts"], 0)];

/// Returns the path of a source file from the folder of its package on, if Cargo downloaded the
/// package, or else the name of the file. A relative path stays as it is.
///
/// Cargo compiles a program's own crates by paths relative to the workspace, and those of
/// dependencies by absolute ones. An absolute path outside of Cargo's folders can have the name of a
/// user in any place.
pub(crate) fn relative(path: &str) -> &str {
    if !is_absolute(path) {
        return path;
    }
    let start = package(path).or_else(|| path.rfind(is_separator).map(|at| at + 1));
    start
        .and_then(|start| path.get(start..))
        .unwrap_or_default()
}

/// Returns where the folder of a downloaded package begins.
fn package(path: &str) -> Option<usize> {
    let ends = path.match_indices(is_separator).map(|(at, _)| at);
    let ends: Vec<usize> = ends.collect();
    let folder = |index: usize| {
        let (before, end) = (ends.get(index)?, ends.get(index + 1)?);
        path.get(before + 1..*end)
    };
    (0..ends.len()).rev().find_map(|index| {
        let is_here = |names: &[&str]| {
            let mut named = names.iter().enumerate();
            named.all(|(at, name)| folder(index + at) == Some(name))
        };
        let (names, between) = KEPT.iter().find(|(names, _)| is_here(names))?;
        ends.get(index + names.len() + between).map(|at| at + 1)
    })
}

fn is_separator(letter: char) -> bool {
    letter == '/' || letter == '\\'
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
            (
                "/root/.cargo/git/checkouts/shop-0123/4567/stock/src/lib.rs",
                "shop-0123/4567/stock/src/lib.rs",
            ),
            ("/home/ada/src/shop/tests/cart.rs", "cart.rs"),
            ("/home/ada/shop/src/cart.rs", "cart.rs"),
            ("/home/registry/src", "src"),
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
