//! The positions of rows and panels.

use serde_json::{Value, json};

use super::{
    panel::{Panel, Size},
    row::Row,
};

/// The number of columns of a dashboard.
const COLUMNS: usize = 24;

/// The height of a panel with a single number, of an objective's panels, and of any other.
const HEIGHTS: [usize; 3] = [4, 6, 8];

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
///
/// The panels of a collapsed row are at the positions that they have while only this row is open.
/// Grafana moves the rows below when it opens one.
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
        let panels: Vec<&Panel> = row.panels().collect();
        let (placed, below) = placed(&panels, y);
        if !row.is_collapsed {
            y = below;
        }
        positions.push((head, placed));
    }
    positions
}

/// Returns the positions of panels from a line on, and the line below them.
fn placed(panels: &[&Panel], mut y: usize) -> (Vec<GridPos>, usize) {
    let mut positions = Vec::new();
    let (mut x, mut tallest) = (0, 0);
    let mut before = None;
    for (panel, (width, height)) in panels.iter().zip(sizes(panels)) {
        let line = line(panel.size);
        if x + width > COLUMNS || before.is_some_and(|before| before != line) {
            (x, y, tallest) = (0, y + tallest, 0);
        }
        positions.push(GridPos {
            x,
            y,
            width,
            height,
        });
        before = Some(line);
        x += width;
        tallest = tallest.max(height);
    }
    (positions, y + tallest)
}

/// Returns the kind of line that a panel is in. Panels of different kinds share no line.
fn line(size: Size) -> u8 {
    match size {
        Size::Number => 0,
        Size::Half => 1,
        Size::Graph => 2,
        Size::Budget | Size::Burn => 3,
    }
}

/// Orders panels by the kind of their line.
pub(super) fn rank(panel: &Panel) -> u8 {
    line(panel.size)
}

/// Returns the width and height of each panel. Up to six single-number panels share the width.
/// Graphs are one, two or three in a grid row, depending on their number.
fn sizes(panels: &[&Panel]) -> Vec<(usize, usize)> {
    let count = |size: Size| panels.iter().filter(|panel| panel.size == size).count();
    let graph = match count(Size::Graph) {
        1 => COLUMNS,
        2 | 4 => COLUMNS / 2,
        _ => COLUMNS / 3,
    };
    let number = COLUMNS / count(Size::Number).clamp(1, 6);
    let [low, middle, high] = HEIGHTS;
    let size = |panel: &&Panel| match panel.size {
        Size::Number => (number, low),
        Size::Half => (COLUMNS / 2, high),
        Size::Graph => (graph, high),
        // Their titles are long, so that each objective has a line.
        Size::Budget => (COLUMNS * 3 / 8, middle),
        Size::Burn => (COLUMNS * 5 / 8, middle),
    };
    panels.iter().map(size).collect()
}
