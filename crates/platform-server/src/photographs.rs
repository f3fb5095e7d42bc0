//! Several photographs of one paper are one piece: its pages, in the order in which they were taken.

use std::io::{Cursor, Write as _};

use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::{AdmissionError, NewPiece};

/// Media type of a paper that was photographed page by page.
const MEDIA_TYPE: &str = "application/zip";

impl NewPiece {
    /// The same piece, made of these photographs as they are: a ZIP that stores them in order, so that one digest stands for the paper
    /// and each page can be cited.
    ///
    /// # Errors
    /// [`AdmissionError::NoPiece`] without a photograph, [`AdmissionError::File`] when there are too many bytes for one.
    pub fn photographed(self, photographs: &[Vec<u8>]) -> Result<Self, AdmissionError> {
        let pages = u32::try_from(photographs.len()).unwrap_or(u32::MAX);
        if pages == 0 {
            return Err(AdmissionError::NoPiece);
        }
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        // They are compressed already.
        let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        for (number, photograph) in (1..).zip(photographs) {
            archive
                .start_file(format!("Photographie {number}"), stored)
                .map_err(std::io::Error::from)?;
            archive.write_all(photograph)?;
        }
        let archive = archive.finish().map_err(std::io::Error::from)?;
        Ok(Self {
            bytes: archive.into_inner(),
            media_type: MEDIA_TYPE.to_owned(),
            pages,
            ..self
        })
    }
}
