//! Letters of `LibreOffice` and of what writes like it (ISO/IEC 26300).

use std::collections::{HashMap, HashSet};

use roxmltree::Node;

use crate::paper::archive::Archive;
use crate::paper::block::{self, Align, Block, Cell, Level, Run, Style, is_blank, plain};
use crate::paper::xml::{self, attribute, child, children, is};
use crate::paper::{MAX_DEPTH, PaperError, Source, count_in, wording};

/// Blocks that are kept.
const MAX_BLOCKS: usize = 1_500_000;
/// Rows and cells that one element may stand for.
const MAX_REPEATED: usize = 64;

/// Reads a letter.
pub(crate) fn read<S: Source>(archive: &mut Archive<S>) -> Result<Vec<Block>, PaperError> {
    let content = xml::letters(&archive.read("content.xml")?)?;
    let tree = xml::tree(&content)?;
    let root = tree.root_element();
    let beside = archive.read("styles.xml").ok();
    let beside = beside.and_then(|bytes| xml::letters(&bytes).ok());
    let beside = beside.as_deref().and_then(|text| xml::tree(text).ok());
    let mut letter = Letter::default();
    if let Some(styles) = &beside {
        letter.styles(styles.root_element());
    }
    letter.styles(root);
    letter.pictures(archive);
    let body = child(root, "body").and_then(|body| child(body, "text"));
    let body = body.ok_or(PaperError::Damaged)?;

    let mut blocks = Vec::new();
    let (heads, feet) = match &beside {
        Some(styles) => (
            letter.beside(styles.root_element(), "header"),
            letter.beside(styles.root_element(), "footer"),
        ),
        None => (Vec::new(), Vec::new()),
    };
    blocks.extend(heads);
    letter.blocks(body, 0, &mut blocks);
    if letter.deleted {
        blocks.insert(0, Block::Note(wording::DELETED.to_owned()));
    }
    let notes = std::mem::take(&mut letter.notes);
    let comments = std::mem::take(&mut letter.comments);
    for (title, more) in [
        (wording::FOOTNOTES, notes),
        (wording::COMMENTS, comments),
        (wording::FOOTERS, feet),
    ] {
        if !more.is_empty() {
            blocks.push(Block::Heading {
                level: 4,
                runs: plain(title),
            });
            blocks.extend(more);
        }
    }
    Ok(blocks)
}

/// What a style says; nothing said leaves letters as they are.
#[derive(Clone, Default)]
struct Named {
    parent: Option<String>,
    bold: Option<bool>,
    italic: Option<bool>,
    underline: Option<bool>,
    strike: Option<bool>,
    level: Option<Level>,
    hidden: bool,
    align: Option<Align>,
    breaks: bool,
}

/// How a level of a list is counted; no format is a bullet.
type Counted = (Option<String>, String, String, u32);

#[derive(Default)]
struct Letter {
    named: HashMap<String, Named>,
    lists: HashMap<(String, usize), Counted>,
    /// The last number of each list, for those that go on.
    last: HashMap<(String, usize), u32>,
    pictures: HashMap<String, Vec<u8>>,
    notes: Vec<Block>,
    comments: Vec<Block>,
    comment_count: usize,
    deleted: bool,
}

impl Letter {
    fn styles(&mut self, root: Node<'_, '_>) {
        let groups = root
            .children()
            .filter(|group| matches!(group.tag_name().name(), "styles" | "automatic-styles"));
        for style in groups.flat_map(|group| group.children()) {
            let Some(name) = attribute(style, "name") else {
                continue;
            };
            if is(style, "list-style") {
                for level in style.children().filter(Node::is_element) {
                    let at = attribute(level, "level").and_then(|at| at.parse().ok());
                    let told = |name| attribute(level, name).unwrap_or_default().to_owned();
                    let format = is(level, "list-level-style-number").then(|| told("num-format"));
                    let start = told("start-value").parse().unwrap_or(1);
                    let set = (format, told("num-prefix"), told("num-suffix"), start);
                    self.lists.insert((name.to_owned(), at.unwrap_or(1)), set);
                }
            } else if is(style, "style") {
                self.named.insert(name.to_owned(), named(style));
            }
        }
    }

    /// The pictures that the letter carries; those elsewhere are not fetched.
    fn pictures<S: Source>(&mut self, archive: &mut Archive<S>) {
        for index in 0..archive.len() {
            let Some(name) = archive.name(index) else {
                continue;
            };
            if (name.starts_with("Pictures/") || name.starts_with("media/"))
                && let Ok(bytes) = archive.read_at(index)
            {
                self.pictures.insert(name, bytes);
            }
        }
    }

    /// Headers, or footers, each once.
    fn beside(&mut self, root: Node<'_, '_>, kind: &str) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut seen = HashSet::new();
        let parts = root.descendants().filter(|node| {
            let name = node.tag_name().name();
            name == kind
                || name
                    .strip_prefix(kind)
                    .is_some_and(|rest| rest == "-left" || rest == "-first")
        });
        for part in parts.take(12) {
            let words = xml::text_of(part);
            if words.chars().any(char::is_alphabetic) && seen.insert(words) {
                self.blocks(part, 0, &mut blocks);
            }
        }
        blocks
    }

    /// A style with those it stands on.
    fn whole(&self, name: Option<&str>) -> Named {
        let mut whole = Named::default();
        let mut next = name.map(str::to_owned);
        for step in 0..12 {
            let Some(style) = next.as_ref().and_then(|name| self.named.get(name)) else {
                break;
            };
            whole.bold = whole.bold.or(style.bold);
            whole.italic = whole.italic.or(style.italic);
            whole.underline = whole.underline.or(style.underline);
            whole.strike = whole.strike.or(style.strike);
            whole.level = whole.level.or(style.level);
            whole.align = whole.align.or(style.align);
            whole.hidden |= style.hidden;
            whole.breaks |= style.breaks && step == 0;
            next.clone_from(&style.parent);
        }
        whole
    }

    fn blocks(&mut self, parent: Node<'_, '_>, depth: usize, blocks: &mut Vec<Block>) {
        if depth > MAX_DEPTH {
            return;
        }
        for node in parent.children().filter(Node::is_element) {
            if blocks.len() > MAX_BLOCKS {
                return;
            }
            match node.tag_name().name() {
                "p" | "h" => self.paragraph(node, None, depth, blocks),
                "list" => self.list(node, None, 1, depth, blocks),
                "table" => {
                    let table = self.table(node, depth);
                    blocks.push(table);
                }
                "tracked-changes" => {
                    self.deleted |= node.descendants().any(|node| is(node, "deletion"));
                }
                "frame" => {
                    self.frame(node, depth + 1, blocks);
                }
                "section" | "index-body" | "index-title" | "table-of-content"
                | "illustration-index" | "table-index" | "bibliography" | "alphabetical-index"
                | "user-index" | "text-box" | "g" => {
                    self.blocks(node, depth + 1, blocks);
                }
                _ => {}
            }
        }
    }

    fn paragraph(
        &mut self,
        node: Node<'_, '_>,
        item: Option<(u8, String)>,
        depth: usize,
        blocks: &mut Vec<Block>,
    ) {
        let named = self.whole(attribute(node, "style-name"));
        if named.breaks {
            blocks.push(Block::PageBreak);
        }
        let is_heading = is(node, "h");
        let style = if is_heading {
            Style::default()
        } else {
            styled(&named, Style::default())
        };
        let mut runs = Vec::new();
        let mut after = Vec::new();
        if !named.hidden {
            self.inline(node, style, depth, &mut runs, &mut after);
        }
        if let Some(last) = runs.last_mut() {
            last.text.truncate(last.text.trim_end_matches(' ').len());
        }
        if !is_blank(&runs) {
            blocks.push(match item {
                _ if is_heading => {
                    let level =
                        attribute(node, "outline-level").and_then(|level| level.parse().ok());
                    Block::Heading {
                        level: level.unwrap_or(1),
                        runs,
                    }
                }
                Some((depth, marker)) => Block::Item {
                    depth,
                    marker,
                    runs,
                },
                None => Block::Paragraph {
                    runs,
                    align: named.align.unwrap_or_default(),
                },
            });
        }
        blocks.append(&mut after);
    }

    fn list(
        &mut self,
        list: Node<'_, '_>,
        outer: Option<&str>,
        level: usize,
        depth: usize,
        blocks: &mut Vec<Block>,
    ) {
        if depth > MAX_DEPTH {
            return;
        }
        let name = attribute(list, "style-name").or(outer).unwrap_or_default();
        let key = (name.to_owned(), level);
        let set = self.lists.get(&key).cloned();
        let (format, prefix, suffix, start) = set.unwrap_or_default();
        let goes_on = attribute(list, "continue-numbering") == Some("true")
            || attribute(list, "continue-list").is_some();
        let mut number = match self.last.get(&key) {
            Some(before) if goes_on => before.saturating_add(1),
            _ => start.max(1),
        };
        let indent = u8::try_from(level - 1).unwrap_or(8).min(8);
        for item in list
            .children()
            .filter(|item| is(*item, "list-item") || is(*item, "list-header"))
        {
            if let Some(told) = attribute(item, "start-value").and_then(|told| told.parse().ok()) {
                number = told;
            }
            let mut marker = match &format {
                _ if is(item, "list-header") => String::new(),
                Some(format) if format.is_empty() => String::new(),
                Some(format) => format!("{prefix}{}{suffix}", count_in(kind_of(format), number)),
                None => "•".to_owned(),
            };
            let mut counts = false;
            for node in item.children().filter(Node::is_element) {
                match node.tag_name().name() {
                    "p" | "h" => {
                        counts = true;
                        let marker = std::mem::take(&mut marker);
                        self.paragraph(node, Some((indent, marker)), depth + 1, blocks);
                    }
                    "list" => self.list(node, Some(name), (level + 1).min(10), depth + 1, blocks),
                    _ => {}
                }
            }
            if counts && is(item, "list-item") {
                self.last.insert(key.clone(), number);
                number = number.saturating_add(1);
            }
        }
    }

    fn inline(
        &mut self,
        parent: Node<'_, '_>,
        style: Style,
        depth: usize,
        runs: &mut Vec<Run>,
        after: &mut Vec<Block>,
    ) {
        if depth > MAX_DEPTH {
            return;
        }
        for node in parent.children() {
            if node.is_text() {
                spaced(node.text().unwrap_or_default(), style, runs);
                continue;
            }
            match node.tag_name().name() {
                "span" => {
                    let named = self.whole(attribute(node, "style-name"));
                    if !named.hidden {
                        self.inline(node, styled(&named, style), depth + 1, runs, after);
                    }
                }
                "s" => {
                    let count = attribute(node, "c").and_then(|count| count.parse().ok());
                    let spaces = "\u{a0}".repeat(count.unwrap_or(1_usize).min(200));
                    let spaces = if spaces.chars().count() == 1 {
                        " ".to_owned()
                    } else {
                        spaces
                    };
                    block::push(runs, &spaces, style);
                }
                "tab" => block::push(runs, "\t", style),
                "line-break" => block::push(runs, "\n", style),
                "note" => {
                    let sign = child(node, "note-citation")
                        .map(xml::text_of)
                        .unwrap_or_default();
                    let above = Style {
                        level: Level::Above,
                        ..style
                    };
                    block::push(runs, &sign, above);
                    if let Some(body) = child(node, "note-body") {
                        let mut inner = Vec::new();
                        self.blocks(body, depth + 1, &mut inner);
                        self.notes.extend(marked(inner, &sign, ""));
                    }
                }
                "annotation" => {
                    self.comment_count += 1;
                    let sign = format!("C{}", self.comment_count);
                    let above = Style {
                        level: Level::Above,
                        ..style
                    };
                    block::push(runs, &format!("[{sign}]"), above);
                    let by = child(node, "creator").map(xml::text_of).unwrap_or_default();
                    let mut inner = Vec::new();
                    self.blocks(node, depth + 1, &mut inner);
                    self.comments.extend(marked(inner, &sign, &by));
                }
                "frame" | "custom-shape" | "rect" | "g" => self.frame(node, depth + 1, after),
                "ruby-text" | "tracked-changes" | "hidden-text" | "hidden-paragraph" => {}
                "p" | "h" => {
                    // Only shapes hold paragraphs within one.
                    self.paragraph(node, None, depth + 1, after);
                }
                _ if node.is_element() => self.inline(node, style, depth + 1, runs, after),
                _ => {}
            }
        }
    }

    /// A picture, or a box of text.
    fn frame(&mut self, frame: Node<'_, '_>, depth: usize, after: &mut Vec<Block>) {
        if depth > MAX_DEPTH {
            return;
        }
        let size = attribute(frame, "width")
            .and_then(points)
            .zip(attribute(frame, "height").and_then(points));
        let images: Vec<Node<'_, '_>> = children(frame, "image").collect();
        let known = images.iter().find_map(|image| {
            let place = attribute(*image, "href")?.trim_start_matches("./");
            self.pictures.get(place)
        });
        if let Some(bytes) = known {
            let bytes = bytes.clone();
            after.push(Block::Image { bytes, size });
        } else if child(frame, "object").is_some() || child(frame, "object-ole").is_some() {
            after.push(Block::Note(wording::EMBEDDED.to_owned()));
        } else if !images.is_empty() {
            after.push(Block::Image {
                bytes: Vec::new(),
                size,
            });
        }
        if let Some(text) = child(frame, "text-box") {
            self.blocks(text, depth + 1, after);
        } else if !is(frame, "frame") {
            for inner in frame.children().filter(Node::is_element) {
                match inner.tag_name().name() {
                    "p" | "h" => self.paragraph(inner, None, depth + 1, after),
                    "list" => self.list(inner, None, 1, depth + 1, after),
                    "frame" | "custom-shape" | "rect" | "g" => self.frame(inner, depth + 1, after),
                    _ => {}
                }
            }
        }
    }

    fn table(&mut self, table: Node<'_, '_>, depth: usize) -> Block {
        let mut rows = Vec::new();
        self.rows(table, false, depth + 1, &mut rows);
        Block::Table(rows)
    }

    fn rows(
        &mut self,
        parent: Node<'_, '_>,
        header: bool,
        depth: usize,
        rows: &mut Vec<Vec<Cell>>,
    ) {
        if depth > MAX_DEPTH {
            return;
        }
        for line in parent.children().filter(Node::is_element) {
            match line.tag_name().name() {
                "table-header-rows" => self.rows(line, true, depth + 1, rows),
                "table-rows" | "table-row-group" => self.rows(line, header, depth + 1, rows),
                "table-row" => {
                    let mut row = Vec::new();
                    for cell in line.children().filter(Node::is_element) {
                        let count =
                            |name| attribute(cell, name).and_then(|count| count.parse().ok());
                        let repeated: usize = count("number-columns-repeated").unwrap_or(1);
                        if is(cell, "table-cell") {
                            let mut blocks = Vec::new();
                            self.blocks(cell, depth + 1, &mut blocks);
                            let cell = Cell {
                                blocks,
                                span: count("number-columns-spanned").unwrap_or(1).clamp(1, 1_000),
                                continues: false,
                                header,
                            };
                            row.extend(std::iter::repeat_n(cell, repeated.clamp(1, MAX_REPEATED)));
                        } else if is(cell, "covered-table-cell") {
                            // Covered by the cell before it, or by one above.
                            let spans: usize = row.iter().map(|cell: &Cell| cell.span).sum();
                            let at = covered(cell) + 1;
                            if at > spans {
                                row.push(Cell {
                                    span: 1,
                                    continues: true,
                                    ..Cell::default()
                                });
                            }
                        }
                    }
                    if !row.is_empty() {
                        rows.push(row);
                    }
                }
                _ => {}
            }
        }
    }
}

/// The column of a covered cell, from 0.
fn covered(cell: Node<'_, '_>) -> usize {
    cell.prev_siblings()
        .skip(1)
        .filter(Node::is_element)
        .count()
}

/// The blocks of a note behind its sign.
fn marked(blocks: Vec<Block>, sign: &str, by: &str) -> Vec<Block> {
    let mut blocks = blocks;
    if let Some(Block::Paragraph { runs, .. }) = blocks.first_mut() {
        let mut runs = std::mem::take(runs);
        if !by.is_empty() {
            runs.splice(0..0, plain(&format!("{by}\u{a0}: ")));
        }
        if let Some(first) = blocks.first_mut() {
            *first = Block::Item {
                depth: 0,
                marker: sign.to_owned(),
                runs,
            };
        }
    }
    blocks
}

fn named(style: Node<'_, '_>) -> Named {
    let text = child(style, "text-properties");
    let lines = child(style, "paragraph-properties");
    let of_text = |name| text.and_then(|text| attribute(text, name));
    let position = of_text("text-position").map(|position| {
        let raised = position.split_whitespace().next().unwrap_or_default();
        if raised == "super" {
            Level::Above
        } else if raised == "sub" || raised.starts_with('-') {
            Level::Below
        } else if raised.starts_with('0') {
            Level::Line
        } else {
            Level::Above
        }
    });
    let of_lines = |name| lines.and_then(|lines| attribute(lines, name));
    Named {
        parent: attribute(style, "parent-style-name").map(str::to_owned),
        bold: of_text("font-weight").map(|weight| {
            weight == "bold" || weight.parse::<u32>().is_ok_and(|weight| weight >= 600)
        }),
        italic: of_text("font-style").map(|slant| slant != "normal"),
        underline: of_text("text-underline-style").map(|line| line != "none"),
        strike: of_text("text-line-through-style").map(|line| line != "none"),
        level: position,
        hidden: of_text("display") == Some("none"),
        align: of_lines("text-align").map(|side| match side {
            "center" => Align::Centre,
            "end" | "right" => Align::Right,
            _ => Align::Left,
        }),
        breaks: of_lines("break-before") == Some("page"),
    }
}

fn styled(named: &Named, style: Style) -> Style {
    Style {
        bold: named.bold.unwrap_or(style.bold),
        italic: named.italic.unwrap_or(style.italic),
        underline: named.underline.unwrap_or(style.underline),
        strike: named.strike.unwrap_or(style.strike),
        mono: style.mono,
        level: named.level.unwrap_or(style.level),
    }
}

/// Letters; white space is one space, and none at the beginning (ISO/IEC 26300-3, 6.1.2).
fn spaced(text: &str, style: Style, runs: &mut Vec<Run>) {
    let mut words = String::with_capacity(text.len());
    let ends = |text: &str| text.ends_with([' ', '\n', '\t']);
    let mut after_space = runs.last().is_none_or(|run| ends(&run.text));
    for letter in text.chars() {
        if matches!(letter, ' ' | '\t' | '\n' | '\r') {
            if !after_space {
                words.push(' ');
            }
            after_space = true;
        } else {
            words.push(letter);
            after_space = false;
        }
    }
    block::push(runs, &words, style);
}

/// A length in points.
fn points(length: &str) -> Option<f32> {
    let unit = length.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = length.split_at(unit);
    let in_points = match unit {
        "cm" => 72.0 / 2.54,
        "mm" => 72.0 / 25.4,
        "in" => 72.0,
        "pt" => 1.0,
        "pc" => 12.0,
        "px" => 0.75,
        _ => return None,
    };
    Some(number.parse::<f32>().ok()? * in_points)
}

/// The way of counting that its letter stands for.
fn kind_of(format: &str) -> &'static str {
    match format {
        "a" => "lowerLetter",
        "A" => "upperLetter",
        "i" => "lowerRoman",
        "I" => "upperRoman",
        _ => "decimal",
    }
}
