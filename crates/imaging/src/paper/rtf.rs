//! Rich Text Format 1.9, as Word, `WordPad` and the programs of surgeries write it. A small reader of our own: what is shown is told by a
//! few words of the format, and the rest of it (objects, fields, drawings) is better not looked at.

use std::collections::HashMap;

use encoding_rs::Encoding;

use crate::paper::block::{self, Align, Block, Cell, Level, Run, Style, is_blank, plain};
use crate::paper::{PaperError, wording};

/// Groups within groups; Word writes about ten.
const MAX_GROUPS: usize = 500;
/// Blocks that are kept.
const MAX_BLOCKS: usize = 1_500_000;

/// Reads a letter.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Block>, PaperError> {
    if !bytes.starts_with(b"{\\rtf") {
        return Err(PaperError::Damaged);
    }
    let mut reader = Reader {
        bytes,
        at: 0,
        state: State {
            skip: 1,
            ..State::default()
        },
        groups: Vec::new(),
        pages: encoding_rs::WINDOWS_1252,
        fonts: HashMap::new(),
        raw: Vec::new(),
        places: vec![Place::default()],
        notes: Vec::new(),
        heads: Vec::new(),
        feet: Vec::new(),
        deleted: false,
        embedded: false,
        half: 0,
    };
    reader.read();
    let mut blocks = std::mem::take(&mut reader.heads);
    while reader.places.len() > 1 {
        reader.close_place();
    }
    if let Some(mut body) = reader.places.pop() {
        body.end_paragraph();
        body.end_table();
        blocks.append(&mut body.blocks);
    }
    if reader.deleted {
        blocks.insert(0, Block::Note(wording::DELETED.to_owned()));
    }
    if reader.embedded {
        blocks.push(Block::Note(wording::EMBEDDED.to_owned()));
    }
    for (title, more) in [
        (wording::FOOTNOTES, reader.notes),
        (wording::FOOTERS, reader.feet),
    ] {
        if more.iter().any(|block| !matches!(block, Block::PageBreak)) {
            blocks.push(Block::Heading {
                level: 4,
                runs: plain(title),
            });
            blocks.extend(more);
        }
    }
    Ok(blocks)
}

/// What becomes of the letters of a group.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Goes {
    #[default]
    Shown,
    /// Into nothing.
    Nowhere,
    /// The table of fonts, of which only the letters' codes are kept.
    Fonts,
    /// What stands before an item of a list.
    Marker,
    Picture,
}

#[derive(Clone, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the format"
)]
struct State {
    goes: Goes,
    style: Style,
    hidden: bool,
    struck: bool,
    /// Bytes that follow a letter told by its number, for readers that do not know it.
    skip: u32,
    skipped: u32,
    font: i32,
    in_table: bool,
    align: Align,
    level: Option<u8>,
    starred: bool,
    /// Ends a footnote, a header or a footer.
    place: bool,
}

/// Where blocks are put: the letter itself, or a note.
#[derive(Default)]
struct Place {
    kind: Kind,
    blocks: Vec<Block>,
    runs: Vec<Run>,
    align: Align,
    level: Option<u8>,
    marker: Option<String>,
    picture: Picture,
    // A table being read.
    rows: Vec<Vec<Cell>>,
    row: Vec<Cell>,
    cell: Vec<Block>,
    merges: Vec<Merge>,
    merge: Merge,
    in_table: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Body,
    Note,
    Head,
    Foot,
}

#[derive(Clone, Copy, Default)]
struct Merge {
    down: bool,
    across: bool,
}

#[derive(Default)]
struct Picture {
    hex: Vec<u8>,
    known: bool,
    size: (f32, f32),
    scale: (f32, f32),
}

impl Place {
    fn end_paragraph(&mut self) {
        let runs = std::mem::take(&mut self.runs);
        let marker = self.marker.take();
        if is_blank(&runs) || self.blocks.len() > MAX_BLOCKS {
            return;
        }
        let block = match (self.level, marker) {
            (Some(level), marker) => {
                let mut all = marker.map_or(Vec::new(), |marker| plain(&format!("{marker} ")));
                all.extend(runs);
                Block::Heading { level, runs: all }
            }
            (None, Some(marker)) => Block::Item {
                depth: 0,
                marker,
                runs,
            },
            (None, None) => Block::Paragraph {
                runs,
                align: self.align,
            },
        };
        self.push(block);
    }

    fn push(&mut self, block: Block) {
        if self.in_table {
            self.cell.push(block);
        } else {
            self.end_table();
            self.blocks.push(block);
        }
    }

    fn end_cell(&mut self) {
        self.end_paragraph();
        let merge = self.merges.get(self.row.len()).copied().unwrap_or_default();
        let blocks = std::mem::take(&mut self.cell);
        if merge.across
            && let Some(before) = self.row.last_mut()
        {
            // Kept as a place of its own, so that the next merge is found.
            before.blocks.extend(blocks);
            self.row.push(Cell {
                span: 0,
                ..Cell::default()
            });
            return;
        }
        self.row.push(Cell {
            blocks,
            span: 1,
            continues: merge.down,
            header: false,
        });
    }

    fn end_row(&mut self) {
        if !is_blank(&self.runs) || !self.cell.is_empty() {
            self.end_cell();
        }
        let mut row: Vec<Cell> = Vec::new();
        for cell in std::mem::take(&mut self.row) {
            match row.last_mut() {
                Some(before) if cell.span == 0 => before.span += 1,
                _ => row.push(cell),
            }
        }
        if !row.is_empty() {
            self.rows.push(row);
        }
    }

    fn end_table(&mut self) {
        if !self.row.is_empty() || !self.cell.is_empty() {
            self.end_row();
        }
        if !self.rows.is_empty() {
            let rows = std::mem::take(&mut self.rows);
            self.blocks.push(Block::Table(rows));
        }
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    state: State,
    groups: Vec<State>,
    /// The letters of the letter as a whole.
    pages: &'static Encoding,
    fonts: HashMap<i32, &'static Encoding>,
    /// Bytes of letters that are not decoded yet: one letter may be two bytes.
    raw: Vec<u8>,
    places: Vec<Place>,
    notes: Vec<Block>,
    heads: Vec<Block>,
    feet: Vec<Block>,
    deleted: bool,
    embedded: bool,
    /// The first half of a letter told in two numbers.
    half: u32,
}

impl Reader<'_> {
    fn read(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'{' => {
                    self.flush();
                    if self.groups.len() >= MAX_GROUPS {
                        return;
                    }
                    let place = std::mem::take(&mut self.state.place);
                    self.groups.push(State {
                        place,
                        ..self.state.clone()
                    });
                    self.state.starred = false;
                }
                b'}' => {
                    self.flush();
                    if self.state.goes == Goes::Picture {
                        self.end_picture();
                    }
                    if std::mem::take(&mut self.state.place) {
                        self.close_place();
                    }
                    match self.groups.pop() {
                        Some(state) => self.state = state,
                        None => return,
                    }
                    if self.groups.is_empty() {
                        return;
                    }
                }
                b'\\' => self.control(),
                b'\r' | b'\n' => {}
                other => self.byte(other),
            }
        }
        self.flush();
    }

    /// The byte of a letter.
    fn byte(&mut self, byte: u8) {
        if self.state.skipped > 0 {
            self.state.skipped -= 1;
            return;
        }
        if self.state.goes == Goes::Picture {
            if byte.is_ascii_hexdigit()
                && let Some(place) = self.places.last_mut()
            {
                place.picture.hex.push(byte);
            }
            return;
        }
        self.raw.push(byte);
    }

    fn flush(&mut self) {
        if self.raw.is_empty() {
            return;
        }
        let raw = std::mem::take(&mut self.raw);
        let encoding = self
            .fonts
            .get(&self.state.font)
            .copied()
            .unwrap_or(self.pages);
        let text = encoding.decode_without_bom_handling(&raw).0;
        self.text(&text);
    }

    fn text(&mut self, text: &str) {
        let state = &self.state;
        let Some(place) = self.places.last_mut() else {
            return;
        };
        match state.goes {
            Goes::Marker => {
                let text = text.replace('\t', " ").replace('·', "•");
                place.marker.get_or_insert_default().push_str(&text);
            }
            Goes::Shown if state.struck => self.deleted |= !text.trim().is_empty(),
            Goes::Shown if !state.hidden => {
                place.in_table = state.in_table;
                place.align = state.align;
                place.level = state.level;
                block::push(&mut place.runs, text, state.style);
            }
            _ => {}
        }
    }

    /// A letter that a word of the format stands for.
    fn letter(&mut self, letter: &str) {
        self.flush();
        self.text(letter);
    }

    fn control(&mut self) {
        let Some(&first) = self.bytes.get(self.at) else {
            return;
        };
        if !first.is_ascii_alphabetic() {
            self.at += 1;
            match first {
                b'\'' => {
                    let code = self.bytes.get(self.at..self.at + 2).unwrap_or_default();
                    self.at += code.len();
                    let code = std::str::from_utf8(code).ok();
                    if let Some(byte) = code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
                        self.byte(byte);
                    }
                }
                b'\\' | b'{' | b'}' => self.byte(first),
                b'~' => self.letter("\u{a0}"),
                b'_' => self.letter("\u{2011}"),
                b'*' => self.state.starred = true,
                b'\r' | b'\n' => self.word("par", None),
                _ => {}
            }
            return;
        }
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest
            .iter()
            .take(32)
            .take_while(|byte| byte.is_ascii_alphabetic())
            .count();
        let (word, rest) = rest.split_at(length);
        let signed = usize::from(rest.first() == Some(&b'-'));
        let digits = rest
            .iter()
            .skip(signed)
            .take(10)
            .take_while(|byte| byte.is_ascii_digit());
        let digits = digits.count();
        let (number, rest) = rest.split_at(if digits == 0 { 0 } else { signed + digits });
        let number = std::str::from_utf8(number)
            .ok()
            .and_then(|number| number.parse::<i64>().ok());
        let number =
            number.map(|n| i32::try_from(n.clamp(-2_000_000_000, 2_000_000_000)).unwrap_or(0));
        self.at = self.bytes.len() - rest.len() + usize::from(rest.first() == Some(&b' '));
        let word = String::from_utf8_lossy(word).into_owned();
        self.word(&word, number);
    }

    fn word(&mut self, word: &str, number: Option<i32>) {
        if word == "bin" {
            let length = usize::try_from(number.unwrap_or(0)).unwrap_or(0);
            let end = self.at.saturating_add(length).min(self.bytes.len());
            if self.state.goes == Goes::Picture
                && let Some(place) = self.places.last_mut()
            {
                let bytes = self.bytes.get(self.at..end).unwrap_or_default();
                for byte in bytes {
                    place.picture.hex.extend(format!("{byte:02x}").bytes());
                }
            }
            self.at = end;
            return;
        }
        if word != "u" {
            self.flush();
        }
        let starred = std::mem::take(&mut self.state.starred);
        let is_on = number != Some(0);
        match word {
            "ansicpg" => {
                if let Some(pages) = number.and_then(of_code_page) {
                    self.pages = pages;
                }
            }
            "mac" => self.pages = encoding_rs::MACINTOSH,
            "u" => {
                self.flush();
                let code = number.unwrap_or(0);
                let code = if code < 0 { code + 65_536 } else { code };
                self.unicode(u32::try_from(code).unwrap_or(0xFFFD));
                self.state.skipped = self.state.skip;
            }
            "uc" => self.state.skip = u32::try_from(number.unwrap_or(1)).unwrap_or(1).min(8),
            "f" => self.state.font = number.unwrap_or(0),
            "fcharset" if self.state.goes == Goes::Fonts => {
                if let Some(encoding) = number.and_then(of_character_set) {
                    self.fonts.insert(self.state.font, encoding);
                }
            }
            "fonttbl" => self.state.goes = Goes::Fonts,
            "pict" if self.state.goes == Goes::Shown && !self.state.hidden => {
                self.state.goes = Goes::Picture;
                if let Some(place) = self.places.last_mut() {
                    place.picture = Picture {
                        scale: (1.0, 1.0),
                        ..Picture::default()
                    };
                }
            }
            // Shown beside the same picture in an older form, or never.
            "colortbl" | "stylesheet" | "info" | "nonshppict" | "fldinst" | "listtable"
            | "filetbl" | "listoverridetable" | "rsidtbl" | "generator" | "xmlnstbl"
            | "themedata" | "datastore" | "latentstyles" | "colorschememapping" | "bkmkstart"
            | "bkmkend" | "private" | "tc" | "xe" | "pntxta" | "pntxtb" | "pict" | "objdata"
            | "objclass" | "objname" | "atnid" | "atnauthor" | "revtbl" | "pgptbl" | "mmathPr"
            | "sp" | "template" | "wgrffmtfilter" | "userprops" => {
                self.state.goes = Goes::Nowhere;
            }
            "object" => self.embedded |= self.state.goes == Goes::Shown,
            "listtext" | "pntext" if self.state.goes == Goes::Shown => {
                self.state.goes = Goes::Marker;
                if let Some(place) = self.places.last_mut() {
                    place.marker = Some(String::new());
                }
            }
            "footnote" | "annotation" => self.open_place(Kind::Note),
            "header" | "headerl" | "headerr" | "headerf" => self.open_place(Kind::Head),
            "footer" | "footerl" | "footerr" | "footerf" => self.open_place(Kind::Foot),
            "shppict" | "shptxt" | "shpinst" | "shp" | "fldrslt" | "field" | "result"
            | "objattph" => {}
            _ if starred => self.state.goes = Goes::Nowhere,
            _ => self.set(word, number, is_on),
        }
    }

    /// Half of a letter beyond the first 65,536 waits for the other half.
    fn unicode(&mut self, code: u32) {
        let before = std::mem::take(&mut self.half);
        if (0xD800..0xDC00).contains(&code) {
            self.half = code;
            return;
        }
        let code = if before > 0 && (0xDC00..0xE000).contains(&code) {
            0x1_0000 + ((before - 0xD800) << 10) + (code - 0xDC00)
        } else {
            code
        };
        if let Some(letter) = char::from_u32(code) {
            self.text(letter.encode_utf8(&mut [0; 4]));
        }
    }

    fn set(&mut self, word: &str, number: Option<i32>, is_on: bool) {
        let twips = |number: Option<i32>| {
            #[expect(clippy::cast_precision_loss, reason = "a length on a page")]
            let number = number.unwrap_or(0) as f32;
            number
        };
        let state = &mut self.state;
        match word {
            "b" => state.style.bold = is_on,
            "i" => state.style.italic = is_on,
            "ul" | "uld" | "uldb" | "ulw" | "uldash" | "ulth" | "ulwave" => {
                state.style.underline = is_on;
            }
            "ulnone" => state.style.underline = false,
            "strike" | "striked" => state.style.strike = is_on,
            "super" => state.style.level = if is_on { Level::Above } else { Level::Line },
            "sub" => state.style.level = if is_on { Level::Below } else { Level::Line },
            "nosupersub" => state.style.level = Level::Line,
            "v" => state.hidden = is_on,
            "deleted" => state.struck = is_on,
            "plain" => {
                state.style = Style::default();
                state.hidden = false;
                state.struck = false;
            }
            "pard" => {
                state.in_table = false;
                state.align = Align::Left;
                state.level = None;
            }
            "intbl" => state.in_table = true,
            "ql" | "qj" => state.align = Align::Left,
            "qc" => state.align = Align::Centre,
            "qr" => state.align = Align::Right,
            "outlinelevel" => {
                state.level = number
                    .and_then(|n| u8::try_from(n).ok())
                    .filter(|n| *n < 9)
                    .map(|n| n + 1);
            }
            "tab" => self.text("\t"),
            "line" => self.text("\n"),
            "emdash" => self.text("—"),
            "endash" => self.text("–"),
            "lquote" => self.text("‘"),
            "rquote" => self.text("’"),
            "ldblquote" => self.text("“"),
            "rdblquote" => self.text("”"),
            "bullet" => self.text("•"),
            "emspace" | "enspace" | "qmspace" => self.text(" "),
            "chftn" if self.state.goes == Goes::Shown => self.sign(),
            _ if self.state.goes == Goes::Picture => {
                if let Some(place) = self.places.last_mut() {
                    match word {
                        "pngblip" | "jpegblip" => place.picture.known = true,
                        "picwgoal" => place.picture.size.0 = twips(number) / 20.0,
                        "pichgoal" => place.picture.size.1 = twips(number) / 20.0,
                        "picscalex" => place.picture.scale.0 = twips(number) / 100.0,
                        "picscaley" => place.picture.scale.1 = twips(number) / 100.0,
                        _ => {}
                    }
                }
            }
            _ if self.state.goes == Goes::Shown => self.lay(word),
            _ => {}
        }
    }

    /// The sign of a note, in the text and at the note.
    fn sign(&mut self) {
        let is_note = self
            .places
            .last()
            .is_some_and(|place| place.kind == Kind::Note);
        let count = self
            .notes
            .iter()
            .filter(|note| matches!(note, Block::Item { marker, .. } if !marker.is_empty()));
        let sign = (count.count() + 1).to_string();
        if is_note {
            if let Some(place) = self.places.last_mut() {
                place.marker = Some(sign);
            }
        } else {
            self.text(&sign);
        }
    }

    fn lay(&mut self, word: &str) {
        let in_table = self.state.in_table;
        let Some(place) = self.places.last_mut() else {
            return;
        };
        match word {
            "par" | "sect" => {
                place.in_table = in_table;
                place.align = self.state.align;
                place.level = self.state.level;
                place.end_paragraph();
                if !in_table {
                    place.end_table();
                }
            }
            "page" => {
                place.in_table = false;
                place.end_paragraph();
                place.push(Block::PageBreak);
            }
            "trowd" => {
                place.merges.clear();
                place.merge = Merge::default();
            }
            "clvmrg" => place.merge.down = true,
            "clmrg" => place.merge.across = true,
            "cellx" => {
                let merge = std::mem::take(&mut place.merge);
                place.merges.push(merge);
            }
            "cell" => {
                place.in_table = true;
                place.level = None;
                place.end_cell();
            }
            // A table within a cell: its cells are lines of the cell.
            "nestcell" => {
                place.in_table = true;
                place.end_paragraph();
            }
            "row" => {
                place.in_table = true;
                place.end_row();
                place.in_table = false;
            }
            _ => {}
        }
    }

    fn open_place(&mut self, kind: Kind) {
        if self.state.goes != Goes::Shown || self.places.len() > 8 {
            self.state.goes = Goes::Nowhere;
            return;
        }
        self.places.push(Place {
            kind,
            ..Place::default()
        });
        self.state.place = true;
        self.state.in_table = false;
        self.state.level = None;
        self.state.style = Style::default();
    }

    fn close_place(&mut self) {
        let Some(mut place) = self.places.pop() else {
            return;
        };
        place.in_table = false;
        place.end_paragraph();
        place.end_table();
        let says = |block: &Block| match block {
            Block::Paragraph { runs, .. } => runs
                .iter()
                .any(|run| run.text.chars().any(char::is_alphabetic)),
            _ => true,
        };
        let blocks = place.blocks.into_iter().filter(says);
        let to = match place.kind {
            Kind::Head => &mut self.heads,
            Kind::Foot => &mut self.feet,
            Kind::Body | Kind::Note => &mut self.notes,
        };
        for block in blocks {
            // Each once, however many pages carry it.
            if !to.contains(&block) || place.kind == Kind::Note {
                to.push(block);
            }
        }
    }

    fn end_picture(&mut self) {
        let Some(place) = self.places.last_mut() else {
            return;
        };
        let picture = std::mem::take(&mut place.picture);
        let digit = |byte: u8| {
            char::from(byte)
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok())
        };
        let (pairs, _) = picture.hex.as_chunks::<2>();
        let bytes: Vec<u8> = pairs
            .iter()
            .filter_map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?))
            .collect();
        let (width, height) = picture.size;
        let size = (width * picture.scale.0, height * picture.scale.1);
        let bytes = if picture.known { bytes } else { Vec::new() };
        place.in_table = self.state.in_table;
        place.end_paragraph();
        place.push(Block::Image {
            bytes,
            size: (size.0 > 0.0 && size.1 > 0.0).then_some(size),
        });
    }
}

/// Windows code pages.
fn of_code_page(page: i32) -> Option<&'static Encoding> {
    let label = match page {
        437 | 850 => return Some(encoding_rs::WINDOWS_1252),
        932 => "shift_jis",
        936 => "gbk",
        949 => "euc-kr",
        950 => "big5",
        10_000 => "macintosh",
        65_001 => "utf-8",
        874 => "windows-874",
        1250..=1258 => return Encoding::for_label(format!("windows-{page}").as_bytes()),
        _ => return None,
    };
    Encoding::for_label(label.as_bytes())
}

/// The letters of a font (`\fcharset`).
fn of_character_set(set: i32) -> Option<&'static Encoding> {
    of_code_page(match set {
        77 => 10_000,
        128 => 932,
        129 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => return None,
    })
}
