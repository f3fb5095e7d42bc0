//! What a paper is made of. This model is closed: what a format says beside it is not carried over.

/// How letters are set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a way of its own to set a letter"
)]
pub(crate) struct Style {
    pub(crate) bold: bool,
    pub(crate) italic: bool,
    pub(crate) underline: bool,
    /// Struck through by the author: to be read as withdrawn.
    pub(crate) strike: bool,
    /// Every letter as wide as the others: columns made of spaces stay columns.
    pub(crate) mono: bool,
    /// Where they stand: 10⁹ is not 109.
    pub(crate) level: Level,
}

/// Where letters stand on their line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Level {
    #[default]
    Line,
    Above,
    Below,
}

/// Letters set in one way. A line feed ends the line, a tabulation goes on at the next stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) text: String,
    pub(crate) style: Style,
}

/// To which side lines are set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Align {
    #[default]
    Left,
    Centre,
    Right,
}

/// A cell of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Cell {
    pub(crate) blocks: Vec<Block>,
    /// Columns that it takes, at least one.
    pub(crate) span: usize,
    /// Continues the cell above.
    pub(crate) continues: bool,
    pub(crate) header: bool,
}

/// One thing after the other, from the top.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Block {
    /// Of level 1 and more; shown in the outline.
    Heading {
        level: u8,
        runs: Vec<Run>,
    },
    Paragraph {
        runs: Vec<Run>,
        align: Align,
    },
    /// Of a list, at a depth from 0, with its number or its bullet.
    Item {
        depth: u8,
        marker: String,
        runs: Vec<Run>,
    },
    Table(Vec<Vec<Cell>>),
    /// JPEG, PNG, GIF, BMP or WebP, with its width and height in points as the author set it.
    Image {
        bytes: Vec<u8>,
        size: Option<(f32, f32)>,
    },
    /// What we say ourselves of the paper: set apart, so that nobody takes it for the author's.
    Note(String),
    /// What follows begins a page.
    PageBreak,
}

/// Text as it stands, without style.
pub(crate) fn plain(text: &str) -> Vec<Run> {
    vec![Run {
        text: text.to_owned(),
        style: Style::default(),
    }]
}

/// Adds letters to runs, joining those that are set alike.
pub(crate) fn push(runs: &mut Vec<Run>, text: &str, style: Style) {
    match runs.last_mut() {
        Some(last) if last.style == style => last.text.push_str(text),
        _ if text.is_empty() => {}
        _ => runs.push(Run {
            text: text.to_owned(),
            style,
        }),
    }
}

/// Whether there is nothing to read.
pub(crate) fn is_blank(runs: &[Run]) -> bool {
    runs.iter().all(|run| run.text.trim().is_empty())
}

/// Puts the cells that reach down from above (column, columns, rows left) into a row; the next column that is free.
pub(crate) fn reach(row: &mut Vec<Cell>, reaching: &[(usize, usize, usize)], from: usize) -> usize {
    let mut at = from;
    while let Some((_, span, _)) = reaching.iter().find(|(column, ..)| *column == at) {
        row.push(Cell {
            span: *span,
            continues: true,
            ..Cell::default()
        });
        at += span;
    }
    at
}

/// What still reaches into the row after.
pub(crate) fn next_row(reaching: &mut Vec<(usize, usize, usize)>) {
    for (.., left) in reaching.iter_mut() {
        *left -= 1;
    }
    reaching.retain(|(.., left)| *left > 0);
}
