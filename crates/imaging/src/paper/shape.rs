//! Letters to glyphs: which font has them, and how wide they are.

use std::collections::HashMap;
use std::rc::Rc;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::{Face, UnicodeBuffer};

use crate::paper::block::Style;

/// Shaped words that are kept; beyond, all are forgotten.
const KEPT: usize = 20_000;

/// Which of the fonts: four of Libertinus Serif, four of `DejaVu` Sans Mono, and the mathematical one.
const FONTS: usize = 9;

/// A part of a word set in one font.
pub(crate) struct Part {
    pub(crate) font: usize,
    pub(crate) text: String,
    /// Per unit of the font's size.
    pub(crate) glyphs: Vec<KrillaGlyph>,
    pub(crate) width: f32,
}

/// A word, or what parts words.
#[derive(Default)]
pub(crate) struct Shaped {
    pub(crate) parts: Vec<Part>,
    /// Per unit of the font's size.
    pub(crate) width: f32,
    /// Letters that none of the fonts has: each is drawn as a box.
    pub(crate) missing: usize,
}

struct Loaded {
    face: Face<'static>,
    font: Font,
}

/// The fonts, and the words shaped with them so far.
pub(crate) struct Shaper {
    fonts: Vec<Loaded>,
    words: HashMap<(usize, String), Rc<Shaped>>,
}

impl Shaper {
    /// Loads the fonts; `None` if one is not there, which no build does.
    pub(crate) fn new() -> Option<Self> {
        let mut places: [Option<Loaded>; FONTS] = Default::default();
        for bytes in typst_assets::fonts() {
            let Some(face) = Face::from_slice(bytes, 0) else {
                continue;
            };
            let name = |id| {
                let names = face.names().into_iter();
                names
                    .filter(|name| name.name_id == id)
                    .find_map(|name| name.to_string())
            };
            let family = name(rustybuzz::ttf_parser::name_id::FAMILY).unwrap_or_default();
            let first = match family.as_str() {
                "Libertinus Serif" => 0,
                "DejaVu Sans Mono" => 4,
                "NewComputerModernMath" | "New Computer Modern Math" => 8,
                _ => continue,
            };
            let slant = usize::from(face.is_italic() || face.is_oblique()) * 2;
            let weight = usize::from(face.is_bold());
            let place = if first == 8 {
                8
            } else {
                first + weight + slant
            };
            if let Some(free @ None) = places.get_mut(place) {
                let font = Font::new(bytes.into(), 0)?;
                *free = Some(Loaded { face, font });
            }
        }
        let fonts: Vec<Loaded> = places.into_iter().collect::<Option<_>>()?;
        let words = HashMap::new();
        Some(Self { fonts, words })
    }

    pub(crate) fn font(&self, font: usize) -> Option<Font> {
        self.fonts.get(font).map(|loaded| loaded.font.clone())
    }

    /// Shapes `text`, which has no line end and no tabulation.
    pub(crate) fn shape(&mut self, text: &str, style: Style) -> Rc<Shaped> {
        let cut = usize::from(style.bold) + 2 * usize::from(style.italic);
        let first = if style.mono { 4 + cut } else { cut };
        let key = (first, text.to_owned());
        if let Some(shaped) = self.words.get(&key) {
            return Rc::clone(shaped);
        }
        let shaped = Rc::new(self.shape_with(text, [first, cut, 4 + cut, 4, 8]));
        if self.words.len() >= KEPT {
            self.words.clear();
        }
        self.words.insert(key, Rc::clone(&shaped));
        shaped
    }

    fn shape_with(&self, text: &str, fonts: [usize; 5]) -> Shaped {
        let mut shaped = Shaped::default();
        // Which font sets which letters; marks stay with what they stand on.
        let mut pieces: Vec<(usize, String)> = Vec::new();
        for letter in text.chars().filter(|letter| !letter.is_control()) {
            let has = |font: &usize| {
                let loaded = self.fonts.get(*font);
                loaded.is_some_and(|loaded| loaded.face.glyph_index(letter).is_some())
            };
            let current = pieces.last().map(|(font, _)| *font);
            let joins = matches!(letter, '\u{200c}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' | '\u{2060}' | '\u{feff}' | '\u{ad}');
            if joins {
                continue;
            }
            let font = fonts.into_iter().find(has);
            shaped.missing += usize::from(font.is_none());
            let font = font.unwrap_or(fonts[0]);
            match pieces.last_mut() {
                Some((_, piece)) if current == Some(font) => piece.push(letter),
                _ => pieces.push((font, letter.to_string())),
            }
        }
        for (font, piece) in pieces {
            let Some(loaded) = self.fonts.get(font) else {
                continue;
            };
            let mut buffer = UnicodeBuffer::new();
            buffer.push_str(&piece);
            buffer.guess_segment_properties();
            let set = rustybuzz::shape(&loaded.face, &[], buffer);
            let part = part(font, piece, &set, &loaded.face);
            shaped.width += part.width;
            shaped.parts.push(part);
        }
        shaped
    }
}

fn part(font: usize, text: String, set: &rustybuzz::GlyphBuffer, face: &Face<'_>) -> Part {
    #[expect(clippy::cast_precision_loss, reason = "font units are small")]
    let units = |value: i32| value as f32 / face.units_per_em() as f32;
    let mut starts: Vec<usize> = set
        .glyph_infos()
        .iter()
        .map(|info| info.cluster as usize)
        .collect();
    starts.sort_unstable();
    starts.dedup();
    let end_of = |start: usize| {
        let after = starts.partition_point(|other| *other <= start);
        starts.get(after).copied().unwrap_or(text.len())
    };
    let glyphs: Vec<KrillaGlyph> = set
        .glyph_infos()
        .iter()
        .zip(set.glyph_positions())
        .map(|(info, place)| {
            let start = info.cluster as usize;
            KrillaGlyph::new(
                GlyphId::new(info.glyph_id),
                units(place.x_advance),
                units(place.x_offset),
                units(place.y_offset),
                units(place.y_advance),
                start..end_of(start),
                None,
            )
        })
        .collect();
    let width = glyphs.iter().map(|glyph| glyph.x_advance).sum();
    Part {
        font,
        text,
        glyphs,
        width,
    }
}
