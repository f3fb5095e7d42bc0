//! Web pages and messages: what stands in them, without style sheets, scripts or anything from elsewhere.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use scraper::{ElementRef, Html, Node};

use crate::paper::MAX_DEPTH;
use crate::paper::block::{self, Align, Block, Cell, Level, Run, Style, is_blank};
use crate::paper::text::preformatted;

/// Bytes of a page that are read.
const MAX_BYTES: usize = 32 << 20;
/// Blocks that are kept.
const MAX_BLOCKS: usize = 300_000;

/// Reads a page; there is no page that cannot be read.
pub(crate) fn read(text: &str) -> Vec<Block> {
    let mut end = text.len().min(MAX_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let tree = Html::parse_document(text.get(..end).unwrap_or_default());
    let mut flow = Flow::default();
    flow.children(tree.root_element(), Style::default(), 0);
    flow.end();
    flow.blocks
}

/// What came so far.
#[derive(Default)]
pub(crate) struct Flow {
    pub(crate) blocks: Vec<Block>,
    runs: Vec<Run>,
    align: Align,
    /// One entry for each list that is open: the number of the next item, or a bullet.
    lists: Vec<Option<u32>>,
    marker: Option<String>,
}

impl Flow {
    /// Ends the paragraph.
    fn end(&mut self) {
        let mut runs = std::mem::take(&mut self.runs);
        if let Some(last) = runs.last_mut() {
            last.text.truncate(last.text.trim_end().len());
        }
        if is_blank(&runs) || self.blocks.len() > MAX_BLOCKS {
            return;
        }
        let depth = u8::try_from(self.lists.len().saturating_sub(1))
            .unwrap_or(8)
            .min(8);
        self.blocks.push(match self.marker.take() {
            Some(marker) => Block::Item {
                depth,
                marker,
                runs,
            },
            None if !self.lists.is_empty() => Block::Item {
                depth,
                marker: String::new(),
                runs,
            },
            None => Block::Paragraph {
                runs,
                align: self.align,
            },
        });
    }

    /// Words; any run of white space is one space.
    fn text(&mut self, text: &str, style: Style) {
        let mut words = String::with_capacity(text.len());
        let ends = |runs: &[Run]| {
            runs.last()
                .is_none_or(|run| run.text.ends_with([' ', '\n']))
        };
        let mut spaced = ends(&self.runs);
        for letter in text.chars() {
            if matches!(letter, ' ' | '\n' | '\r' | '\t' | '\u{c}') {
                if !spaced {
                    words.push(' ');
                }
                spaced = true;
            } else {
                words.push(letter);
                spaced = false;
            }
        }
        block::push(&mut self.runs, &words, style);
    }

    fn children(&mut self, element: ElementRef<'_>, style: Style, depth: usize) {
        if depth > MAX_DEPTH {
            // As deep as no page stands: its words, and no more.
            for text in element.text() {
                self.text(text, style);
            }
            return;
        }
        for node in element.children() {
            match node.value() {
                Node::Text(text) => self.text(text, style),
                Node::Element(_) => {
                    if let Some(child) = ElementRef::wrap(node) {
                        self.element(child, style, depth + 1);
                    }
                }
                _ => {}
            }
        }
    }

    fn element(&mut self, element: ElementRef<'_>, style: Style, depth: usize) {
        let name = element.value().name();
        let is_hidden = element.attr("hidden").is_some()
            || element.attr("style").is_some_and(|set| {
                let set: String = set.chars().filter(|c| !c.is_whitespace()).collect();
                set.to_ascii_lowercase().contains("display:none")
            });
        if is_hidden {
            return;
        }
        let inner = styled(name, style);
        match name {
            "script" | "style" | "head" | "template" | "noscript" | "iframe" | "object"
            | "embed" | "svg" | "math" | "canvas" | "audio" | "video" | "link" | "meta" => {}
            "br" => block::push(&mut self.runs, "\n", style),
            "hr" => self.end(),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.end();
                self.children(element, inner, depth);
                let runs = std::mem::take(&mut self.runs);
                if !is_blank(&runs) {
                    let level = name.as_bytes().get(1).map_or(1, |digit| digit - b'0');
                    self.blocks.push(Block::Heading { level, runs });
                }
            }
            "pre" | "textarea" | "listing" => {
                self.end();
                let text: String = element.text().take(MAX_BLOCKS).collect();
                self.blocks.extend(preformatted(&text, style));
            }
            "ul" | "ol" | "dl" | "menu" => {
                self.end();
                let start = element.attr("start").and_then(|start| start.parse().ok());
                let first = (name == "ol").then(|| start.unwrap_or(1));
                self.lists.push(first);
                self.children(element, inner, depth);
                self.end();
                self.lists.pop();
                self.marker = None;
            }
            "li" | "dt" | "dd" => {
                self.end();
                let marker = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        let marker = format!("{number}.");
                        *number = number.saturating_add(1);
                        marker
                    }
                    _ if name == "li" => "•".to_owned(),
                    _ => String::new(),
                };
                self.marker = Some(marker);
                self.children(element, inner, depth);
                self.end();
            }
            "table" => {
                self.end();
                self.table(element, style, depth);
            }
            "img" => self.image(element, style),
            "input" => {
                let kind = element.attr("type").unwrap_or("text").to_ascii_lowercase();
                let checked = element.attr("checked").is_some();
                match kind.as_str() {
                    "checkbox" | "radio" => self.text(if checked { "☒ " } else { "☐ " }, style),
                    "hidden" | "password" => {}
                    _ => self.text(element.attr("value").unwrap_or_default(), style),
                }
            }
            "p" | "div" | "section" | "article" | "header" | "footer" | "main" | "nav"
            | "aside" | "address" | "blockquote" | "figure" | "figcaption" | "center" | "body"
            | "form" | "fieldset" | "details" | "summary" | "legend" | "tr" | "td" | "th"
            | "caption" => {
                self.end();
                let before = self.align;
                self.align = aligned(element, before);
                self.children(element, inner, depth);
                self.end();
                self.align = before;
            }
            _ => self.children(element, inner, depth),
        }
    }

    fn table(&mut self, table: ElementRef<'_>, style: Style, depth: usize) {
        let mut rows: Vec<Vec<Cell>> = Vec::new();
        // Cells that reach down: the columns where they stand, and rows left.
        let mut reaching: Vec<(usize, usize, usize)> = Vec::new();
        let mut sections = vec![table];
        let parts = table.child_elements();
        sections.extend(
            parts.filter(|part| matches!(part.value().name(), "thead" | "tbody" | "tfoot")),
        );
        for caption in table
            .child_elements()
            .filter(|part| part.value().name() == "caption")
        {
            self.element(caption, style, depth + 1);
        }
        for section in sections {
            for line in section
                .child_elements()
                .filter(|row| row.value().name() == "tr")
            {
                let mut row: Vec<Cell> = Vec::new();
                let mut at = 0;
                for element in line.child_elements() {
                    let name = element.value().name();
                    if !matches!(name, "td" | "th") {
                        continue;
                    }
                    at = block::reach(&mut row, &reaching, at);
                    let count = |name| {
                        let told = element
                            .attr(name)
                            .and_then(|count| count.trim().parse().ok());
                        told.unwrap_or(1).clamp(1, 1_000)
                    };
                    let (span, down): (usize, usize) = (count("colspan"), count("rowspan"));
                    let header = name == "th";
                    let inner = Style {
                        bold: style.bold || header,
                        ..style
                    };
                    let mut flow = Self {
                        align: aligned(element, Align::Left),
                        ..Self::default()
                    };
                    flow.children(element, inner, depth + 1);
                    flow.end();
                    if down > 1 {
                        reaching.push((at, span, down));
                    }
                    row.push(Cell {
                        blocks: flow.blocks,
                        span,
                        continues: false,
                        header,
                    });
                    at += span;
                }
                block::reach(&mut row, &reaching, at);
                block::next_row(&mut reaching);
                if !row.is_empty() && rows.len() < MAX_BLOCKS {
                    rows.push(row);
                }
            }
        }
        if !rows.is_empty() {
            self.blocks.push(Block::Table(rows));
        }
    }

    /// Only a picture that the page carries itself is shown.
    fn image(&mut self, element: ElementRef<'_>, style: Style) {
        let source = element.attr("src").unwrap_or_default();
        let carried = source
            .strip_prefix("data:image/")
            .and_then(|rest| rest.split_once(";base64,"))
            .and_then(|(_, code)| {
                let code: String = code.chars().filter(|c| !c.is_ascii_whitespace()).collect();
                STANDARD.decode(code).ok()
            });
        let length = |name| {
            let told = element.attr(name)?.trim_end_matches("px").parse::<f32>();
            told.ok().map(|pixels| pixels * 0.75)
        };
        let size = length("width").zip(length("height"));
        // A dot that only counts who reads.
        let is_dot = size.is_some_and(|(width, height)| width <= 2.0 && height <= 2.0);
        match carried {
            Some(bytes) if !is_dot => {
                self.end();
                self.blocks.push(Block::Image { bytes, size });
            }
            _ if is_dot => {}
            _ => {
                let told = element
                    .attr("alt")
                    .map(str::trim)
                    .filter(|alt| !alt.is_empty());
                let words = told.map_or("[image extérieure non affichée]".to_owned(), |alt| {
                    format!("[image extérieure non affichée : {alt}]")
                });
                self.text(
                    &words,
                    Style {
                        italic: true,
                        ..style
                    },
                );
            }
        }
    }
}

fn styled(name: &str, style: Style) -> Style {
    let mut inner = style;
    match name {
        "b" | "strong" | "dt" | "legend" => inner.bold = true,
        "i" | "em" | "cite" | "var" | "dfn" => inner.italic = true,
        "u" | "ins" => inner.underline = true,
        "s" | "strike" | "del" => inner.strike = true,
        "code" | "tt" | "kbd" | "samp" => inner.mono = true,
        "sup" => inner.level = Level::Above,
        "sub" => inner.level = Level::Below,
        _ => {}
    }
    inner
}

fn aligned(element: ElementRef<'_>, before: Align) -> Align {
    let told = element
        .attr("align")
        .unwrap_or_default()
        .to_ascii_lowercase();
    let set: String = element
        .attr("style")
        .unwrap_or_default()
        .to_ascii_lowercase();
    let set = set.replace(' ', "");
    if told == "center" || set.contains("text-align:center") || element.value().name() == "center" {
        Align::Centre
    } else if told == "right" || set.contains("text-align:right") {
        Align::Right
    } else if told == "left" || set.contains("text-align:left") {
        Align::Left
    } else {
        before
    }
}
