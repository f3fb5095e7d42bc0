//! HL7 CDA R2: what a laboratory, a hospital or a shared record writes. Its narrative is what its author signed, and is laid out;
//! a document that it carries in its stead is shown as it is.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use roxmltree::Node;

use crate::paper::block::{self, Align, Block, Cell, Level, Run, Style, is_blank, plain};
use crate::paper::layout::{self, LaidOut};
use crate::paper::xml::{self, attribute, child, children, is};
use crate::paper::{MAX_DEPTH, PaperError, wording};

/// What a CDA document shows.
pub(crate) enum Body {
    Narrative(LaidOut),
    /// Another document, as it stands.
    Carried(Vec<u8>),
}

pub(crate) fn read(bytes: &[u8]) -> Result<Body, PaperError> {
    let text = xml::letters(bytes)?;
    let tree = xml::tree(&text)?;
    let root = tree.root_element();
    if !is(root, "ClinicalDocument") {
        return Err(PaperError::Damaged);
    }
    let body = children(root, "component").find_map(|component| {
        child(component, "structuredBody").or(child(component, "nonXMLBody"))
    });
    let body = body.ok_or(PaperError::Damaged)?;
    if let Some(carried) = child(body, "text").filter(|_| is(body, "nonXMLBody")) {
        let text = xml::text_of(carried);
        if attribute(carried, "representation") != Some("B64") {
            let mut blocks = header(root);
            blocks.extend(crate::paper::text::preformatted(&text, Style::default()));
            return layout::lay_out(blocks).map(Body::Narrative);
        }
        return decode(&text).map(Body::Carried).ok_or(PaperError::Damaged);
    }
    let pictures = root
        .descendants()
        .filter(|node| is(*node, "observationMedia"))
        .filter_map(|node| {
            let value = child(node, "value")?;
            Some((
                attribute(node, "ID")?.to_owned(),
                decode(&xml::text_of(value))?,
            ))
        });
    let mut narrative = Narrative {
        pictures: pictures.collect(),
        ..Narrative::default()
    };
    narrative.blocks = header(root);
    for component in children(body, "component") {
        if let Some(section) = child(component, "section") {
            narrative.section(section, 2);
        }
    }
    if narrative.deleted {
        narrative
            .blocks
            .insert(0, Block::Note(wording::DELETED.to_owned()));
    }
    layout::lay_out(narrative.blocks).map(Body::Narrative)
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let code: String = text
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .collect();
    STANDARD.decode(code).ok()
}

/// The words below, parted by one space each.
fn words(node: Node<'_, '_>) -> String {
    let texts = node.descendants().filter(Node::is_text);
    let words: Vec<&str> = texts
        .filter_map(|text| text.text())
        .flat_map(str::split_whitespace)
        .collect();
    words.join(" ")
}

/// A date of HL7 (`YYYYMMDD...`) as it is written here; what cannot be read is shown as it is.
fn date(value: &str) -> String {
    let digits: String = value.chars().take_while(char::is_ascii_digit).collect();
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default().to_owned();
    match digits.len() {
        0..=3 => value.to_owned(),
        4 | 5 => part(0, 4),
        6 | 7 => format!("{}/{}", part(4, 6), part(0, 4)),
        _ => format!("{}/{}/{}", part(6, 8), part(4, 6), part(0, 4)),
    }
}

/// Who is concerned, who wrote, and when.
fn header(root: Node<'_, '_>) -> Vec<Block> {
    let path = |from: Option<Node<'_, '_>>, names: &[&str]| {
        names.iter().fold(from.map(|node| node.id()), |node, name| {
            let node = root.document().get_node(node?)?;
            child(node, name).map(|node| node.id())
        })
    };
    let node = |id: Option<roxmltree::NodeId>| id.and_then(|id| root.document().get_node(id));
    let role = node(path(Some(root), &["recordTarget", "patientRole"]));
    let patient = role.and_then(|role| child(role, "patient"));
    let mut rows: Vec<(&str, String)> = Vec::new();
    let mut add = |label, text: Option<String>| {
        if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
            rows.push((label, text));
        }
    };
    add(
        "Patient",
        patient
            .and_then(|patient| child(patient, "name"))
            .map(words),
    );
    let birth = patient.and_then(|patient| child(patient, "birthTime"));
    add(
        "Date de naissance",
        birth.and_then(|birth| attribute(birth, "value")).map(date),
    );
    let gender = patient.and_then(|patient| child(patient, "administrativeGenderCode"));
    let gender = gender.and_then(|code| attribute(code, "displayName").or(attribute(code, "code")));
    add("Sexe", gender.map(str::to_owned));
    let when = child(root, "effectiveTime").and_then(|when| attribute(when, "value"));
    add("Date du document", when.map(date));
    for author in children(root, "author").take(5) {
        let assigned = node(path(Some(author), &["assignedAuthor"]));
        let person = node(path(assigned, &["assignedPerson", "name"])).map(words);
        let device = node(path(assigned, &["assignedAuthoringDevice", "softwareName"])).map(words);
        let place = node(path(assigned, &["representedOrganization", "name"])).map(words);
        let both = [person.or(device), place].into_iter().flatten();
        add("Auteur", Some(both.collect::<Vec<_>>().join(", ")));
    }
    let custodian = [
        "custodian",
        "assignedCustodian",
        "representedCustodianOrganization",
        "name",
    ];
    add(
        "Établissement",
        node(path(Some(root), &custodian)).map(words),
    );
    let title = child(root, "title")
        .map(words)
        .filter(|title| !title.is_empty());
    let coded = child(root, "code").and_then(|code| attribute(code, "displayName"));
    let title = title.or(coded.map(str::to_owned));
    let mut blocks: Vec<Block> = title
        .map(|title| Block::Heading {
            level: 1,
            runs: plain(&title),
        })
        .into_iter()
        .collect();
    let cell = |text: &str, bold| Cell {
        blocks: vec![Block::Paragraph {
            runs: vec![Run {
                text: text.to_owned(),
                style: Style {
                    bold,
                    ..Style::default()
                },
            }],
            align: Align::Left,
        }],
        span: 1,
        ..Cell::default()
    };
    let rows: Vec<Vec<Cell>> = rows
        .iter()
        .map(|(label, text)| vec![cell(label, true), cell(text, false)])
        .collect();
    if !rows.is_empty() {
        blocks.push(Block::Table(rows));
    }
    blocks
}

/// What was read of the narrative so far.
#[derive(Default)]
struct Narrative {
    blocks: Vec<Block>,
    runs: Vec<Run>,
    pictures: HashMap<String, Vec<u8>>,
    /// The marker of the item that begins, and how deep it stands.
    item: Option<(u8, String)>,
    deleted: bool,
}

impl Narrative {
    fn end(&mut self) {
        let mut runs = std::mem::take(&mut self.runs);
        if let Some(last) = runs.last_mut() {
            last.text.truncate(last.text.trim_end().len());
        }
        if is_blank(&runs) {
            return;
        }
        self.blocks.push(match self.item.take() {
            Some((depth, marker)) => {
                self.item = Some((depth, String::new()));
                Block::Item {
                    depth,
                    marker,
                    runs,
                }
            }
            None => Block::Paragraph {
                runs,
                align: Align::Left,
            },
        });
    }

    fn section(&mut self, section: Node<'_, '_>, level: u8) {
        if usize::from(level) > 30 {
            return;
        }
        if let Some(title) = child(section, "title")
            .map(words)
            .filter(|title| !title.is_empty())
        {
            self.blocks.push(Block::Heading {
                level: level.min(6),
                runs: plain(&title),
            });
        }
        if let Some(text) = child(section, "text") {
            self.flow(text, Style::default(), 0);
            self.end();
        }
        for component in children(section, "component") {
            if let Some(section) = child(component, "section") {
                self.section(section, level + 1);
            }
        }
    }

    fn flow(&mut self, parent: Node<'_, '_>, style: Style, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        for node in parent.children() {
            if let Some(text) = node.text().filter(|_| node.is_text()) {
                self.text(text, style);
            } else if node.is_element() {
                self.element(node, style, depth + 1);
            }
        }
    }

    fn text(&mut self, text: &str, style: Style) {
        let ended = self
            .runs
            .last()
            .is_none_or(|run| run.text.ends_with([' ', '\n']));
        let mut words: String = text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        if words.is_empty() {
            if !ended && !text.is_empty() {
                block::push(&mut self.runs, " ", style);
            }
            return;
        }
        if text.starts_with(|c: char| c.is_ascii_whitespace()) && !ended {
            words.insert(0, ' ');
        }
        if text.ends_with(|c: char| c.is_ascii_whitespace()) {
            words.push(' ');
        }
        block::push(&mut self.runs, &words, style);
    }

    fn element(&mut self, node: Node<'_, '_>, style: Style, depth: usize) {
        let mut inner = style;
        for code in attribute(node, "styleCode")
            .unwrap_or_default()
            .split_whitespace()
        {
            match code {
                "Bold" => inner.bold = true,
                "Italics" => inner.italic = true,
                "Underline" => inner.underline = true,
                _ => {}
            }
        }
        if attribute(node, "revised") == Some("delete") {
            self.deleted = true;
            return;
        }
        match node.tag_name().name() {
            "br" => block::push(&mut self.runs, "\n", style),
            "sub" => {
                inner.level = Level::Below;
                self.flow(node, inner, depth);
            }
            "sup" | "footnoteRef" => {
                inner.level = Level::Above;
                self.flow(node, inner, depth);
            }
            "paragraph" | "footnote" => {
                self.end();
                self.flow(node, inner, depth);
                self.end();
            }
            "caption" => {
                self.end();
                inner.bold = true;
                self.flow(node, inner, depth);
                self.end();
            }
            "list" => self.list(node, inner, depth),
            "table" => {
                self.end();
                let table = self.table(node, inner, depth);
                self.blocks.push(table);
            }
            "renderMultiMedia" => {
                self.end();
                for id in attribute(node, "referencedObject")
                    .unwrap_or_default()
                    .split_whitespace()
                {
                    let bytes = self.pictures.get(id).cloned().unwrap_or_default();
                    self.blocks.push(Block::Image { bytes, size: None });
                }
                self.flow(node, inner, depth);
            }
            _ => self.flow(node, inner, depth),
        }
    }

    fn list(&mut self, list: Node<'_, '_>, style: Style, depth: usize) {
        self.end();
        let outer = self.item.take();
        let level = outer.as_ref().map_or(0, |(level, _)| (level + 1).min(8));
        let counted = attribute(list, "listType") == Some("ordered");
        if let Some(caption) = child(list, "caption") {
            self.element(caption, style, depth + 1);
        }
        for (index, item) in children(list, "item").enumerate() {
            let marker = if counted {
                format!("{}.", index + 1)
            } else {
                "•".to_owned()
            };
            self.item = Some((level, marker));
            self.flow(item, style, depth + 1);
            self.end();
        }
        self.item = outer;
    }

    fn table(&mut self, table: Node<'_, '_>, style: Style, depth: usize) -> Block {
        let mut rows = Vec::new();
        let sections = table
            .children()
            .filter(|part| matches!(part.tag_name().name(), "thead" | "tbody" | "tfoot"));
        let parts: Vec<Node<'_, '_>> = std::iter::once(table).chain(sections).collect();
        if let Some(caption) = child(table, "caption") {
            self.element(caption, style, depth + 1);
        }
        let mut reaching: Vec<(usize, usize, usize)> = Vec::new();
        for part in parts {
            for line in children(part, "tr") {
                let mut row = Vec::new();
                let mut at = 0;
                for node in line
                    .children()
                    .filter(|node| is(*node, "td") || is(*node, "th"))
                {
                    at = block::reach(&mut row, &reaching, at);
                    let header = is(node, "th");
                    let count = |name| attribute(node, name).and_then(|count| count.parse().ok());
                    let span: usize = count("colspan").unwrap_or(1).clamp(1, 1_000);
                    let down: usize = count("rowspan").unwrap_or(1).clamp(1, 1_000);
                    let mut cell = Self {
                        pictures: std::mem::take(&mut self.pictures),
                        ..Self::default()
                    };
                    let bold = style.bold || header;
                    cell.flow(node, Style { bold, ..style }, depth + 1);
                    cell.end();
                    self.pictures = cell.pictures;
                    self.deleted |= cell.deleted;
                    if down > 1 {
                        reaching.push((at, span, down));
                    }
                    row.push(Cell {
                        blocks: cell.blocks,
                        span,
                        continues: false,
                        header,
                    });
                    at += span;
                }
                block::reach(&mut row, &reaching, at);
                block::next_row(&mut reaching);
                if !row.is_empty() {
                    rows.push(row);
                }
            }
        }
        Block::Table(rows)
    }
}
