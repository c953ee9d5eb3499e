//! Further dashboards, with panels of the first one.

use std::panic::Location;

use super::{
    json::{self, Named},
    row::{Grouped, Row},
};
use crate::{
    ArtifactError,
    artifacts::{Artifacts, Further},
    problem::Problem,
};

/// The title of the only row of a further dashboard.
const ROW: &str = "Overview";

impl Artifacts {
    /// Adds a dashboard with panels of [`Artifacts::dashboard`], which are named by their titles. They are from left to
    /// right and top to bottom in this order. Default: no further dashboard.
    ///
    /// The uid is also the name of the file: `grafana/dashboards/UID.json`. Variables, links and the ids of the panels are
    /// those of the first dashboard.
    ///
    /// ```
    /// # use glyph_artifacts::Artifacts;
    /// # use glyph_core::{Counter, metric_catalog};
    /// #[metric_catalog(namespace = "doc_further")]
    /// pub struct Metrics {
    ///     /// Orders.
    ///     #[panel(title = "Orders")]
    ///     pub orders: Counter,
    ///     /// Returns.
    ///     pub returns: Counter,
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let artifacts = Artifacts::of::<Metrics>().and_dashboard("sales", "Sales", ["Orders"]);
    /// let files = artifacts.files()?;
    /// let sales = files.iter().find(|file| file.path.ends_with("sales.json"));
    /// assert!(sales.is_some_and(|file| !file.content.contains("doc_further_returns_total")));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A title that no panel has is a [problem](Self::problems), and so is the uid of another dashboard, or one that
    /// Grafana rejects.
    #[track_caller]
    pub fn and_dashboard<T: Into<String>>(
        mut self,
        uid: impl Into<String>,
        title: impl Into<String>,
        panels: impl IntoIterator<Item = T>,
    ) -> Self {
        self.further.push(Further {
            uid: uid.into(),
            title: title.into(),
            panels: panels.into_iter().map(Into::into).collect(),
            declared_at: Location::caller(),
        });
        self
    }

    /// Returns the further dashboards: the path of each, and its JSON.
    pub(crate) fn further_dashboards(&self) -> Result<Vec<(String, String)>, ArtifactError> {
        let files = self.further.iter().map(|further| {
            let named = Named {
                uid: &further.uid,
                title: further.title.clone(),
            };
            let document = json::dashboard(self, &named, &[self.overview(further)]);
            let path = format!("grafana/dashboards/{}.json", further.uid);
            Ok((path, serde_json::to_string_pretty(&document)? + "\n"))
        });
        files.collect()
    }

    /// Whether a dashboard with this uid is generated.
    pub(crate) fn generates(&self, uid: &str) -> bool {
        uid == self.subject() || self.further.iter().any(|further| further.uid == uid)
    }

    /// Returns the problems of further dashboards.
    pub(crate) fn further_problems(&self) -> Vec<Problem> {
        let mut taken = vec![self.subject()];
        let mut problems = Vec::new();
        for further in &self.further {
            if !is_uid(&further.uid) {
                let message = "a uid has 1 to 40 letters of ASCII, digits, `-` and `_`: write one";
                problems.push(further.problem(message.to_owned()));
            }
            if taken.contains(&further.uid) {
                let message = format!(
                    "`{}` is the uid of another dashboard: choose one",
                    further.uid
                );
                problems.push(further.problem(message));
            }
            taken.push(further.uid.clone());
            let found = self.overview(further);
            let mut titles: Vec<&String> = found.panels().map(|panel| &panel.title).collect();
            for title in &further.panels {
                if let Some(place) = titles.iter().position(|other| *other == title) {
                    titles.swap_remove(place);
                } else {
                    problems.push(further.problem(unknown(title, &found)));
                }
            }
        }
        problems
    }

    /// Returns the row of a further dashboard. Panels that do not exist are missing.
    fn overview(&self, further: &Further) -> Row {
        let mut all: Vec<Grouped> = self
            .panel_rows()
            .into_iter()
            .flat_map(|row| row.panels)
            .collect();
        let chosen = further.panels.iter().filter_map(|title| {
            let index = all
                .iter()
                .position(|grouped| grouped.panel.title == *title)?;
            Some(all.remove(index))
        });
        Row {
            title: ROW.to_owned(),
            panels: chosen.collect(),
            is_declared: true,
            is_collapsed: false,
        }
    }
}

/// Returns what is wrong with a title for which there is no panel, or no further one.
fn unknown(title: &str, found: &Row) -> String {
    if found.panels().any(|panel| panel.title == *title) {
        format!("`{title}` is named more often than the dashboard has it: remove one")
    } else {
        format!("no panel has the title `{title}`: use one of the dashboard")
    }
}

/// Whether Grafana takes this uid, which is the name of a file too.
fn is_uid(uid: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=40).contains(&uid.len()) && uid.bytes().all(is_plain)
}

impl Further {
    fn problem(&self, message: String) -> Problem {
        Problem {
            what: format!("dashboard `{}`", self.uid),
            file: self.declared_at.file().into(),
            line: self.declared_at.line(),
            message,
        }
    }
}
