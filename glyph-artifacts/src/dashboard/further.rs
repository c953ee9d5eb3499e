//! Further dashboards, with panels of the first one.

use std::panic::Location;

use super::{
    json::{self, Named},
    row::{Grouped, Row},
};
use crate::{
    ArtifactError,
    artifacts::{Artifacts, Chosen, Further},
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
            panels: Chosen::Titles(panels.into_iter().map(Into::into).collect()),
            declared_at: Location::caller(),
        });
        self
    }

    /// Adds a dashboard with the panels of one row of [`Artifacts::dashboard`], under the title of the row.
    ///
    /// The uid, variables, links and ids are those of [`Artifacts::and_dashboard`].
    ///
    /// ```
    /// # use glyph_artifacts::Artifacts;
    /// # use glyph_core::{Counter, metric_catalog};
    /// #[metric_catalog(namespace = "doc_row")]
    /// pub struct Metrics {
    ///     /// Orders.
    ///     #[panel(row = "Sales")]
    ///     pub orders: Counter,
    ///     /// Returns.
    ///     #[panel(row = "Stock")]
    ///     pub returns: Counter,
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let artifacts = Artifacts::of::<Metrics>().and_dashboard_of_row("sales", "Sales");
    /// let files = artifacts.files()?;
    /// let sales = files.iter().find(|file| file.path.ends_with("sales.json"));
    /// assert!(sales.is_some_and(|file| !file.content.contains("doc_row_returns_total")));
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn and_dashboard_of_row(mut self, uid: impl Into<String>, row: impl Into<String>) -> Self {
        self.further.push(Further {
            uid: uid.into(),
            title: row.into(),
            panels: Chosen::Row,
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
            let document = json::dashboard(self, &named, &[self.row_of(further)]);
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
            problems.extend(self.missing_panels(further));
        }
        problems
    }

    /// Returns a problem for each panel that a dashboard asks for and that does not exist.
    fn missing_panels(&self, further: &Further) -> Vec<Problem> {
        let found = self.row_of(further);
        let Chosen::Titles(asked) = &further.panels else {
            let message = format!(
                "no row has the title `{}`: use one of the dashboard",
                found.title
            );
            let is_empty = found.panels.is_empty();
            return is_empty
                .then(|| further.problem(message))
                .into_iter()
                .collect();
        };
        let mut titles: Vec<&String> = found.panels().map(|panel| &panel.title).collect();
        let missing = asked.iter().filter(|title| {
            let place = titles.iter().position(|other| other == title);
            place.map(|place| titles.swap_remove(place)).is_none()
        });
        missing
            .map(|title| further.problem(unknown(title, &found)))
            .collect()
    }

    /// Returns the row of a further dashboard. Panels that do not exist are missing.
    fn row_of(&self, further: &Further) -> Row {
        let mut rows = self.panel_rows().into_iter();
        let (title, panels) = match &further.panels {
            Chosen::Titles(titles) => (ROW, chosen(rows, titles)),
            Chosen::Row => {
                let found = rows.find(|row| row.title == further.title);
                let panels = found.map(|row| row.panels);
                (further.title.as_str(), panels.unwrap_or_default())
            }
        };
        Row {
            title: title.to_owned(),
            panels,
            is_declared: true,
            is_collapsed: false,
        }
    }
}

/// Returns the panels with these titles, in their order.
fn chosen(rows: impl Iterator<Item = Row>, titles: &[String]) -> Vec<Grouped> {
    let mut all: Vec<Grouped> = rows.flat_map(|row| row.panels).collect();
    let chosen = titles.iter().filter_map(|title| {
        let index = all
            .iter()
            .position(|grouped| grouped.panel.title == *title)?;
        Some(all.remove(index))
    });
    chosen.collect()
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
