//! Stages as they are declared.

use super::roles::with_roles;

macro_rules! stage_descriptor {
    ($($(#[$doc:meta])* $role:ident,)+) => {
        /// A declared stage.
        #[derive(Clone, Copy, Debug)]
        pub struct StageDescriptor {
            /// The name of the stage.
            pub name: &'static str,
            /// The labels.
            pub labels: &'static [StageLabel],
            /// The family name of its histogram.
            pub duration: &'static str,
            $($(#[$doc])* pub $role: Option<&'static str>,)+
            /// The source file.
            pub file: &'static str,
            /// The line of the attribute.
            pub line: u32,
        }

        impl StageDescriptor {
            /// Returns the stage with its metrics under the family names that `exposed` returns. A
            /// metric without one is not bound; that of the duration keeps its name.
            #[doc(hidden)]
            #[must_use]
            pub fn with_families(
                self,
                exposed: impl Fn(&'static str) -> Option<&'static str>,
            ) -> Self {
                Self {
                    duration: exposed(self.duration).unwrap_or(self.duration),
                    $($role: self.$role.and_then(&exposed),)+
                    ..self
                }
            }

            /// Returns each role, with the family name of the metric bound to it.
            pub fn roles(&self) -> impl Iterator<Item = (&'static str, Option<&'static str>)> {
                [
                    ("duration", Some(self.duration)),
                    $((stringify!($role), self.$role),)+
                ]
                .into_iter()
            }
        }
    };
}
with_roles!(stage_descriptor);

/// A label of a stage.
#[derive(Clone, Copy, Debug)]
pub struct StageLabel {
    /// The label name.
    pub name: &'static str,
    /// The values of a closed label; `None` for an open one.
    pub values: Option<&'static [&'static str]>,
    /// Whether the declaration sets its value. Functions set the others.
    pub given: bool,
    /// Whether its value is known at the end of a call.
    pub at_end: bool,
    /// The name of its type, if that is marked `#[label(never)]`.
    pub(crate) never: Option<&'static str>,
}
