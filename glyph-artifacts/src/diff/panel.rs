//! The changes of panels between two schemas.

use super::declared::Declared;
use crate::{
    change::{Change, PanelChange},
    schema::PanelSchema,
};

/// The queries of a panel follow the metrics, whose changes are reported.
impl Declared for PanelSchema {
    type Change = PanelChange;

    const ADDED: PanelChange = PanelChange::Added;
    const REMOVED: PanelChange = PanelChange::Removed;

    fn is(&self, new: &Self) -> bool {
        (&self.title, &self.row) == (&new.title, &new.row)
    }

    fn is_renamed(&self, new: &Self) -> bool {
        self.title == new.title || self.queries == new.queries
    }

    fn renamed(&self, new: &Self) -> PanelChange {
        if self.title == new.title {
            return PanelChange::Moved {
                from: self.row.clone(),
                to: new.row.clone(),
            };
        }
        let to = new.title.clone();
        PanelChange::Renamed { to }
    }

    fn changes(&self, _: &Self) -> Vec<PanelChange> {
        Vec::new()
    }

    fn note(&self, change: PanelChange) -> Change {
        let panel = self.title.clone();
        Change::Panel { panel, change }
    }
}
