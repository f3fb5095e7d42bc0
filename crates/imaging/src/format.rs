//! What a file is, from its bytes.

/// Where a PDF header may start: readers accept leading bytes (ISO 32000-2, annex I), pdfium 1024.
const PDF_HEADER_WINDOW: usize = 1024;

/// A kind of document this crate reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Portable Document Format, ISO 32000.
    Pdf,
    /// JPEG, baseline or progressive (ITU-T T.81).
    Jpeg,
    /// PNG (W3C, third edition); of an animated one, the default image.
    Png,
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
    let head = bytes.get(..PDF_HEADER_WINDOW).unwrap_or(bytes);
    if head.windows(5).any(|window| window == b"%PDF-") {
        return Ok(Format::Pdf);
    }
    Err(IdentifyError::Unknown)
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
        assert_eq!(identify(b""), Err(IdentifyError::Empty));
        assert_eq!(identify(b"MZ\x90\x00"), Err(IdentifyError::Unknown));
    }
}
