//! Letters of Word and of what writes like it (ECMA-376, transitional and strict).

use std::collections::{BTreeMap, HashMap, HashSet};

use roxmltree::Node;

use crate::paper::archive::Archive;
use crate::paper::block::{self, Align, Block, Cell, Level, Run, Style, is_blank, plain};
use crate::paper::xml::{self, attribute, child, children, is};
use crate::paper::{MAX_DEPTH, PaperError, Source, count_in, roman, wording};

/// Points in an English metric unit, of which 914,400 make an inch.
const EMU: f32 = 72.0 / 914_400.0;
/// Blocks that are kept.
const MAX_BLOCKS: usize = 1_500_000;

/// Reads a letter.
pub(crate) fn read<S: Source>(archive: &mut Archive<S>) -> Result<Vec<Block>, PaperError> {
    let mut word = Word {
        styles: styles(archive),
        numbering: Numbering::read(archive),
        ..Word::default()
    };
    let main = xml::letters(&archive.read("word/document.xml")?)?;
    let main = xml::tree(&main)?;
    word.follow(archive, "document.xml");
    let targets = word.targets.clone();
    let mut blocks = Vec::new();
    let heads = beside(&mut word, archive, &targets, "header");
    blocks.extend(heads);
    let body = child(main.root_element(), "body").ok_or(PaperError::Damaged)?;
    word.follow(archive, "document.xml");
    word.blocks(body, 0, &mut blocks);
    if word.deleted {
        blocks.insert(0, Block::Note(wording::DELETED.to_owned()));
    }
    notes(&mut word, archive, &mut blocks);
    let feet = beside(&mut word, archive, &targets, "footer");
    if !feet.is_empty() {
        blocks.push(label(wording::FOOTERS));
        blocks.extend(feet);
    }
    Ok(blocks)
}

fn label(text: &str) -> Block {
    Block::Heading {
        level: 4,
        runs: plain(text),
    }
}

/// Headers, or footers: each once, however many pages carry it.
fn beside<S: Source>(
    word: &mut Word,
    archive: &mut Archive<S>,
    targets: &BTreeMap<String, String>,
    kind: &str,
) -> Vec<Block> {
    let mut seen = HashSet::new();
    let mut blocks = Vec::new();
    let mut parts: Vec<&String> = targets
        .values()
        .filter(|target| target.starts_with(kind))
        .collect();
    parts.sort();
    for part in parts.into_iter().take(12) {
        let Some(text) = read_part(archive, &format!("word/{part}")) else {
            continue;
        };
        let Ok(tree) = xml::tree(&text) else { continue };
        // A number of pages alone says nothing here.
        let words = xml::text_of(tree.root_element());
        let says = words.chars().any(char::is_alphabetic);
        if says && seen.insert(words) {
            word.follow(archive, part);
            word.blocks(tree.root_element(), 0, &mut blocks);
        }
    }
    blocks
}

/// Footnotes, endnotes and comments, as far as the text points to them.
fn notes<S: Source>(word: &mut Word, archive: &mut Archive<S>, blocks: &mut Vec<Block>) {
    let kinds = [
        ("footnotes.xml", "footnote", wording::FOOTNOTES),
        ("endnotes.xml", "endnote", wording::FOOTNOTES),
        ("comments.xml", "comment", wording::COMMENTS),
    ];
    for (part, name, title) in kinds {
        let pointed: Vec<(String, String)> = word
            .pointed
            .iter()
            .filter(|(kind, ..)| *kind == name)
            .map(|(_, id, sign)| (id.clone(), sign.clone()))
            .collect();
        if pointed.is_empty() {
            continue;
        }
        let Some(text) = read_part(archive, &format!("word/{part}")) else {
            continue;
        };
        let Ok(tree) = xml::tree(&text) else { continue };
        word.follow(archive, part);
        blocks.push(label(title));
        for (id, sign) in pointed {
            let found = tree
                .root_element()
                .children()
                .find(|note| is(*note, name) && attribute(*note, "id") == Some(id.as_str()));
            let Some(note) = found else { continue };
            let mut inner = Vec::new();
            word.blocks(note, 0, &mut inner);
            let mut by = attribute(note, "author").unwrap_or_default().to_owned();
            if !by.is_empty() {
                by.push_str("\u{a0}: ");
            }
            for (index, block) in inner.into_iter().enumerate() {
                blocks.push(match block {
                    Block::Paragraph { mut runs, .. } | Block::Heading { mut runs, .. }
                        if index == 0 =>
                    {
                        runs.splice(
                            0..0,
                            plain(&by).into_iter().filter(|run| !run.text.is_empty()),
                        );
                        Block::Item {
                            depth: 0,
                            marker: sign.clone(),
                            runs,
                        }
                    }
                    other => other,
                });
            }
        }
    }
}

fn read_part<S: Source>(archive: &mut Archive<S>, name: &str) -> Option<String> {
    archive
        .has(name)
        .then(|| archive.read(name).ok())
        .flatten()
        .and_then(|bytes| xml::letters(&bytes).ok())
}

/// What a style says of a paragraph and of its letters.
#[derive(Clone, Default)]
struct Named {
    based_on: Option<String>,
    letters: Letters,
    heading: Option<u8>,
    list: Option<(String, u8)>,
    align: Option<Align>,
}

/// What is said of letters; nothing said leaves them as they are.
#[derive(Clone, Copy, Default)]
struct Letters {
    bold: Option<bool>,
    italic: Option<bool>,
    underline: Option<bool>,
    strike: Option<bool>,
    level: Option<Level>,
    hidden: Option<bool>,
}

impl Letters {
    fn read(properties: Option<Node<'_, '_>>) -> Self {
        let Some(properties) = properties else {
            return Self::default();
        };
        let switch = |name| {
            child(properties, name).map(|node| {
                let value = attribute(node, "val").unwrap_or("1");
                !matches!(value, "0" | "false" | "off" | "none")
            })
        };
        let level = child(properties, "vertAlign").map(|node| match attribute(node, "val") {
            Some("superscript") => Level::Above,
            Some("subscript") => Level::Below,
            _ => Level::Line,
        });
        Self {
            bold: switch("b"),
            italic: switch("i"),
            underline: switch("u"),
            strike: switch("strike").or(switch("dstrike")),
            level,
            hidden: switch("vanish"),
        }
    }

    fn over(self, under: Self) -> Self {
        Self {
            bold: self.bold.or(under.bold),
            italic: self.italic.or(under.italic),
            underline: self.underline.or(under.underline),
            strike: self.strike.or(under.strike),
            level: self.level.or(under.level),
            hidden: self.hidden.or(under.hidden),
        }
    }

    fn style(self) -> Style {
        Style {
            bold: self.bold == Some(true),
            italic: self.italic == Some(true),
            underline: self.underline == Some(true),
            strike: self.strike == Some(true),
            mono: false,
            level: self.level.unwrap_or_default(),
        }
    }
}

fn value<'a>(node: Option<Node<'a, '_>>, name: &str) -> Option<&'a str> {
    attribute(child(node?, name)?, "val")
}

fn styles<S: Source>(archive: &mut Archive<S>) -> HashMap<String, Named> {
    let mut styles = HashMap::new();
    let Some(text) = read_part(archive, "word/styles.xml") else {
        return styles;
    };
    let Ok(tree) = xml::tree(&text) else {
        return styles;
    };
    for style in children(tree.root_element(), "style") {
        let Some(id) = attribute(style, "styleId") else {
            continue;
        };
        let name = value(Some(style), "name")
            .unwrap_or_default()
            .to_lowercase();
        let paragraph = child(style, "pPr");
        let numbered = name
            .strip_prefix("heading ")
            .and_then(|n| n.trim().parse().ok());
        let heading = if name == "title" { Some(1) } else { numbered };
        let named = Named {
            based_on: value(Some(style), "basedOn").map(str::to_owned),
            letters: Letters::read(child(style, "rPr")),
            heading: heading.or_else(|| outline_level(paragraph)),
            list: list(paragraph),
            align: align(paragraph),
        };
        styles.insert(id.to_owned(), named);
    }
    styles
}

fn outline_level(paragraph: Option<Node<'_, '_>>) -> Option<u8> {
    let level: u8 = value(paragraph, "outlineLvl")?.parse().ok()?;
    (level < 9).then_some(level + 1)
}

fn align(paragraph: Option<Node<'_, '_>>) -> Option<Align> {
    value(paragraph, "jc").map(|side| match side {
        "center" => Align::Centre,
        "right" | "end" => Align::Right,
        _ => Align::Left,
    })
}

fn list(paragraph: Option<Node<'_, '_>>) -> Option<(String, u8)> {
    let numbers = child(paragraph?, "numPr");
    let id = value(numbers, "numId")?;
    let level = value(numbers, "ilvl").and_then(|level| level.parse().ok());
    Some((id.to_owned(), level.unwrap_or(0).min(8)))
}

/// How the items of lists are counted.
#[derive(Default)]
struct Numbering {
    /// The kind of list of each list, and where its levels begin.
    lists: HashMap<String, (String, HashMap<u8, u32>)>,
    /// The levels of each kind of list: how it counts, what it writes, where it begins.
    kinds: HashMap<(String, u8), (String, String, u32)>,
    counts: HashMap<String, [Option<u32>; 9]>,
}

impl Numbering {
    fn read<S: Source>(archive: &mut Archive<S>) -> Self {
        let mut numbering = Self::default();
        let Some(text) = read_part(archive, "word/numbering.xml") else {
            return numbering;
        };
        let Ok(tree) = xml::tree(&text) else {
            return numbering;
        };
        let root = tree.root_element();
        for kind in children(root, "abstractNum") {
            let id = attribute(kind, "abstractNumId").unwrap_or_default();
            for level in children(kind, "lvl") {
                let at = attribute(level, "ilvl").and_then(|at| at.parse().ok());
                let told = |name| value(Some(level), name).unwrap_or_default();
                let set = (
                    told("numFmt").to_owned(),
                    told("lvlText").to_owned(),
                    told("start").parse().unwrap_or(1),
                );
                numbering
                    .kinds
                    .insert((id.to_owned(), at.unwrap_or(0)), set);
            }
        }
        for list in children(root, "num") {
            let id = attribute(list, "numId").unwrap_or_default();
            let kind = value(Some(list), "abstractNumId").unwrap_or_default();
            let starts = children(list, "lvlOverride").filter_map(|set| {
                let at = attribute(set, "ilvl")?.parse().ok()?;
                Some((at, value(Some(set), "startOverride")?.parse().ok()?))
            });
            let entry = (kind.to_owned(), starts.collect());
            numbering.lists.insert(id.to_owned(), entry);
        }
        numbering
    }

    /// What stands before the next item of this list; `None` where it is no list.
    fn next(&mut self, list: &str, level: u8) -> Option<String> {
        let (kind, starts) = self.lists.get(list)?;
        let (format, text, _) = self.kinds.get(&(kind.clone(), level))?.clone();
        let kind = kind.clone();
        let start_of = |level: u8| {
            let told = self.kinds.get(&(kind.clone(), level));
            let own = starts.get(&level).copied();
            own.unwrap_or(told.map_or(1, |(.., start)| *start))
        };
        let begin: Vec<u32> = (0..9).map(start_of).collect();
        // A list that begins anew counts for itself; others of the same kind go on.
        let own = if starts.is_empty() {
            format!("kind {kind}")
        } else {
            list.to_owned()
        };
        let counts = self.counts.entry(own).or_default();
        let at = usize::from(level);
        for (index, count) in counts.iter_mut().enumerate() {
            let first = begin.get(index).copied().unwrap_or(1);
            match index.cmp(&at) {
                std::cmp::Ordering::Less => *count = Some(count.unwrap_or(first)),
                std::cmp::Ordering::Equal => {
                    *count = Some(count.map_or(first, |n| n.saturating_add(1)));
                }
                std::cmp::Ordering::Greater => *count = None,
            }
        }
        let counts = *counts;
        if format == "bullet" {
            let odd = |c: char| ('\u{e000}'..='\u{f8ff}').contains(&c) || c == 'o';
            let sign = text.chars().next().filter(|c| !odd(*c));
            return Some(sign.map_or_else(|| "•".to_owned(), String::from));
        }
        if format == "none" {
            return Some(String::new());
        }
        let mut marker = text;
        for (index, count) in counts.iter().enumerate() {
            let place = format!("%{}", index + 1);
            if !marker.contains(&place) {
                continue;
            }
            let level = u8::try_from(index).unwrap_or(0);
            let format = self.kinds.get(&(kind.clone(), level));
            let format = format.map_or("decimal", |(format, ..)| format.as_str());
            marker = marker.replace(&place, &count_in(format, count.unwrap_or(1)));
        }
        Some(marker)
    }
}

#[derive(Default)]
struct Word {
    styles: HashMap<String, Named>,
    numbering: Numbering,
    /// Where the relations of the present part lead, within the archive.
    targets: BTreeMap<String, String>,
    pictures: HashMap<String, Vec<u8>>,
    /// Notes and comments that the text points to, and the sign that stands there.
    pointed: Vec<(&'static str, String, String)>,
    deleted: bool,
}

/// A paragraph being read.
#[derive(Default)]
struct Open {
    runs: Vec<Run>,
    /// What stands in it and is set after it.
    after: Vec<Block>,
}

impl Word {
    /// Reads where the relations of a part lead, and the pictures among them.
    fn follow<S: Source>(&mut self, archive: &mut Archive<S>, part: &str) {
        self.targets.clear();
        self.pictures.clear();
        let Some(text) = read_part(archive, &format!("word/_rels/{part}.rels")) else {
            return;
        };
        let Ok(tree) = xml::tree(&text) else { return };
        for relation in children(tree.root_element(), "Relationship") {
            let (Some(id), Some(target)) =
                (attribute(relation, "Id"), attribute(relation, "Target"))
            else {
                continue;
            };
            // What stands elsewhere is not fetched.
            if attribute(relation, "TargetMode") == Some("External") {
                continue;
            }
            let target = target.trim_start_matches("/word/");
            self.targets.insert(id.to_owned(), target.to_owned());
            let kind = attribute(relation, "Type").unwrap_or_default();
            if kind.ends_with("/image")
                && let Ok(bytes) = archive.read(&format!("word/{target}"))
            {
                self.pictures.insert(id.to_owned(), bytes);
            }
        }
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
                "p" => self.paragraph(node, depth, blocks),
                "tbl" => {
                    let table = self.table(node, depth);
                    blocks.push(table);
                }
                "sdt" | "sdtContent" | "customXml" | "ins" | "moveTo" | "smartTag" => {
                    self.blocks(node, depth + 1, blocks);
                }
                "AlternateContent" => {
                    if let Some(choice) = child(node, "Choice").or(child(node, "Fallback")) {
                        self.blocks(choice, depth + 1, blocks);
                    }
                }
                "del" | "moveFrom" => self.deleted = true,
                "altChunk" => blocks.push(Block::Note(wording::EMBEDDED.to_owned())),
                _ => {}
            }
        }
    }

    /// A style with what it is based on.
    fn named(&self, id: Option<&str>) -> Named {
        let mut whole = Named::default();
        let mut next = id.map(str::to_owned);
        for _ in 0..12 {
            let Some(style) = next.as_ref().and_then(|id| self.styles.get(id)) else {
                break;
            };
            whole.letters = whole.letters.over(style.letters);
            whole.heading = whole.heading.or(style.heading);
            whole.list = whole.list.or_else(|| style.list.clone());
            whole.align = whole.align.or(style.align);
            next.clone_from(&style.based_on);
        }
        whole
    }

    fn paragraph(&mut self, node: Node<'_, '_>, depth: usize, blocks: &mut Vec<Block>) {
        let properties = child(node, "pPr");
        let named = self.named(value(properties, "pStyle"));
        let heading = outline_level(properties).or(named.heading);
        let align = align(properties).or(named.align).unwrap_or_default();
        let list = list(properties).or(named.list.clone());
        if child(properties.unwrap_or(node), "pageBreakBefore").is_some() {
            blocks.push(Block::PageBreak);
        }
        // What a heading's style says of its letters is how all headings look here.
        let letters = if heading.is_some() {
            Letters::default()
        } else {
            named.letters
        };
        let mut open = Open::default();
        self.inline(node, letters, depth, &mut open);
        let mut marker = list.and_then(|(list, level)| {
            (!is_blank(&open.runs)).then(|| {
                self.numbering
                    .next(&list, level)
                    .map(|marker| (level, marker))
            })?
        });
        let mut rest = open.runs;
        // A page may end within a paragraph.
        loop {
            let part = until_page_break(&mut rest);
            let (runs, breaks) = part;
            if !is_blank(&runs) {
                blocks.push(match (heading, marker.take()) {
                    (Some(level), marker) => {
                        let mut all =
                            marker.map_or(Vec::new(), |(_, marker)| plain(&format!("{marker} ")));
                        all.extend(runs);
                        Block::Heading { level, runs: all }
                    }
                    (None, Some((level, marker))) => Block::Item {
                        depth: level,
                        marker,
                        runs,
                    },
                    (None, None) => Block::Paragraph { runs, align },
                });
            }
            if !breaks {
                break;
            }
            blocks.push(Block::PageBreak);
        }
        blocks.append(&mut open.after);
    }

    fn inline(&mut self, parent: Node<'_, '_>, letters: Letters, depth: usize, open: &mut Open) {
        if depth > MAX_DEPTH {
            return;
        }
        for node in parent.children().filter(Node::is_element) {
            match node.tag_name().name() {
                "r" => self.run(node, letters, depth + 1, open),
                "hyperlink" | "smartTag" | "sdt" | "sdtContent" | "fldSimple" | "ins"
                | "moveTo" | "customXml" | "dir" | "bdo" => {
                    self.inline(node, letters, depth + 1, open);
                }
                "del" | "moveFrom" => self.deleted = true,
                "oMath" | "oMathPara" => {
                    let formula: String = node
                        .descendants()
                        .filter(|part| is(*part, "t"))
                        .map(xml::text_of)
                        .collect();
                    block::push(&mut open.runs, &formula, letters.style());
                }
                "AlternateContent" => {
                    if let Some(choice) = child(node, "Choice").or(child(node, "Fallback")) {
                        self.inline(choice, letters, depth + 1, open);
                    }
                }
                _ => {}
            }
        }
    }

    fn run(&mut self, run: Node<'_, '_>, letters: Letters, depth: usize, open: &mut Open) {
        let properties = child(run, "rPr");
        let named = self.named(value(properties, "rStyle"));
        let letters = Letters::read(properties).over(named.letters).over(letters);
        if letters.hidden == Some(true) {
            return;
        }
        self.in_run(run, letters, depth, open);
    }

    fn in_run(&mut self, run: Node<'_, '_>, letters: Letters, depth: usize, open: &mut Open) {
        let style = letters.style();
        for node in run.children().filter(Node::is_element) {
            match node.tag_name().name() {
                "t" => {
                    let text = xml::text_of(node).replace(['\n', '\r', '\t'], " ");
                    block::push(&mut open.runs, &text, style);
                }
                "tab" | "ptab" => block::push(&mut open.runs, "\t", style),
                "br" if attribute(node, "type") == Some("page") => {
                    block::push(&mut open.runs, PAGE_BREAK, style);
                }
                "br" | "cr" => block::push(&mut open.runs, "\n", style),
                "noBreakHyphen" => block::push(&mut open.runs, "\u{2011}", style),
                "sym" => block::push(&mut open.runs, symbol(node), style),
                "fldChar" => {
                    if let Some(sign) = box_of(node) {
                        block::push(&mut open.runs, sign, style);
                    }
                }
                "footnoteReference" => self.point("footnote", node, style, open),
                "endnoteReference" => self.point("endnote", node, style, open),
                "commentReference" => self.point("comment", node, style, open),
                "drawing" | "pict" | "object" => self.drawing(node, depth + 1, open),
                "AlternateContent" => {
                    let choice = child(node, "Choice").or(child(node, "Fallback"));
                    if let (Some(choice), true) = (choice, depth < MAX_DEPTH) {
                        self.in_run(choice, letters, depth + 1, open);
                    }
                }
                "delText" => self.deleted = true,
                _ => {}
            }
        }
    }

    /// A sign that leads to a note below.
    fn point(&mut self, kind: &'static str, node: Node<'_, '_>, style: Style, open: &mut Open) {
        let id = attribute(node, "id").unwrap_or_default().to_owned();
        let before = self
            .pointed
            .iter()
            .filter(|(other, ..)| *other == kind)
            .count();
        let sign = match kind {
            "comment" => format!("C{}", before + 1),
            "endnote" => roman(u32::try_from(before + 1).unwrap_or(1)).to_lowercase(),
            _ => (before + 1).to_string(),
        };
        let above = Style {
            level: Level::Above,
            ..style
        };
        let shown = if kind == "comment" {
            format!("[{sign}]")
        } else {
            sign.clone()
        };
        block::push(&mut open.runs, &shown, above);
        self.pointed.push((kind, id, sign));
    }

    /// A picture, or a box of text; what else is drawn is said to be there.
    fn drawing(&mut self, drawing: Node<'_, '_>, depth: usize, open: &mut Open) {
        let mut shown = false;
        if depth > MAX_DEPTH {
            return;
        }
        for node in drawing.descendants() {
            match node.tag_name().name() {
                "blip" | "imagedata" => {
                    let id = attribute(node, "embed").or(attribute(node, "id"));
                    let bytes = id.and_then(|id| self.pictures.get(id)).cloned();
                    let size = drawing
                        .descendants()
                        .find(|node| is(*node, "extent"))
                        .and_then(|extent| {
                            let side = |name| attribute(extent, name)?.parse::<f32>().ok();
                            Some((side("cx")? * EMU, side("cy")? * EMU))
                        });
                    shown = true;
                    open.after.push(Block::Image {
                        bytes: bytes.unwrap_or_default(),
                        size,
                    });
                }
                "txbxContent" => {
                    shown = true;
                    // One within another is reached through the other.
                    let inner = node
                        .ancestors()
                        .skip(1)
                        .take_while(|above| *above != drawing);
                    let is_inner = inner.into_iter().any(|above| is(above, "txbxContent"));
                    if !is_inner {
                        let mut blocks = Vec::new();
                        self.blocks(node, depth + 1, &mut blocks);
                        open.after.append(&mut blocks);
                    }
                }
                "chart" | "OLEObject" | "relIds" => {
                    shown = true;
                    open.after.push(Block::Note(wording::EMBEDDED.to_owned()));
                }
                _ => {}
            }
        }
        if !shown && is(drawing, "object") {
            open.after.push(Block::Note(wording::EMBEDDED.to_owned()));
        }
    }

    fn table(&mut self, table: Node<'_, '_>, depth: usize) -> Block {
        let mut rows = Vec::new();
        for line in rows_of(table, "tr") {
            let heads = child(line, "trPr").is_some_and(|set| child(set, "tblHeader").is_some());
            let mut row = Vec::new();
            for cell in rows_of(line, "tc") {
                let properties = child(cell, "tcPr");
                let span = value(properties, "gridSpan").and_then(|span| span.parse().ok());
                let merge = properties.and_then(|set| child(set, "vMerge"));
                let continues =
                    merge.is_some_and(|merge| attribute(merge, "val") != Some("restart"));
                let mut blocks = Vec::new();
                self.blocks(cell, depth + 1, &mut blocks);
                row.push(Cell {
                    blocks,
                    span: span.unwrap_or(1).clamp(1, 1_000),
                    continues,
                    header: heads,
                });
            }
            rows.push(row);
        }
        Block::Table(rows)
    }
}

/// Rows, or cells, also those that stand in a control or were added.
fn rows_of<'a, 'input>(parent: Node<'a, 'input>, name: &str) -> Vec<Node<'a, 'input>> {
    let mut found = Vec::new();
    for node in parent.children().filter(Node::is_element) {
        if is(node, name) {
            found.push(node);
        } else if matches!(node.tag_name().name(), "sdt" | "customXml" | "ins") {
            let inner = child(node, "sdtContent").unwrap_or(node);
            found.extend(inner.children().filter(|node| is(*node, name)));
        }
    }
    found
}

/// Stands in runs where a page ends; no letter of any text.
const PAGE_BREAK: &str = "\u{c}";

/// The runs before the next end of a page, and whether there is one.
fn until_page_break(runs: &mut Vec<Run>) -> (Vec<Run>, bool) {
    let Some(at) = runs.iter().position(|run| run.text.contains(PAGE_BREAK)) else {
        return (std::mem::take(runs), false);
    };
    let after = runs.split_off(at);
    let mut before = std::mem::replace(runs, after);
    if let Some(first) = runs.first_mut()
        && let Some((left, right)) = first.text.split_once(PAGE_BREAK)
    {
        block::push(&mut before, left, first.style);
        first.text = right.to_owned();
    }
    (before, true)
}

/// A letter of a font of signs: boxes and ticks are told apart, others are shown as there.
fn symbol(node: Node<'_, '_>) -> &'static str {
    let code = attribute(node, "char").and_then(|code| u32::from_str_radix(code, 16).ok());
    match code.map(|code| code & 0xFF) {
        Some(0xFE | 0x52) => "☑",
        Some(0xFD | 0x54) => "☒",
        Some(0xA8 | 0x6F | 0x71 | 0x72) => "☐",
        Some(0xFC) => "✓",
        Some(0xFB) => "✗",
        Some(0xE0 | 0xE8) => "→",
        Some(0xB7 | 0x6C) => "•",
        _ => "\u{fffd}",
    }
}

/// The box of a form, ticked or not.
fn box_of(field: Node<'_, '_>) -> Option<&'static str> {
    let set = child(child(field, "ffData")?, "checkBox")?;
    let is_on =
        |name| child(set, name).map(|node| !matches!(attribute(node, "val"), Some("0" | "false")));
    let ticked = is_on("checked").or(is_on("default")).unwrap_or(false);
    Some(if ticked { "☒" } else { "☐" })
}
