//! What a file is, from its bytes.

use crate::paper::{decode, looks_like_text};

/// Where a PDF header may start: readers accept leading bytes (ISO 32000-2, annex I), pdfium 1024.
const PDF_HEADER_WINDOW: usize = 1024;

/// Bytes at the beginning of a file that tell what it is.
pub(crate) const HEAD: usize = 4_096;

/// A kind of document this crate reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Portable Document Format, ISO 32000.
    Pdf,
    /// JPEG, baseline or progressive (ITU-T T.81).
    Jpeg,
    /// PNG (W3C, third edition); of an animated one, the default image.
    Png,
    /// TIFF 6.0, of one page or several: scans and faxes (CCITT groups 3 and 4 among them).
    Tiff,
    /// WebP; of an animated one, the first image.
    WebP,
    /// Windows bitmap.
    Bmp,
    /// GIF; of an animated one, the first image.
    Gif,
    /// A letter of Word (ECMA-376); laid out here.
    Docx,
    /// A letter of `LibreOffice` (ISO/IEC 26300); laid out here.
    Odt,
    /// Rich Text Format 1.9; laid out here.
    Rtf,
    /// Plain text in any letters; laid out here.
    Text,
    /// A web page, or a message written as one; laid out here.
    Html,
    /// HL7 CDA R2: its narrative is laid out here, the document that it carries is shown as it is.
    Cda,
    /// A ZIP that is none of the above: its documents one after the other.
    Zip,
    /// Images of DICOM: a file, or a ZIP that holds some.
    Dicom,
}

/// A kind of file that is known and not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsupported {
    /// HEIC, HEIF, AVIF: photographs of telephones.
    #[error("a HEIF picture")]
    Heif,
    /// MP4, MOV, AVI, `WebM` and their like.
    #[error("a video")]
    Video,
    /// Sound alone.
    #[error("a sound recording")]
    Audio,
    /// The Office files of before 2007 (.doc, .xls, .ppt), and messages of Outlook.
    #[error("an Office file of before 2007")]
    BinaryOffice,
    /// A letter of Word or `LibreOffice` that asks for a password.
    #[error("an Office file with a password")]
    EncryptedOffice,
    /// Tables to compute with.
    #[error("a spreadsheet")]
    Spreadsheet,
    /// Slides.
    #[error("a presentation")]
    Presentation,
    /// DICOM without an image.
    #[error("a DICOM file without an image")]
    Dicom,
    /// RAR, 7z, tar, gzip and their like.
    #[error("an archive that is no ZIP")]
    Archive,
    /// A ZIP that asks for a password.
    #[error("a ZIP with a password")]
    EncryptedArchive,
    /// What a computer runs.
    #[error("a program")]
    Program,
}

/// Why the kind of a file could not be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentifyError {
    /// The file has no byte.
    #[error("the document is empty")]
    Empty,
    /// No signature of a known format was found.
    #[error("the document is in no format that can be read")]
    Unknown,
    /// It is known, and not shown.
    #[error("the document is not shown: {0}")]
    Unsupported(#[from] Unsupported),
}

/// Tells what `bytes` are from their signature, within the first 4 KiB. Neither a file name nor an announced media type
/// takes part: both come from the sender.
pub fn identify(bytes: &[u8]) -> Result<Format, IdentifyError> {
    let bytes = bytes.get(..HEAD).unwrap_or(bytes);
    if bytes.is_empty() {
        return Err(IdentifyError::Empty);
    }
    // First: its preamble may look like another format, on purpose (PS3.10, 7.1).
    if bytes.get(128..132) == Some(b"DICM") || lacks_preamble(bytes) {
        return Ok(Format::Dicom);
    }
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Ok(Format::Png);
    }
    if bytes.starts_with(b"\xFF\xD8\xFF") {
        return Ok(Format::Jpeg);
    }
    // The two byte orders, each in its classic and its large form (BigTIFF).
    let tiff: [&[u8]; 4] = [b"II\x2A\0", b"MM\0\x2A", b"II\x2B\0", b"MM\0\x2B"];
    if tiff.iter().any(|signature| bytes.starts_with(signature)) {
        return Ok(Format::Tiff);
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Ok(Format::WebP);
    }
    if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        return Ok(Format::Gif);
    }
    if is_bitmap(bytes) {
        return Ok(Format::Bmp);
    }
    // Before PDF: an archive may hold one, as it stands, right at its beginning.
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Ok(Format::Zip);
    }
    if let Some(kind) = unsupported(bytes) {
        return Err(kind.into());
    }
    if bytes.starts_with(b"{\\rtf") {
        return Ok(Format::Rtf);
    }
    let head = bytes.get(..PDF_HEADER_WINDOW).unwrap_or(bytes);
    if head.windows(5).any(|window| window == b"%PDF-") {
        return Ok(Format::Pdf);
    }
    if looks_like_text(bytes) {
        return Ok(written(&decode(bytes)));
    }
    Err(IdentifyError::Unknown)
}

/// What a text is: a page of the web, a CDA document, or just a text.
fn written(head: &str) -> Format {
    let head = head.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']);
    if !head.starts_with('<') {
        return Format::Text;
    }
    let head = head.to_ascii_lowercase();
    let is_cda = head.contains("<clinicaldocument") || head.contains(":clinicaldocument");
    if is_cda && !head.contains("<html") {
        return Format::Cda;
    }
    let begins = [
        "<html", "<head", "<body", "<div", "<p>", "<table", "<meta", "<h1",
    ];
    let is_page = head.contains("<!doctype html")
        || head.contains("<html")
        || begins.iter().any(|tag| head.starts_with(tag));
    if is_page { Format::Html } else { Format::Text }
}

/// The signatures of what is known and not shown.
fn unsupported(bytes: &[u8]) -> Option<Unsupported> {
    let at = |from: usize, signature: &[u8]| {
        bytes
            .get(from..)
            .is_some_and(|rest| rest.starts_with(signature))
    };
    let any = |signatures: &[&[u8]]| signatures.iter().any(|signature| at(0, signature));
    if at(4, b"ftyp") {
        let heif: [&[u8]; 8] = [
            b"hei", b"hev", b"mif1", b"msf1", b"avif", b"avis", b"mif2", b"jpeg",
        ];
        let is_sound = at(8, b"M4A") || at(8, b"M4B");
        return Some(if heif.iter().any(|brand| at(8, brand)) {
            Unsupported::Heif
        } else if is_sound {
            Unsupported::Audio
        } else {
            Unsupported::Video
        });
    }
    let atoms: [&[u8]; 4] = [b"moov", b"mdat", b"wide", b"pnot"];
    let is_video = atoms.iter().any(|atom| at(4, atom))
        || (at(0, b"RIFF") && at(8, b"AVI "))
        || any(&[
            b"\x1A\x45\xDF\xA3",
            b"\x30\x26\xB2\x75\x8E\x66\xCF\x11",
            b"FLV\x01",
            b"\0\0\x01\xBA",
            b"\0\0\x01\xB3",
        ]);
    if is_video {
        return Some(Unsupported::Video);
    }
    let is_sound = (at(0, b"RIFF") && at(8, b"WAVE"))
        || any(&[
            b"ID3",
            b"\xFF\xFB",
            b"\xFF\xFA",
            b"\xFF\xF3",
            b"\xFF\xF2",
            b"OggS",
            b"fLaC",
            b"#!AMR",
        ]);
    if is_sound {
        return Some(Unsupported::Audio);
    }
    if at(0, b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return Some(Unsupported::BinaryOffice);
    }
    let is_archive = at(257, b"ustar")
        || any(&[
            b"Rar!\x1A\x07",
            b"7z\xBC\xAF\x27\x1C",
            b"\x1F\x8B",
            b"BZh",
            b"\xFD7zXZ\0",
            b"\x28\xB5\x2F\xFD",
            b"MSCF\0",
        ]);
    if is_archive {
        return Some(Unsupported::Archive);
    }
    let is_program = (at(0, b"MZ") && bytes.contains(&0))
        || any(&[
            b"\x7FELF",
            b"\xCA\xFE\xBA\xBE",
            b"\xFE\xED\xFA",
            b"\xCF\xFA\xED\xFE",
            b"\xCE\xFA\xED\xFE",
        ]);
    is_program.then_some(Unsupported::Program)
}

/// Whether a data set begins at once, as old scanners and some exports write it: with the length of group 0002 or 0008, or with the
/// first elements of group 0008.
fn lacks_preamble(bytes: &[u8]) -> bool {
    let Some(&[group, 0, element, 0, a, b, c, d, ..]) = bytes.get(..8) else {
        return bytes.starts_with(b"DICM\x02\0");
    };
    let explicit = [b"UL", b"CS", b"UI", b"SH"].contains(&&[a, b]) && d == 0;
    // Of a short text.
    let implicit = u32::from_le_bytes([a, b, c, d]) <= 64;
    bytes.starts_with(b"DICM\x02\0")
        || match (group, element) {
            (2, 0..=3) => explicit,
            (8, 0 | 1 | 5 | 6 | 8 | 0x12 | 0x16) => explicit || implicit,
            _ => false,
        }
}

/// Two letters are a thin signature: the length of the header that follows must be one of those there are.
fn is_bitmap(bytes: &[u8]) -> bool {
    let header = bytes.get(14..18).and_then(|four| four.try_into().ok());
    let known = [12, 40, 52, 56, 64, 108, 124];
    bytes.starts_with(b"BM") && header.is_some_and(|four| known.contains(&u32::from_le_bytes(four)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_decides_wherever_a_pdf_header_may_stand() {
        assert_eq!(identify(b"%PDF-1.7\n"), Ok(Format::Pdf));
        let mut late = vec![b' '; 1000];
        late.extend_from_slice(b"%PDF-1.4");
        assert_eq!(identify(&late), Ok(Format::Pdf));
        late.splice(0..0, [b' '; 100]);
        assert_eq!(identify(&late), Ok(Format::Text));
        assert_eq!(identify(b"\xFF\xD8\xFF\xE0"), Ok(Format::Jpeg));
        assert_eq!(identify(b"\x89PNG\r\n\x1a\n"), Ok(Format::Png));
        assert_eq!(identify(b"II\x2A\0\x08\0\0\0"), Ok(Format::Tiff));
        assert_eq!(identify(b"MM\0\x2A\0\0\0\x08"), Ok(Format::Tiff));
        assert_eq!(identify(b"RIFF\0\0\0\0WEBPVP8 "), Ok(Format::WebP));
        assert_eq!(
            identify(b"RIFF\0\0\0\0WAVEfmt "),
            Err(Unsupported::Audio.into())
        );
        assert_eq!(identify(b"GIF89a"), Ok(Format::Gif));
        let bitmap = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0";
        assert_eq!(identify(bitmap), Ok(Format::Bmp));
        assert_eq!(identify(b"BM is how some letters begin."), Ok(Format::Text));
        assert_eq!(identify(b""), Err(IdentifyError::Empty));
        assert_eq!(identify(b"MZ\x90\x00"), Err(Unsupported::Program.into()));
        let mut letters = b"MZ".to_vec();
        letters.resize(HEAD, b' ');
        letters.push(0);
        assert_eq!(
            identify(&letters),
            Ok(Format::Text),
            "what follows the head"
        );
        assert_eq!(identify(&[0, 1, 2, 3, 4, 5]), Err(IdentifyError::Unknown));
    }

    #[test]
    fn papers_are_told_from_each_other_and_from_what_is_not_shown() {
        let zip = b"PK\x03\x04\x14\0\0\0\0\0 %PDF-1.7";
        assert_eq!(identify(zip), Ok(Format::Zip), "a PDF within an archive");
        assert_eq!(identify(b"{\\rtf1\\ansi bonjour}"), Ok(Format::Rtf));
        assert_eq!(identify(b"Bonjour,\nci-joint %"), Ok(Format::Text));
        assert_eq!(identify(b"<!DOCTYPE html><p>a"), Ok(Format::Html));
        let cda = b"<?xml version=\"1.0\"?>\n<ClinicalDocument xmlns=\"urn:hl7-org:v3\">";
        assert_eq!(identify(cda), Ok(Format::Cda));
        assert_eq!(
            identify(b"<?xml version=\"1.0\"?><note/>"),
            Ok(Format::Text)
        );
        let mut dicom = vec![0; 128];
        dicom.extend_from_slice(b"DICM\x02\0");
        assert_eq!(identify(&dicom), Ok(Format::Dicom));
        dicom.splice(..4, *b"II\x2A\0");
        assert_eq!(identify(&dicom), Ok(Format::Dicom), "dressed as a TIFF");
        let bare = b"\x08\0\x05\0CS\x0a\0ISO_IR 100";
        assert_eq!(identify(bare), Ok(Format::Dicom), "without a preamble");
        let mut tar = vec![b'a'; 257];
        tar.extend_from_slice(b"ustar\0");
        for (bytes, kind) in [
            (b"\0\0\0\x18ftypheic\0\0\0\0".as_slice(), Unsupported::Heif),
            (b"\0\0\0\x20ftypisom\0\0", Unsupported::Video),
            (b"\0\0\0\x14ftypqt  ", Unsupported::Video),
            (b"RIFF\0\0\0\0AVI LIST", Unsupported::Video),
            (b"\x1A\x45\xDF\xA3\x01", Unsupported::Video),
            (b"ID3\x04\0", Unsupported::Audio),
            (
                b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0",
                Unsupported::BinaryOffice,
            ),
            (b"Rar!\x1A\x07\x01\0", Unsupported::Archive),
            (b"7z\xBC\xAF\x27\x1C\0", Unsupported::Archive),
            (b"\x1F\x8B\x08\0", Unsupported::Archive),
            (&tar, Unsupported::Archive),
            (b"\x7FELF\x02\x01", Unsupported::Program),
        ] {
            assert_eq!(identify(bytes), Err(kind.into()), "{kind}");
        }
    }
}
