//! Errors of views.

use std::fmt;

/// The errors of a [`View`](super::View), all of them together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewError {
    pub(super) catalog: &'static str,
    pub(super) file: &'static str,
    pub(super) line: u32,
    pub(super) problems: Vec<ViewProblem>,
}

/// An error of a view.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ViewProblem {
    /// The namespace is malformed.
    #[error(
        "`{namespace}` is not a namespace: use lowercase letters and digits, a letter first, and one `_` or `.` \
         between words"
    )]
    Namespace {
        /// The namespace.
        namespace: String,
    },
    /// A metric would have a name that is reserved for glyph's own metrics.
    #[error("`{name}` is reserved for glyph's own metrics: choose another namespace")]
    Reserved {
        /// The family name.
        name: String,
    },
    /// A field is not one of the catalog.
    #[error(
        "`{name}` is not in the catalog: return a field of the closure's argument; the catalog has {}",
        listed(has)
    )]
    Foreign {
        /// The family name of a metric, or the name of a nested catalog.
        name: String,
        /// The family names of the catalog's metrics.
        has: Vec<&'static str>,
    },
    /// A bucket bound is not declared.
    #[error(
        "`{bound}` is not a bucket bound of `{metric}`: choose from {}",
        listed(declared)
    )]
    Bucket {
        /// The family name, as declared.
        metric: &'static str,
        /// The bound.
        bound: String,
        /// The declared bounds.
        declared: Vec<String>,
    },
    /// A histogram has no bucket bound left.
    #[error("`{metric}` needs a bucket bound: choose from {}", listed(declared))]
    NoBuckets {
        /// The family name, as declared.
        metric: &'static str,
        /// The declared bounds.
        declared: Vec<String>,
    },
    /// A catalog is exposed twice, and not in the same way.
    #[error(
        "`{metric}` is exposed twice, and not in the same way: pass its catalog once, with the view, and nest it in \
         no other catalog that is passed"
    )]
    Twice {
        /// The family name, as declared.
        metric: &'static str,
    },
}

impl ViewError {
    /// The name of the catalog's struct.
    #[must_use]
    pub const fn catalog(&self) -> &'static str {
        self.catalog
    }

    /// The source file and the line at which the catalog is declared.
    #[must_use]
    pub const fn declared_at(&self) -> (&'static str, u32) {
        (self.file, self.line)
    }

    /// The errors.
    #[must_use]
    pub fn problems(&self) -> &[ViewProblem] {
        &self.problems
    }
}

impl fmt::Display for ViewError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "invalid view of catalog `{}`: ", self.catalog)?;
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                formatter.write_str("; ")?;
            }
            problem.fmt(formatter)?;
        }
        Ok(())
    }
}

impl std::error::Error for ViewError {}

/// Returns names in backticks, separated by commas.
fn listed(names: &[impl AsRef<str>]) -> String {
    let names = names.iter().map(|name| format!("`{}`", name.as_ref()));
    names.collect::<Vec<_>>().join(", ")
}
