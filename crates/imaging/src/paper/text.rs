//! Plain text, in whatever letters it was written.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::paper::PaperError;
use crate::paper::block::{Align, Block, Run, Style};

/// Bytes of a text that tell how it was written.
const SAMPLE: usize = 1 << 20;
/// A text of more than this has a space, a line end or a tag somewhere.
const LONGEST_WORD: usize = 1_000;
/// Lines that are kept: more than there are on all the pages that are laid out.
const MAX_LINES: usize = 200_000;

/// Whether the beginning of a file reads as text: letters, with hardly a control character between them.
pub(crate) fn looks_like_text(head: &[u8]) -> bool {
    if let Some((encoding, _)) = Encoding::for_bom(head)
        && encoding != UTF_8
    {
        let (text, _, broken) = encoding.decode(head.get(..head.len() & !1).unwrap_or_default());
        return !broken && !text.chars().any(is_odd);
    }
    if is_utf16(head).is_some() {
        return true;
    }
    // Form feeds end the pages of many programs; a few other controls are printers' orders.
    let odd = head
        .iter()
        .filter(|byte| matches!(byte, 0..=8 | 0x0E..=0x1F | 0x7F))
        .count();
    let parted = head
        .iter()
        .any(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | b'<'));
    !head.contains(&0) && odd * 200 <= head.len() && (parted || head.len() < LONGEST_WORD)
}

fn is_odd(letter: char) -> bool {
    letter.is_control() && !matches!(letter, '\n' | '\r' | '\t' | '\u{c}')
}

/// UTF-16 without a mark, as some programs write it: every other byte of Latin letters is nought.
fn is_utf16(head: &[u8]) -> Option<&'static Encoding> {
    let (pairs, _) = head.as_chunks::<2>();
    let plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\r' | b'\n' | b'\t');
    let little = pairs.iter().filter(|[low, high]| *high == 0 && plain(*low));
    let big = pairs.iter().filter(|[high, low]| *high == 0 && plain(*low));
    let most = pairs.len() * 8 / 10;
    if pairs.len() < 4 {
        None
    } else if little.count() > most {
        Some(UTF_16LE)
    } else if big.count() > most {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// The letters of `bytes`: UTF-8 where they are, else what a browser would take them for in France.
pub(crate) fn decode(bytes: &[u8]) -> String {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, _) = encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default());
        return text.into_owned();
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let sample = bytes.get(..SAMPLE).unwrap_or(bytes);
    let encoding = is_utf16(sample).unwrap_or_else(|| {
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        detector.feed(sample, sample.len() == bytes.len());
        detector.guess(Some(b"fr"), Utf8Detection::Allow)
    });
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// The lines of a text as they stand, in letters of one width; a form feed begins a page.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Block>, PaperError> {
    let text = decode(bytes);
    let odd = text.chars().filter(|letter| is_odd(*letter)).count();
    if odd * 50 > text.chars().count() {
        return Err(PaperError::Damaged);
    }
    Ok(preformatted(&text, Style::default()))
}

/// Lines whose spaces count.
pub(crate) fn preformatted(text: &str, style: Style) -> Vec<Block> {
    let style = Style {
        mono: true,
        ..style
    };
    let mut blocks = Vec::new();
    for (index, page) in text.split('\u{c}').enumerate() {
        if index > 0 && !page.trim().is_empty() {
            blocks.push(Block::PageBreak);
        }
        let page = page.replace("\r\n", "\n").replace('\r', "\n");
        for line in page.trim_end().split('\n') {
            let mut set = String::with_capacity(line.len());
            let mut column = 0;
            for letter in line.chars() {
                if letter == '\t' {
                    let to = (column / 8 + 1) * 8;
                    set.extend(std::iter::repeat_n('\u{a0}', to - column));
                    column = to;
                    continue;
                }
                // Spaces at the beginning of a line hold their place.
                let leads = letter == ' ' && set.chars().all(|c| c == '\u{a0}');
                set.push(if leads { '\u{a0}' } else { letter });
                column += 1;
            }
            if set.is_empty() {
                set.push('\u{a0}');
            }
            blocks.push(Block::Paragraph {
                runs: vec![Run { text: set, style }],
                align: Align::Left,
            });
            if blocks.len() > MAX_LINES {
                return blocks;
            }
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_read_as_they_were_written() {
        let french = "Créatininémie élevée, œdème – à 7 h";
        assert_eq!(decode(french.as_bytes()), french);
        let (windows, _, _) = encoding_rs::WINDOWS_1252.encode(french);
        assert_eq!(decode(&windows), french);
        let wide: Vec<u8> = french.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&[b"\xFF\xFE".as_slice(), &wide].concat()), french);
        assert_eq!(
            decode(&[b"\xEF\xBB\xBF", french.as_bytes()].concat()),
            french
        );
    }

    #[test]
    fn what_has_no_words_is_no_text() {
        assert!(looks_like_text("Compte rendu\r\nRein droit".as_bytes()));
        assert!(looks_like_text(b"caf\xE9"));
        assert!(!looks_like_text(b"MZ\x90\x00\x03"));
        assert!(!looks_like_text(&[0xA5; 5_000]));
        assert!(!looks_like_text(
            &(0..=255).cycle().take(1_024).collect::<Vec<u8>>()
        ));
    }
}
