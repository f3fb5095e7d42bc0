//! The words of a page, line by line as they are read, and where they stand.

/// Bytes of text that one page gives; beyond, it is no page that anybody reads.
pub const MAX_TEXT_BYTES: usize = 200_000;

/// What a line costs beside its words, in bytes of text.
const LINE_BYTES: usize = 8;

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
    /// Where each of its words begins and ends, from the left of the page, in 65,535ths of its width.
    pub words: Vec<(u16, u16)>,
}

/// Puts characters together to lines.
#[derive(Default)]
pub(crate) struct Lines {
    done: Vec<TextLine>,
    text: String,
    /// Left, top, right, bottom.
    place: Option<(f32, f32, f32, f32)>,
    words: Vec<(u16, u16)>,
    in_word: bool,
    /// Where the present word stands.
    word: Option<(f32, f32)>,
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
        if self.text.ends_with(char::is_whitespace) {
            self.end_word();
        } else {
            self.in_word = true;
            if let Some((left, _, right, _)) = place {
                let (from, to) = self.word.unwrap_or((left, right));
                self.word = Some((from.min(left), to.max(right)));
            }
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

    /// A word that stands nowhere stands where the one before it ends.
    fn end_word(&mut self) {
        let word = self.word.take();
        if !std::mem::take(&mut self.in_word) {
            return;
        }
        let after = self.words.last().map_or(0, |(_, to)| *to);
        self.words
            .push(word.map_or((after, after), |(from, to)| (part(from), part(to))));
    }

    fn end_line(&mut self) {
        self.end_word();
        let placed = std::mem::take(&mut self.words);
        let text = std::mem::take(&mut self.text);
        let place = self.place.take();
        let words = text.trim();
        let Some((left, top, right, bottom)) = place.filter(|_| !words.is_empty()) else {
            return;
        };
        // What a line says of its place and of its words weighs as well.
        self.bytes += words.len() + LINE_BYTES;
        self.done.push(TextLine {
            text: words.to_owned(),
            x: left,
            y: top,
            width: right - left,
            height: bottom - top,
            words: placed,
        });
    }

    pub(crate) fn finish(mut self) -> Vec<TextLine> {
        self.end_line();
        self.done
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "brought between 0 and 65,535 first"
)]
fn part(of_width: f32) -> u16 {
    (of_width.clamp(0.0, 1.0) * f32::from(u16::MAX)).round() as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_become_words_and_lines() {
        let mut lines = Lines::default();
        let places = (0_u8..).map(|at| f32::from(at) * 0.01);
        for (letter, left) in "un rein\u{2}\r\n droit\n \n".chars().zip(places) {
            let place = (!letter.is_whitespace()).then_some((left, 0.1, left + 0.01, 0.12));
            lines.push(letter, place);
        }
        let lines = lines.finish();
        let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, ["un rein-", "droit"]);
        // However short the lines, a page gives so much and no more.
        let mut many = Lines::default();
        let mut count = 0;
        while !many.is_full() {
            many.push('a', Some((0.0, 0.0, 0.1, 0.1)));
            many.push('\n', None);
            count += 1;
        }
        assert!(count * (16 + 8 + 6) < MAX_TEXT_BYTES * 5, "{count}");
        let at = |number: u8| part(f32::from(number) * 0.01);
        assert_eq!(lines[0].words, [(at(0), at(2)), (at(3), at(8))]);
        assert_eq!(lines[1].words, [(at(11), at(16))]);
        assert!(lines[0].x.abs() < 1e-6 && (lines[0].width - 0.08).abs() < 1e-6);
    }
}
