//! The ids of panels, and links to them.
//!
//! An id depends on what the panel shows, and not on its position or title. So links to panels
//! stay right when others are added.

use std::collections::{BTreeMap, BTreeSet};

use glyph_core::catalog::CatalogDescriptor;

use crate::checksum::checksum;

/// What a panel shows of its metric or objective.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Aspect {
    /// The value, the rate or the quantiles of a metric.
    Value,
    /// The share of failed calls of a metric.
    Failures,
    /// The distribution of a histogram.
    Distribution,
    /// What is left of the budget of an objective.
    BudgetLeft,
    /// How fast the budget of an objective burns.
    Burn,
}

impl Aspect {
    const OF_METRIC: [Self; 3] = [Self::Value, Self::Failures, Self::Distribution];
    const OF_OBJECTIVE: [Self; 2] = [Self::BudgetLeft, Self::Burn];

    fn name(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Failures => "failures",
            Self::Distribution => "distribution",
            Self::BudgetLeft => "budget",
            Self::Burn => "burn",
        }
    }
}

/// The ids of all panels of a dashboard.
#[derive(Debug, Default)]
pub(super) struct PanelIds {
    taken: BTreeSet<u32>,
    ids: BTreeMap<(Aspect, &'static str), u32>,
}

impl PanelIds {
    /// Returns ids for everything that panels can show of these catalogs.
    pub(super) fn new(catalogs: &[&'static CatalogDescriptor]) -> Self {
        let mut ids = Self::default();
        for metric in catalogs.iter().flat_map(|catalog| catalog.metrics) {
            for aspect in Aspect::OF_METRIC {
                ids.add(aspect, metric.name);
            }
            for objective in metric.objectives {
                for aspect in Aspect::OF_OBJECTIVE {
                    ids.add(aspect, objective.name);
                }
            }
        }
        ids
    }

    fn add(&mut self, aspect: Aspect, name: &'static str) {
        if !self.ids.contains_key(&(aspect, name)) {
            let id = self.free(&format!("{} {name}", aspect.name()));
            self.ids.insert((aspect, name), id);
        }
    }

    /// Returns the id of a panel of a metric or an objective with this name.
    pub(super) fn get(&self, aspect: Aspect, name: &'static str) -> Option<u32> {
        self.ids.get(&(aspect, name)).copied()
    }

    /// Returns an id that nothing else on the dashboard has.
    pub(super) fn free(&mut self, what: &str) -> u32 {
        let mut id = shortened(checksum(what));
        while !self.taken.insert(id) {
            id = shortened(u64::from(id) + 1);
        }
        id
    }
}

/// Returns a positive number of 31 bits, which every version of Grafana accepts as an id.
fn shortened(checksum: u64) -> u32 {
    let folded = (checksum ^ (checksum >> 32)) & 0x7fff_ffff;
    u32::try_from(folded).unwrap_or(u32::MAX).max(1)
}

/// Returns the address of a dashboard, or of one panel of it, with the values of its variables.
///
/// The values are those of the alert's labels, as templates of Prometheus.
pub(super) fn url(dashboard: &str, panel: Option<u32>, labels: &[&str]) -> String {
    let panel = panel.map(|id| format!("viewPanel={id}"));
    let labels = labels
        .iter()
        .map(|label| format!("var-{label}={{{{ $labels.{label} | urlquery }}}}"));
    let parameters: Vec<String> = panel.into_iter().chain(labels).collect();
    if parameters.is_empty() {
        dashboard.to_owned()
    } else {
        format!("{dashboard}?{}", parameters.join("&"))
    }
}
