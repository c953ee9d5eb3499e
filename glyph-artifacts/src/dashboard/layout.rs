//! The positions of rows and panels.

use serde_json::{Value, json};

use super::{panel::Panel, row::Row};
use glyph_core::catalog::PanelForm;

/// The number of columns of a dashboard.
const COLUMNS: usize = 24;

/// A position in Grafana's grid, in columns and grid rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct GridPos {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
}

impl GridPos {
    /// Returns the `gridPos` object.
    pub(super) fn json(self) -> Value {
        json!({ "h": self.height, "w": self.width, "x": self.x, "y": self.y })
    }
}

/// Returns the position of each row and of its panels, from left to right and top to bottom.
pub(super) fn positions(rows: &[Row]) -> Vec<(GridPos, Vec<GridPos>)> {
    let mut y = 0;
    let mut positions = Vec::new();
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
        positions.push((head, panels));
    }
    positions
}

/// Returns the width and height of each panel. Up to six single-number panels share the width.
/// Other panels are one, two or three in a grid row, depending on their number.
fn sizes(panels: &[Panel]) -> Vec<(usize, usize)> {
    let is_number = |panel: &Panel| matches!(panel.form, PanelForm::Stat | PanelForm::Gauge);
    let numbers = panels.iter().filter(|panel| is_number(panel)).count();
    let graphs = panels.len() - numbers;
    let width = match graphs {
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
