//! Blocks to A4 pages, written as a PDF in memory.

use std::collections::VecDeque;
use std::rc::Rc;

use krilla::color::luma;
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect, Size, Transform};
use krilla::image::Image;
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::{Document, SerializeSettings};
use unicode_linebreak::{BreakOpportunity, linebreaks};

use crate::paper::PaperError;
use crate::paper::block::{Align, Block, Cell, Level, Run, Style, plain};
use crate::paper::shape::{Shaped, Shaper};
use crate::paper::wording;

/// Pages that are laid out: 2 000 A4 pages of dense text hold six million letters. Beyond, nobody reads on.
pub(crate) const MAX_LAID_OUT_PAGES: usize = 2_000;
/// Pixels of one picture on a page.
const MAX_IMAGE_PIXELS: u64 = 50_000_000;
/// Pixels of all of them together.
const MAX_IMAGES_PIXELS: u64 = 300_000_000;
/// Bytes of one paragraph; it is cut there.
const MAX_PARAGRAPH: usize = 2 << 20;
/// Columns of a table; what stands further right is put into the last one.
const MAX_COLUMNS: usize = 40;
/// Tables within tables.
const MAX_NESTING: u8 = 5;
/// Rows that decide how wide the columns are.
const MEASURED_ROWS: usize = 200;
/// Entries of the outline.
const MAX_HEADINGS: usize = 2_000;

// Points, from here on.
const PAGE: (f32, f32) = (595.28, 841.89);
const SIDE: f32 = 68.0;
const TOP: f32 = 62.0;
const BOTTOM: f32 = 64.0;
const WIDTH: f32 = PAGE.0 - 2.0 * SIDE;
const HEIGHT: f32 = PAGE.1 - TOP - BOTTOM;
const TAB: f32 = 36.0;
const INDENT: f32 = 16.0;
const PADDING: (f32, f32) = (4.5, 3.0);
/// A row of more than this is parted where a page ends.
const WHOLE_ROW: f32 = 240.0;

/// Size and distance of lines.
#[derive(Clone, Copy)]
struct Type {
    size: f32,
    leading: f32,
    bold: bool,
    grey: u8,
}

const BODY: Type = Type {
    size: 10.5,
    leading: 14.5,
    bold: false,
    grey: 0,
};
const IN_TABLE: Type = Type {
    size: 9.5,
    leading: 12.5,
    ..BODY
};
const NOTE: Type = Type {
    size: 9.0,
    leading: 12.0,
    grey: 90,
    ..BODY
};

fn heading(level: u8) -> (Type, f32) {
    let (size, leading, above) = match level {
        0 | 1 => (16.0, 20.0, 18.0),
        2 => (13.0, 17.0, 14.0),
        _ => (11.0, 14.5, 10.0),
    };
    let bold = Type {
        size,
        leading,
        bold: true,
        grey: 0,
    };
    (bold, above)
}

/// What stands on a page, from the top left corner of its slab.
enum Item {
    Letters {
        x: f32,
        baseline: f32,
        size: f32,
        grey: u8,
        shaped: Rc<Shaped>,
    },
    Rule {
        rect: (f32, f32, f32, f32),
        grey: u8,
    },
    Image {
        x: f32,
        y: f32,
        width: f32,
        height: f32,
        image: Image,
    },
}

/// What is never parted by the end of a page.
#[derive(Default)]
struct Slab {
    /// Space above it, except at the top of a page.
    above: f32,
    height: f32,
    items: Vec<Item>,
    /// Stays with what follows.
    keep: bool,
    /// An entry of the outline begins here.
    heading: Option<(u8, String)>,
    /// Begins a page.
    breaks: bool,
}

/// A paper as pages.
pub(crate) struct LaidOut {
    /// A PDF.
    pub(crate) pdf: Vec<u8>,
    /// Not all of it was laid out.
    pub(crate) truncated: bool,
}

/// Lays `blocks` out on A4.
pub(crate) fn lay_out(blocks: Vec<Block>) -> Result<LaidOut, PaperError> {
    let mut setter = Setter {
        shaper: Shaper::new().ok_or(PaperError::NotLaidOut)?,
        truncated: false,
        missing: 0,
        pixels: 0,
    };
    let mut pages = Pages::new();
    let mut nothing = true;
    for block in blocks {
        let slabs = setter.block(&block, WIDTH, BODY, 0);
        drop(block);
        for slab in slabs {
            nothing = false;
            pages.push(slab, &setter.shaper);
            if pages.full {
                break;
            }
        }
        if pages.full {
            break;
        }
    }
    let mut last = Vec::new();
    if nothing {
        last.push(Block::Note(wording::EMPTY.to_owned()));
    }
    if pages.full || setter.truncated {
        last.push(Block::Note(wording::CUT_SHORT.to_owned()));
    }
    if setter.missing > 0 {
        last.push(Block::Note(wording::MISSING_LETTERS.to_owned()));
    }
    let truncated = pages.full || setter.truncated;
    // The last page is kept free for what must be said.
    pages.full = false;
    for block in last {
        for slab in setter.block(&block, WIDTH, BODY, 0) {
            pages.push(slab, &setter.shaper);
        }
    }
    let pdf = pages.finish(&setter.shaper)?;
    Ok(LaidOut { pdf, truncated })
}

/// Fills pages with slabs.
struct Pages {
    document: Document,
    on_page: Vec<(f32, Slab)>,
    y: f32,
    /// Slabs that wait for what they stay with.
    held: Vec<Slab>,
    count: usize,
    full: bool,
    headings: Vec<(u8, String, usize, f32)>,
}

impl Pages {
    fn new() -> Self {
        let settings = SerializeSettings {
            // It lives in memory, and is read at once.
            compress_content_streams: false,
            xmp_metadata: false,
            enable_tagging: false,
            ..SerializeSettings::default()
        };
        Self {
            document: Document::new_with(settings),
            on_page: Vec::new(),
            y: 0.0,
            held: Vec::new(),
            count: 0,
            full: false,
            headings: Vec::new(),
        }
    }

    fn push(&mut self, slab: Slab, shaper: &Shaper) {
        let keep = slab.keep && self.held.len() < 6;
        self.held.push(slab);
        if !keep {
            self.place(shaper);
        }
    }

    fn place(&mut self, shaper: &Shaper) {
        let held = std::mem::take(&mut self.held);
        let needed: f32 = held.iter().map(|slab| slab.above + slab.height).sum();
        let breaks = held.first().is_some_and(|slab| slab.breaks);
        if (breaks || self.y + needed > HEIGHT) && !self.on_page.is_empty() {
            self.turn(shaper);
        }
        for slab in held {
            let above = if self.on_page.is_empty() {
                0.0
            } else {
                slab.above
            };
            if self.y + above + slab.height > HEIGHT && !self.on_page.is_empty() {
                self.turn(shaper);
            }
            let above = if self.on_page.is_empty() { 0.0 } else { above };
            let y = self.y + above;
            self.y = y + slab.height;
            if let Some((level, title)) = &slab.heading
                && self.headings.len() < MAX_HEADINGS
            {
                let place = TOP + y - 4.0;
                self.headings
                    .push((*level, title.clone(), self.count, place));
            }
            self.on_page.push((y, slab));
        }
    }

    /// Draws the page and begins another.
    fn turn(&mut self, shaper: &Shaper) {
        let Some(settings) = PageSettings::from_wh(PAGE.0, PAGE.1) else {
            return;
        };
        let mut page = self.document.start_page_with(settings);
        let mut surface = page.surface();
        for (y, slab) in self.on_page.drain(..) {
            for item in slab.items {
                draw(&mut surface, &item, SIDE, TOP + y, shaper);
            }
        }
        surface.finish();
        page.finish();
        self.y = 0.0;
        self.count += 1;
        self.full = self.full || self.count + 1 >= MAX_LAID_OUT_PAGES;
    }

    fn finish(mut self, shaper: &Shaper) -> Result<Vec<u8>, PaperError> {
        self.place(shaper);
        if !self.on_page.is_empty() || self.count == 0 {
            self.turn(shaper);
        }
        let mut outline = Outline::new();
        let count = self.count;
        let mut left: VecDeque<_> = self
            .headings
            .into_iter()
            .filter(|(_, _, page, _)| *page < count)
            .collect();
        while let Some(node) = branch(&mut left, 0) {
            outline.push_child(node);
        }
        self.document.set_outline(outline);
        self.document.finish().map_err(|_| PaperError::NotLaidOut)
    }
}

/// The next heading with what stands under it.
fn branch(left: &mut VecDeque<(u8, String, usize, f32)>, depth: u8) -> Option<OutlineNode> {
    let (level, title, page, y) = left.pop_front()?;
    let mut node = OutlineNode::new(title, XyzDestination::new(page, Point::from_xy(0.0, y)));
    while depth < 6 && left.front().is_some_and(|(next, ..)| *next > level) {
        match branch(left, depth + 1) {
            Some(child) => node.push_child(child),
            None => break,
        }
    }
    Some(node)
}

fn draw(
    surface: &mut krilla::surface::Surface<'_>,
    item: &Item,
    x0: f32,
    y0: f32,
    shaper: &Shaper,
) {
    let ink = |grey: u8| {
        Some(Fill {
            paint: luma::Color::new(grey).into(),
            opacity: NormalizedF32::ONE,
            rule: FillRule::NonZero,
        })
    };
    match item {
        Item::Letters {
            x,
            baseline,
            size,
            grey,
            shaped,
        } => {
            surface.set_fill(ink(*grey));
            let mut x = x0 + x;
            for part in &shaped.parts {
                if let Some(font) = shaper.font(part.font) {
                    let start = Point::from_xy(x, y0 + baseline);
                    surface.draw_glyphs(start, &part.glyphs, font, &part.text, *size, false);
                }
                x += part.width * size;
            }
        }
        Item::Rule { rect, grey } => {
            let (x, y, width, height) = *rect;
            let mut path = PathBuilder::new();
            if let Some(rect) = Rect::from_xywh(x0 + x, y0 + y, width.max(0.1), height.max(0.1)) {
                path.push_rect(rect);
            }
            if let Some(path) = path.finish() {
                surface.set_fill(ink(*grey));
                surface.draw_path(&path);
            }
        }
        Item::Image {
            x,
            y,
            width,
            height,
            image,
        } => {
            if let Some(size) = Size::from_wh(*width, *height) {
                surface.push_transform(&Transform::from_translate(x0 + x, y0 + y));
                surface.draw_image(image.clone(), size);
                surface.pop();
            }
        }
    }
}

fn shift(item: &mut Item, dx: f32, dy: f32) {
    match item {
        Item::Letters { x, baseline, .. } => {
            *x += dx;
            *baseline += dy;
        }
        Item::Rule { rect, .. } => {
            rect.0 += dx;
            rect.1 += dy;
        }
        Item::Image { x, y, .. } => {
            *x += dx;
            *y += dy;
        }
    }
}

/// Letters that are not parted by the end of a line.
struct Word {
    pieces: Vec<(Rc<Shaped>, Style)>,
    width: f32,
    space: Option<(Rc<Shaped>, Style)>,
    tab: bool,
    ends_line: bool,
}

struct Setter {
    shaper: Shaper,
    truncated: bool,
    missing: usize,
    pixels: u64,
}

impl Setter {
    fn block(&mut self, block: &Block, width: f32, body: Type, nesting: u8) -> Vec<Slab> {
        match block {
            Block::Heading { level, runs } => {
                let (set, above) = heading(*level);
                let set = if nesting > 0 {
                    Type { bold: true, ..body }
                } else {
                    set
                };
                let mut slabs = self.lines(runs, width, set, Align::Left);
                for slab in &mut slabs {
                    slab.keep = true;
                }
                if let Some(first) = slabs.first_mut() {
                    first.above = above;
                    let title: String = runs.iter().map(|run| run.text.as_str()).collect();
                    let title: String = title.split_whitespace().collect::<Vec<_>>().join(" ");
                    first.heading = (nesting == 0 && !title.is_empty())
                        .then(|| (*level, title.chars().take(200).collect()));
                }
                slabs
            }
            Block::Paragraph { runs, align } => {
                let mono = runs.iter().all(|run| run.style.mono);
                let set = if mono && !runs.is_empty() {
                    Type {
                        size: 9.0,
                        leading: 12.0,
                        ..body
                    }
                } else {
                    body
                };
                let mut slabs = self.lines(runs, width, set, *align);
                if let Some(first) = slabs.first_mut() {
                    first.above = if mono { 0.0 } else { body.leading * 0.4 };
                }
                slabs
            }
            Block::Item {
                depth,
                marker,
                runs,
            } => self.item(*depth, marker, runs, width, body),
            Block::Table(rows) => self.table(rows, width, nesting),
            Block::Image { bytes, size } => self.image(bytes, *size, width),
            Block::Note(text) => self.note(text, width),
            Block::PageBreak => vec![Slab {
                breaks: true,
                ..Slab::default()
            }],
        }
    }

    fn note(&mut self, text: &str, width: f32) -> Vec<Slab> {
        let italic = Style {
            italic: true,
            ..Style::default()
        };
        let runs = [Run {
            text: text.to_owned(),
            style: italic,
        }];
        let mut slabs = self.lines(&runs, width - 10.0, NOTE, Align::Left);
        for slab in &mut slabs {
            for item in &mut slab.items {
                shift(item, 10.0, 0.0);
            }
            slab.items.push(Item::Rule {
                rect: (0.0, 0.0, 1.5, slab.height),
                grey: 150,
            });
        }
        if let Some(first) = slabs.first_mut() {
            first.above = 7.0;
        }
        slabs
    }

    fn item(&mut self, depth: u8, marker: &str, runs: &[Run], width: f32, body: Type) -> Vec<Slab> {
        let indent = (INDENT * (f32::from(depth) + 1.0)).min(width / 2.0);
        let shaped = self.shaper.shape(marker, Style::default());
        let wide = shaped.width * body.size;
        let hang = indent.max(wide + 4.0);
        let mut slabs = self.lines(runs, width - hang, body, Align::Left);
        for slab in &mut slabs {
            for item in &mut slab.items {
                shift(item, hang, 0.0);
            }
        }
        if slabs.is_empty() {
            slabs.push(Slab {
                height: body.leading,
                ..Slab::default()
            });
        }
        if let Some(first) = slabs.first_mut() {
            first.above = body.leading * 0.15;
            first.items.push(Item::Letters {
                x: (hang - wide - 4.0).max(0.0),
                baseline: baseline(body),
                size: body.size,
                grey: 0,
                shaped,
            });
        }
        slabs
    }

    fn image(&mut self, bytes: &[u8], size: Option<(f32, f32)>, width: f32) -> Vec<Slab> {
        let Some(image) = self.load(bytes) else {
            return self.note(wording::NO_IMAGE, width);
        };
        #[expect(clippy::cast_precision_loss, reason = "pixels of a picture")]
        let natural = (image.size().0 as f32 * 0.75, image.size().1 as f32 * 0.75);
        let usable = |(w, h): &(f32, f32)| w.is_finite() && h.is_finite() && *w > 1.0 && *h > 1.0;
        let (wide, high) = size.filter(usable).unwrap_or(natural);
        let shrink = (width / wide).min(HEIGHT * 0.9 / high).min(1.0);
        let (wide, high) = ((wide * shrink).max(1.0), (high * shrink).max(1.0));
        vec![Slab {
            above: 6.0,
            height: high,
            items: vec![Item::Image {
                x: 0.0,
                y: 0.0,
                width: wide,
                height: high,
                image,
            }],
            ..Slab::default()
        }]
    }

    /// A picture whose size was looked at first.
    fn load(&mut self, bytes: &[u8]) -> Option<Image> {
        let reader = image::ImageReader::new(std::io::Cursor::new(bytes))
            .with_guessed_format()
            .ok()?;
        let format = reader.format()?;
        let (width, height) = reader.into_dimensions().ok()?;
        let pixels = u64::from(width) * u64::from(height);
        if pixels == 0 || pixels > MAX_IMAGE_PIXELS || self.pixels + pixels > MAX_IMAGES_PIXELS {
            return None;
        }
        self.pixels += pixels;
        let data = || bytes.to_vec().into();
        match format {
            image::ImageFormat::Png => Image::from_png(data(), true).ok(),
            image::ImageFormat::Jpeg => Image::from_jpeg(data(), true).ok(),
            _ => {
                let picture = image::load_from_memory_with_format(bytes, format).ok()?;
                let pixels = picture.into_rgba8().into_raw();
                Some(Image::from_rgba8(pixels, width, height))
            }
        }
    }

    /// The words of runs, each with what parts it from the next.
    fn words(&mut self, runs: &[Run], bold: bool) -> Vec<Word> {
        let mut text = String::new();
        let mut styles: Vec<(usize, Style)> = Vec::new();
        for run in runs {
            text.push_str(&run.text);
            let style = Style {
                bold: run.style.bold || bold,
                ..run.style
            };
            styles.push((text.len(), style));
            if text.len() > MAX_PARAGRAPH {
                self.truncated = true;
                let mut end = MAX_PARAGRAPH;
                while !text.is_char_boundary(end) {
                    end -= 1;
                }
                text.truncate(end);
                break;
            }
        }
        let mut words = Vec::new();
        let mut start = 0;
        for (end, opportunity) in linebreaks(&text) {
            let Some(segment) = text.get(start..end) else {
                continue;
            };
            let mandatory = opportunity == BreakOpportunity::Mandatory;
            let ends_line = mandatory
                && segment.ends_with([
                    '\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}',
                ]);
            self.segment(segment, start, &styles, ends_line, &mut words);
            start = end;
        }
        words
    }

    fn segment(
        &mut self,
        segment: &str,
        start: usize,
        styles: &[(usize, Style)],
        ends_line: bool,
        words: &mut Vec<Word>,
    ) {
        let style_at = |at: usize| {
            let run = styles.partition_point(|(end, _)| *end <= at);
            let style = styles.get(run).or(styles.last());
            (
                style.map_or(usize::MAX, |(end, _)| *end),
                style.map_or_else(Style::default, |(_, style)| *style),
            )
        };
        let mut word = Word {
            pieces: Vec::new(),
            width: 0.0,
            space: None,
            tab: false,
            ends_line: false,
        };
        let letters = segment.trim_end_matches(|c: char| c == ' ' || c == '\t' || c.is_control());
        let after = segment.get(letters.len()..).unwrap_or_default();
        // Tabulations within, where no line may end: each begins a word.
        let mut at = start;
        for (index, part) in letters.split('\t').enumerate() {
            if index > 0 {
                at += 1;
                let before = std::mem::replace(
                    &mut word,
                    Word {
                        pieces: Vec::new(),
                        width: 0.0,
                        space: None,
                        tab: false,
                        ends_line: false,
                    },
                );
                words.push(Word {
                    tab: true,
                    ..before
                });
            }
            let mut rest = part;
            while !rest.is_empty() {
                let (end, style) = style_at(at);
                let mut length = rest.len().min(end.saturating_sub(at).max(1));
                while !rest.is_char_boundary(length) {
                    length += 1;
                }
                let (piece, others) = rest.split_at(length);
                let shaped = self.shaper.shape(piece, style);
                self.missing += shaped.missing;
                word.width += shaped.width * scale(style);
                word.pieces.push((shaped, style));
                at += length;
                rest = others;
            }
        }
        let (_, style) = style_at(start + letters.len());
        let spaces: String = after.chars().filter(|c| *c == ' ').collect();
        if !spaces.is_empty() {
            word.space = Some((self.shaper.shape(&spaces, style), style));
        }
        word.ends_line = ends_line;
        let tabs = after.chars().filter(|c| *c == '\t').count();
        word.tab = tabs > 0;
        words.push(word);
        for _ in 1..tabs.min(12) {
            words.push(Word {
                pieces: Vec::new(),
                width: 0.0,
                space: None,
                tab: true,
                ends_line: false,
            });
        }
    }

    fn lines(&mut self, runs: &[Run], width: f32, set: Type, align: Align) -> Vec<Slab> {
        let width = width.max(12.0);
        let mut lines = Vec::new();
        let mut line = Line::new(set);
        for word in self.words(runs, set.bold) {
            if line.x + word.width * set.size > width + 0.01
                && line.x > 0.0
                && !word.pieces.is_empty()
            {
                lines.push(std::mem::replace(&mut line, Line::new(set)).slab(width, align));
            }
            for (shaped, style) in word.pieces {
                if line.x + shaped.width * scale(style) * set.size <= width + 0.01 {
                    line.put(shaped, style);
                    continue;
                }
                // Longer than a line: parted wherever it must.
                let text: String = shaped.parts.iter().map(|part| part.text.as_str()).collect();
                for letter in text.chars() {
                    let one = self.shaper.shape(letter.encode_utf8(&mut [0; 4]), style);
                    let wide = one.width * scale(style) * set.size;
                    if line.x + wide > width && line.x > 0.0 {
                        lines.push(std::mem::replace(&mut line, Line::new(set)).slab(width, align));
                    }
                    line.put(one, style);
                }
            }
            if let Some((space, style)) = word.space {
                line.space = Some((space, style));
            }
            if word.tab {
                line.flush_space();
                line.tab();
            }
            if word.ends_line {
                lines.push(std::mem::replace(&mut line, Line::new(set)).slab(width, align));
            }
        }
        if !line.is_empty() {
            lines.push(line.slab(width, align));
        }
        lines
    }

    fn table(&mut self, rows: &[Vec<Cell>], width: f32, nesting: u8) -> Vec<Slab> {
        let columns = rows
            .iter()
            .map(|row| row.iter().map(|cell| cell.span.max(1)).sum());
        let columns = columns.max().unwrap_or(0).min(MAX_COLUMNS);
        // A table that parts nothing only holds a place on the page of its author.
        if columns <= 1 || nesting >= MAX_NESTING {
            let mut slabs = Vec::new();
            for block in rows.iter().flatten().flat_map(|cell| &cell.blocks) {
                if let (Block::Table(inner), true) = (block, nesting >= MAX_NESTING) {
                    for text in inner.iter().flatten().map(text_of) {
                        slabs.extend(self.lines(&plain(&text), width, IN_TABLE, Align::Left));
                    }
                } else {
                    let body = if nesting == 0 { BODY } else { IN_TABLE };
                    slabs.extend(self.block(block, width, body, nesting + u8::from(nesting > 0)));
                }
            }
            return slabs;
        }
        let widths = self.columns(rows, columns, width);
        let mut slabs = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let last = index + 1 == rows.len();
            let mut set = self.row(row, &widths, nesting, last);
            if let (0, Some(first)) = (index, set.first_mut()) {
                first.above = 7.0;
            }
            // The first row stays with the second, a heading with its table.
            let heads = row.iter().any(|cell| cell.header);
            if index == 0 && heads && !last && set.len() == 1 {
                for slab in &mut set {
                    slab.keep = true;
                }
            }
            slabs.extend(set);
            // So many rows fill all the pages there are.
            if slabs.len() > MAX_LAID_OUT_PAGES * 60 {
                self.truncated = true;
                break;
            }
        }
        slabs.push(Slab {
            height: 4.0,
            ..Slab::default()
        });
        slabs
    }

    /// How wide the columns are: as wide as what they hold where there is room, else in proportion.
    fn columns(&mut self, rows: &[Vec<Cell>], columns: usize, width: f32) -> Vec<f32> {
        let mut least = vec![12.0_f32; columns];
        let mut wished = vec![16.0_f32; columns];
        for row in rows.iter().take(MEASURED_ROWS) {
            let mut at = 0;
            for cell in row {
                let span = cell.span.max(1);
                if span == 1
                    && let (Some(least), Some(wished)) = (least.get_mut(at), wished.get_mut(at))
                {
                    let (word, line) = self.measure(&cell.blocks);
                    *least = least.max(word);
                    *wished = wished.max(line);
                }
                at += span;
            }
        }
        let padding = 2.0 * PADDING.0 + 0.5;
        #[expect(clippy::cast_precision_loss, reason = "few columns")]
        let room = (width - padding * columns as f32).max(columns as f32 * 4.0);
        let (narrow, wide): (f32, f32) = (least.iter().sum(), wished.iter().sum());
        let set = least.iter().zip(&wished).map(|(least, wished)| {
            let inner = if wide <= room {
                *wished
            } else if narrow >= room {
                room * least / narrow
            } else {
                least + (room - narrow) * (wished - least) / (wide - narrow)
            };
            inner + padding
        });
        set.collect()
    }

    /// The longest word and the longest line, in points.
    fn measure(&mut self, blocks: &[Block]) -> (f32, f32) {
        let (mut longest, mut whole) = (0.0_f32, 0.0_f32);
        for block in blocks {
            let (runs, bold, indent) = match block {
                Block::Heading { runs, .. } => (runs, true, 0.0),
                Block::Paragraph { runs, .. } => (runs, false, 0.0),
                Block::Item { runs, depth, .. } => {
                    (runs, false, INDENT * (f32::from(*depth) + 1.0))
                }
                Block::Table(_) | Block::Image { .. } => {
                    longest = longest.max(60.0);
                    whole = whole.max(220.0);
                    continue;
                }
                Block::Note(_) | Block::PageBreak => continue,
            };
            let mut line = 0.0;
            for word in self.words(runs, bold) {
                let size = IN_TABLE.size;
                longest = longest.max(word.width * size + indent);
                line += word.width * size;
                whole = whole.max(line + indent + 0.5);
                line += word.space.map_or(0.0, |(space, _)| space.width * size);
                if word.tab {
                    line += TAB;
                }
                if word.ends_line {
                    line = 0.0;
                }
            }
        }
        (longest.min(WIDTH / 3.0), whole.min(WIDTH))
    }

    fn row(&mut self, row: &[Cell], widths: &[f32], nesting: u8, last: bool) -> Vec<Slab> {
        let mut cells: Vec<(f32, f32, bool, VecDeque<Slab>)> = Vec::new();
        let (mut at, mut x) = (0, 0.0);
        for cell in row {
            let span = cell.span.max(1);
            let wide: f32 = widths.iter().skip(at).take(span).sum();
            let overflow = at >= widths.len();
            let (from, wide) = match cells.last() {
                // What stands too far right is put below what stands in the last column.
                Some((from, wide, ..)) if overflow => (*from, *wide),
                _ => (x, wide),
            };
            let inner = wide - 2.0 * PADDING.0;
            let mut slabs = VecDeque::new();
            for block in &cell.blocks {
                slabs.extend(self.block(block, inner, IN_TABLE, nesting + 1));
            }
            if overflow && let Some((.., before)) = cells.last_mut() {
                before.extend(slabs);
            } else {
                cells.push((from, wide, cell.continues, slabs));
            }
            at += span;
            x += wide;
        }
        let height_of = |slabs: &VecDeque<Slab>| -> f32 {
            let all: f32 = slabs.iter().map(|slab| slab.above + slab.height).sum();
            all - slabs.front().map_or(0.0, |slab| slab.above)
        };
        let tallest = cells
            .iter()
            .map(|(.., slabs)| height_of(slabs))
            .fold(0.0, f32::max);
        let step = if tallest <= WHOLE_ROW {
            f32::MAX
        } else {
            120.0
        };
        let full = cells.last().map_or(0.0, |(from, wide, ..)| from + wide);
        let mut slabs = Vec::new();
        loop {
            let (first, mut done) = (slabs.is_empty(), true);
            let mut slab = Slab::default();
            let mut height = IN_TABLE.leading;
            for (from, _, _, left) in &mut cells {
                let mut y = 0.0;
                let mut begins = true;
                while let Some(next) = left.front() {
                    let above = if begins && first { 0.0 } else { next.above };
                    if !begins && y + above + next.height > step {
                        break;
                    }
                    y += above;
                    begins = false;
                    let Some(mut next) = left.pop_front() else {
                        break;
                    };
                    for item in &mut next.items {
                        shift(item, *from + PADDING.0, y + PADDING.1);
                    }
                    y += next.height;
                    slab.items.append(&mut next.items);
                }
                height = height.max(y);
                done &= left.is_empty();
            }
            slab.height = height + 2.0 * PADDING.1;
            let line = |rect| Item::Rule { rect, grey: 140 };
            for (from, wide, continues, _) in &cells {
                slab.items.push(line((*from, 0.0, 0.4, slab.height)));
                if first && !continues {
                    slab.items.push(line((*from, 0.0, *wide, 0.4)));
                }
            }
            slab.items.push(line((full, 0.0, 0.4, slab.height)));
            if done && last {
                slab.items.push(line((0.0, slab.height, full + 0.4, 0.4)));
            }
            slabs.push(slab);
            if done {
                return slabs;
            }
        }
    }
}

fn text_of(cell: &Cell) -> String {
    let mut text = String::new();
    for block in &cell.blocks {
        match block {
            Block::Heading { runs, .. }
            | Block::Paragraph { runs, .. }
            | Block::Item { runs, .. } => {
                text.extend(runs.iter().map(|run| run.text.as_str()));
                text.push(' ');
            }
            Block::Table(rows) => text.extend(rows.iter().flatten().map(text_of)),
            Block::Note(_) | Block::Image { .. } | Block::PageBreak => {}
        }
    }
    text
}

/// How much smaller letters above and below the line are.
fn scale(style: Style) -> f32 {
    if style.level == Level::Line {
        1.0
    } else {
        0.68
    }
}

fn baseline(set: Type) -> f32 {
    f32::midpoint(set.leading, set.size * 0.66)
}

/// A line being filled.
struct Line {
    set: Type,
    x: f32,
    items: Vec<Item>,
    space: Option<(Rc<Shaped>, Style)>,
    touched: bool,
}

impl Line {
    fn new(set: Type) -> Self {
        Self {
            set,
            x: 0.0,
            items: Vec::new(),
            space: None,
            touched: false,
        }
    }

    fn is_empty(&self) -> bool {
        !self.touched && self.items.is_empty()
    }

    fn put(&mut self, shaped: Rc<Shaped>, style: Style) {
        self.flush_space();
        self.letters(shaped, style);
    }

    /// A space at the end of a line is not set.
    fn flush_space(&mut self) {
        if let Some((space, style)) = self.space.take() {
            self.letters(space, style);
        }
    }

    fn letters(&mut self, shaped: Rc<Shaped>, style: Style) {
        let size = self.set.size * scale(style);
        let line = baseline(self.set);
        let baseline = match style.level {
            Level::Line => line,
            Level::Above => line - self.set.size * 0.34,
            Level::Below => line + self.set.size * 0.16,
        };
        let width = shaped.width * size;
        let (x, grey) = (self.x, self.set.grey);
        let mut rule = |y: f32| {
            let rect = (x, y, width, 0.5);
            self.items.push(Item::Rule { rect, grey });
        };
        if style.underline {
            rule(baseline + 1.4);
        }
        if style.strike {
            rule(baseline - size * 0.26);
        }
        self.items.push(Item::Letters {
            x,
            baseline,
            size,
            grey,
            shaped,
        });
        self.x += width;
    }

    fn tab(&mut self) {
        self.touched = true;
        self.x = ((self.x + 3.0) / TAB).floor() * TAB + TAB;
    }

    fn slab(mut self, width: f32, align: Align) -> Slab {
        let free = (width - self.x).max(0.0);
        let by = match align {
            Align::Left => 0.0,
            Align::Centre => free / 2.0,
            Align::Right => free,
        };
        for item in &mut self.items {
            shift(item, by, 0.0);
        }
        Slab {
            height: self.set.leading,
            items: self.items,
            ..Slab::default()
        }
    }
}
