//! What a file is, from its bytes.

/// Where a PDF header may start: readers accept leading bytes (ISO 32000-2, annex I), pdfium 1024.
const PDF_HEADER_WINDOW: usize = 1024;

/// Bytes at the beginning of a file that tell what it is.
pub(crate) const HEAD: usize = PDF_HEADER_WINDOW;

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
}

/// Tells what `bytes` are from their signature. Neither a file name nor an announced media type
/// takes part: both come from the sender.
pub fn identify(bytes: &[u8]) -> Result<Format, IdentifyError> {
    if bytes.is_empty() {
        return Err(IdentifyError::Empty);
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
    let head = bytes.get(..PDF_HEADER_WINDOW).unwrap_or(bytes);
    if head.windows(5).any(|window| window == b"%PDF-") {
        return Ok(Format::Pdf);
    }
    Err(IdentifyError::Unknown)
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
        assert_eq!(identify(&late), Err(IdentifyError::Unknown));
        assert_eq!(identify(b"\xFF\xD8\xFF\xE0"), Ok(Format::Jpeg));
        assert_eq!(identify(b"\x89PNG\r\n\x1a\n"), Ok(Format::Png));
        assert_eq!(identify(b"II\x2A\0\x08\0\0\0"), Ok(Format::Tiff));
        assert_eq!(identify(b"MM\0\x2A\0\0\0\x08"), Ok(Format::Tiff));
        assert_eq!(identify(b"RIFF\0\0\0\0WEBPVP8 "), Ok(Format::WebP));
        assert_eq!(
            identify(b"RIFF\0\0\0\0WAVEfmt "),
            Err(IdentifyError::Unknown)
        );
        assert_eq!(identify(b"GIF89a"), Ok(Format::Gif));
        let bitmap = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0";
        assert_eq!(identify(bitmap), Ok(Format::Bmp));
        assert_eq!(
            identify(b"BM is how some letters begin."),
            Err(IdentifyError::Unknown)
        );
        assert_eq!(identify(b""), Err(IdentifyError::Empty));
        assert_eq!(identify(b"MZ\x90\x00"), Err(IdentifyError::Unknown));
    }
}
