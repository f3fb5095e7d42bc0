//! The words of a page, line by line as they are read, and where they stand.

/// Bytes of text that one page gives; beyond, it is no page that anybody reads.
pub const MAX_TEXT_BYTES: usize = 400_000;

/// One line of words. Its place is told in parts of the sides of the page as the document itself lays it, from its top left corner.
#[derive(Clone, Debug, PartialEq)]
pub struct TextLine {
    /// Without control characters. A hyphen at its end may only be there because the line ended.
    pub text: String,
    /// From the left.
    pub x: f32,
    /// From the top.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

/// Puts characters together to lines.
#[derive(Default)]
pub(crate) struct Lines {
    done: Vec<TextLine>,
    text: String,
    /// Left, top, right, bottom.
    place: Option<(f32, f32, f32, f32)>,
    bytes: usize,
}

impl Lines {
    /// The next character, and where it stands; those that only part words and lines stand nowhere.
    pub(crate) fn push(&mut self, character: char, place: Option<(f32, f32, f32, f32)>) {
        match character {
            '\n' | '\u{2028}' | '\u{2029}' => return self.end_line(),
            // What pdfium gives for a hyphen that parts a word at the end of a line.
            '\u{2}' | '\u{fffe}' | '\u{ad}' => self.text.push('-'),
            '\t' => self.text.push(' '),
            other if other.is_control() => return,
            other => self.text.push(other),
        }
        let Some((left, top, right, bottom)) = place else {
            return;
        };
        self.place = Some(match self.place {
            None => (left, top, right, bottom),
            Some((l, t, r, b)) => (l.min(left), t.min(top), r.max(right), b.max(bottom)),
        });
    }

    /// Whether the page has given enough.
    pub(crate) fn is_full(&self) -> bool {
        self.bytes + self.text.len() > MAX_TEXT_BYTES
    }

    fn end_line(&mut self) {
        let text = std::mem::take(&mut self.text);
        let place = self.place.take();
        let words = text.trim();
        let Some((left, top, right, bottom)) = place.filter(|_| !words.is_empty()) else {
            return;
        };
        self.bytes += words.len();
        self.done.push(TextLine {
            text: words.to_owned(),
            x: left,
            y: top,
            width: right - left,
            height: bottom - top,
        });
    }

    pub(crate) fn finish(mut self) -> Vec<TextLine> {
        self.end_line();
        self.done
    }
}
