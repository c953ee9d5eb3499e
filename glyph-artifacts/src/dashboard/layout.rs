//! Where panels stand.

use serde_json::{Value, json};

use super::{panel::Panel, row::Row};
use glyph_core::catalog::PanelForm;

/// The columns that a dashboard has.
const COLUMNS: usize = 24;

/// A place, in columns and lines.
#[derive(Clone, Copy, Debug)]
pub(super) struct GridPos {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
}

impl GridPos {
    pub(super) fn json(self) -> Value {
        json!({ "h": self.height, "w": self.width, "x": self.x, "y": self.y })
    }
}

/// The place of each row, and those of its panels: from the left to the right and down.
pub(super) fn grid_positions(rows: &[Row]) -> Vec<(GridPos, Vec<GridPos>)> {
    let mut y = 0;
    let mut places = Vec::new();
    for row in rows {
        let head = GridPos {
            x: 0,
            y,
            width: COLUMNS,
            height: 1,
        };
        y += 1;
        let mut panels = Vec::new();
        let (mut x, mut tallest) = (0, 0);
        for (width, height) in sizes(&row.panels) {
            if x + width > COLUMNS {
                (x, y, tallest) = (0, y + tallest, 0);
            }
            panels.push(GridPos {
                x,
                y,
                width,
                height,
            });
            x += width;
            tallest = tallest.max(height);
        }
        y += tallest;
        places.push((head, panels));
    }
    places
}

/// Numbers share the width; lines stand two by two, or three by three where they are many.
fn sizes(panels: &[Panel]) -> Vec<(usize, usize)> {
    let is_number = |panel: &Panel| matches!(panel.form, PanelForm::Stat | PanelForm::Gauge);
    let numbers = panels.iter().filter(|panel| is_number(panel)).count();
    let lines = panels.len() - numbers;
    let width = match lines {
        1 => COLUMNS,
        2 | 4 => COLUMNS / 2,
        _ => COLUMNS / 3,
    };
    let number = COLUMNS / numbers.clamp(1, 6);
    let size = |panel: &Panel| {
        if is_number(panel) {
            (number, 4)
        } else {
            (width, 8)
        }
    };
    panels.iter().map(size).collect()
}
