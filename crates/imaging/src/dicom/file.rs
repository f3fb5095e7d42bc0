//! A file: its data set, and its frames one by one.

use std::io::{self, Cursor, Read, Seek};

use dicom_dictionary_std::tags;
use dicom_encoding::transfer_syntax::TransferSyntaxIndex as _;
use dicom_object::InMemDicomObject;
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;
use flate2::read::DeflateDecoder;

use super::codec::Codec;
use super::disc::Bytes;
use super::display::Display;
use super::facts::{FileFacts, FrameFacts};
use super::fragments::Fragments;
use super::image::{ImageDescription, Photometric};
use super::layout::{
    self, BIG_ENDIAN, DEFLATED, EXPLICIT, Encoding, IMPLICIT, Layout, PixelData, PixelNumbers,
};
use super::samples::{self, Frame, FrameError, Samples};
use super::source::Source;
use super::{jpeg2000, native};

/// Bytes of a data set without its pixels; that of an enhanced CT of a thousand frames is a few MiB.
const MOST_HEADER: u64 = 64 << 20;
/// Bytes of a deflated data set once inflated.
const MOST_INFLATED: u64 = 512 << 20;
/// Transfer syntaxes whose pixels are not compressed.
const NATIVE: [&str; 4] = [IMPLICIT, EXPLICIT, BIG_ENDIAN, DEFLATED];
/// Bytes of a compressed frame.
const MOST_CODE: u64 = 512 << 20;

/// Why a file is not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenDicomError {
    /// Not DICOM.
    #[error("not a DICOM file")]
    NotDicom,
    /// Its data set cannot be read.
    #[error("the data set is damaged")]
    Damaged,
    /// Its data set, or what it inflates to, is larger than any that is read.
    #[error("the data set is too large")]
    TooLarge,
    /// The file cannot be read.
    #[error("the file cannot be read")]
    Io(#[from] io::Error),
}

/// An opened file. Its frames are read when they are asked for.
pub struct DicomFile<'source> {
    source: Source<Box<dyn Bytes + 'source>>,
    syntax: String,
    /// As its data set is really written.
    big_endian: bool,
    object: InMemDicomObject,
    pixels: Option<PixelData>,
    image: Option<ImageDescription>,
    fragments: Option<Fragments>,
}

impl<'source> DicomFile<'source> {
    /// Opens a file with or without its preamble and its group 0002 (PS3.10, 7.1). Of one that is cut short, what is whole is read.
    ///
    /// # Errors
    /// [`OpenDicomError`].
    pub fn open(source: impl Read + Seek + Send + 'source) -> Result<Self, OpenDicomError> {
        let source: Box<dyn Bytes + 'source> = Box::new(source);
        let mut source = Source::new(source)?;
        let (begins, told) = layout::meta(&mut source)?;
        let guessed = layout::guess(&mut source, begins)?;
        let syntax = match (told, guessed) {
            (Some(told), _) => told,
            (None, Some(guessed)) => guessed.to_owned(),
            (None, None) => return Err(OpenDicomError::NotDicom),
        };
        let begins = if syntax == DEFLATED {
            let inflated: Box<dyn Bytes> = Box::new(Cursor::new(inflated(&mut source, begins)?));
            source = Source::new(inflated)?;
            0
        } else {
            begins
        };
        let written = layout::guess(&mut source, begins)?.unwrap_or(EXPLICIT);
        let Layout { elements, pixels } =
            layout::layout(&mut source, begins, Encoding::of(written))?;
        let length: u64 = elements.iter().map(|range| range.end - range.start).sum();
        if length > MOST_HEADER {
            return Err(OpenDicomError::TooLarge);
        }
        let mut header = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
        for range in elements {
            let length = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
            header.extend(source.read(range.start, length)?);
        }
        let object = if header.is_empty() {
            InMemDicomObject::new_empty()
        } else {
            read(&header, written)?
        };
        let image = ImageDescription::of(&object);
        Ok(Self {
            source,
            syntax,
            big_endian: written == BIG_ENDIAN,
            object,
            pixels,
            image,
            fragments: None,
        })
    }

    /// How its pixels are compressed, as the UID of PS3.6, annex A.
    pub fn transfer_syntax(&self) -> &str {
        &self.syntax
    }

    /// Its data set, without the pixels.
    pub fn object(&self) -> &InMemDicomObject {
        &self.object
    }

    /// Its image, if it has one that can be read.
    pub fn image(&self) -> Option<&ImageDescription> {
        self.pixels.and(self.image.as_ref())
    }

    /// What it says of itself.
    pub fn facts(&self) -> FileFacts {
        FileFacts::of(&self.object, &self.syntax)
    }

    /// How the frame of this index (from 0) lies and is shown.
    pub fn frame_facts(&self, index: u32) -> FrameFacts {
        let photometric = self.image.as_ref().map(|image| image.photometric);
        let photometric = photometric.unwrap_or(Photometric::Monochrome2);
        FrameFacts::of(&self.object, index, photometric)
    }

    /// The frame of this index (from 0), ready to be painted.
    ///
    /// # Errors
    /// [`FrameError`].
    pub fn display(&mut self, index: u32, facts: &FrameFacts) -> Result<Display, FrameError> {
        let frame = self.frame(index)?;
        let image = self.image.as_ref().ok_or(FrameError::NoImage)?;
        Display::of(frame, facts, image, &self.object, index)
    }

    /// The frame of this index (from 0), value for value.
    ///
    /// # Errors
    /// [`FrameError`].
    pub fn frame(&mut self, index: u32) -> Result<Frame, FrameError> {
        let (Some(pixels), Some(image)) = (self.pixels, self.image.clone()) else {
            return Err(FrameError::NoImage);
        };
        if index >= image.frames {
            return Err(FrameError::NoSuchFrame);
        }
        let samples = match (pixels.length, pixels.kind) {
            // Others keep values in an order of their own.
            (Some(_), _) if !NATIVE.contains(&self.syntax.as_str()) => {
                return Err(FrameError::Syntax(self.syntax.clone()));
            }
            (Some(length), PixelNumbers::Whole) => {
                let values = self.native(pixels, length, &image, index)?;
                colours(values, &image, true)?
            }
            (Some(length), kind) => self.floats(pixels, length, kind, &image, index)?,
            (None, _) => {
                let codec = Codec::of(&self.syntax);
                let codec = codec.ok_or_else(|| FrameError::Syntax(self.syntax.clone()))?;
                let code = self.code(pixels.from, &image, index)?;
                // JPEG 2000 transforms within its codestream, if it says so (PS3.5, 8.2.4).
                let as_coded = codec != Codec::Jpeg2000 || !jpeg2000::is_transformed(&code);
                colours(codec.decode(&code, &image)?, &image, as_coded)?
            }
        };
        Ok(Frame {
            columns: image.columns,
            rows: image.rows,
            samples_per_pixel: image.samples_per_pixel,
            samples,
        })
    }

    fn native(
        &mut self,
        pixels: PixelData,
        length: u64,
        image: &ImageDescription,
        index: u32,
    ) -> Result<Vec<u8>, FrameError> {
        let (from, bytes, skipped) = native::place(image, index, image.width());
        let word = match image.width() {
            _ if !self.big_endian => 1,
            // Bytes that are written as words lie in pairs (PS3.5, A.3), which frames of an odd length share.
            1 if pixels.words => 2,
            width => width,
        };
        let before = usize::try_from(from % word as u64).unwrap_or(0);
        let whole = (before + bytes).next_multiple_of(word);
        let mut values = self.within(pixels.from, length, from - before as u64, whole)?;
        values.chunks_exact_mut(word).for_each(<[u8]>::reverse);
        values.drain(..before);
        values.truncate(bytes);
        native::values(values, image, skipped)
    }

    fn floats(
        &mut self,
        pixels: PixelData,
        length: u64,
        kind: PixelNumbers,
        image: &ImageDescription,
        index: u32,
    ) -> Result<Samples, FrameError> {
        let double = kind == PixelNumbers::Double;
        let width = if double { 8 } else { 4 };
        if image.samples_per_pixel != 1 || image.width() != width {
            return Err(FrameError::NoImage);
        }
        let (from, bytes, _) = native::place(image, index, width);
        let mut bytes = self.within(pixels.from, length, from, bytes)?;
        if self.big_endian {
            bytes.chunks_exact_mut(width).for_each(<[u8]>::reverse);
        }
        Ok(samples::of_floats(&bytes, double))
    }

    /// Bytes of the pixels, which may be cut short.
    fn within(
        &mut self,
        begins: u64,
        length: u64,
        from: u64,
        bytes: usize,
    ) -> Result<Vec<u8>, FrameError> {
        let end = from.checked_add(bytes as u64);
        if end.is_none_or(|end| end > length) {
            return Err(FrameError::Damaged);
        }
        Ok(self.source.read(begins + from, bytes)?)
    }

    /// The codestream of a frame.
    fn code(
        &mut self,
        from: u64,
        image: &ImageDescription,
        index: u32,
    ) -> Result<Vec<u8>, FrameError> {
        let fragments = match self.fragments.take() {
            Some(fragments) => fragments,
            None => self.fragments(from, image.frames)?,
        };
        let fragments = self.fragments.insert(fragments);
        let places = fragments.of_frame(index)?;
        if places.iter().map(|(_, length)| length).sum::<u64>() > MOST_CODE {
            return Err(FrameError::Damaged);
        }
        let mut code = Vec::new();
        for (from, length) in places {
            let length = usize::try_from(*length).unwrap_or(usize::MAX);
            code.extend(self.source.read(*from, length)?);
        }
        Ok(code)
    }

    /// Those of the image, and which of them make which frame.
    fn fragments(&mut self, from: u64, frames: u32) -> Result<Fragments, FrameError> {
        let mut places = layout::fragments(&mut self.source, from)?;
        if places.is_empty() {
            return Err(FrameError::Damaged);
        }
        let (table, length) = places.remove(0);
        let length = usize::try_from(length.min(MOST_HEADER)).unwrap_or(0);
        let table = self.source.read(table, length)?;
        let basic = table.as_chunks().0.iter().copied().map(u32::from_le_bytes);
        let mut offsets: Vec<u64> = basic.map(u64::from).collect();
        if offsets.is_empty()
            && let Ok(table) = self.object.element(tags::EXTENDED_OFFSET_TABLE)
            && let Ok(bytes) = table.to_bytes()
        {
            let extended = bytes.as_chunks().0.iter().copied();
            offsets = extended.map(u64::from_le_bytes).collect();
        }
        let source = &mut self.source;
        let begins = |place| Ok(source.peek::<2>(place)?.unwrap_or_default());
        Fragments::of(frames, places, &offsets, begins)
    }
}

/// Values as they are given out. `as_coded` are those that nobody transformed yet.
fn colours(
    mut bytes: Vec<u8>,
    image: &ImageDescription,
    as_coded: bool,
) -> Result<Samples, FrameError> {
    let of_luminance = as_coded
        && matches!(
            image.photometric,
            Photometric::YbrFull | Photometric::YbrFull422
        );
    if of_luminance && image.samples_per_pixel == 3 {
        if image.bits_allocated != 8 {
            return Err(FrameError::NoImage);
        }
        native::to_rgb(&mut bytes);
    }
    samples::of_bytes(bytes, image)
}

/// The data set of these bytes.
fn read(header: &[u8], written: &str) -> Result<InMemDicomObject, OpenDicomError> {
    let syntax = TransferSyntaxRegistry
        .get(written)
        .ok_or(OpenDicomError::Damaged)?;
    InMemDicomObject::read_dataset_with_ts(header, syntax).map_err(|_| OpenDicomError::Damaged)
}

fn inflated<S: Read + Seek>(
    source: &mut Source<S>,
    begins: u64,
) -> Result<Vec<u8>, OpenDicomError> {
    let left = source.length().saturating_sub(begins);
    if left > MOST_INFLATED {
        return Err(OpenDicomError::TooLarge);
    }
    let deflated = source.read(begins, usize::try_from(left).unwrap_or(usize::MAX))?;
    let mut bytes = Vec::new();
    DeflateDecoder::new(deflated.as_slice())
        .take(MOST_INFLATED + 1)
        .read_to_end(&mut bytes)
        .map_err(|_| OpenDicomError::Damaged)?;
    if bytes.len() as u64 > MOST_INFLATED {
        return Err(OpenDicomError::TooLarge);
    }
    Ok(bytes)
}
