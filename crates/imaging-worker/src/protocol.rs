//! What parent and child say to each other, over the child's standard input and output.
//!
//! Every message is a frame: its length (`u32`, little endian), then as many bytes. In order:
//! the child sends [`Hello`]; the parent [`Begin`], and an index if it has one; the child [`Opened`]; then, as long as
//! the parent likes, it sends [`Ask`] and the child answers [`Rendered`], followed by a
//! frame of the encoded page, raw, if there is one, or [`Framed`], likewise followed by the values of the image, or [`Worded`],
//! [`Recognised`], [`Linked`], [`OutlineEntry`]s, [`ImageStack`](crate::ImageStack)s. Before it answers, the child may ask for bytes
//! of the document as often as it likes ([`Say::Need`]): a frame of them comes back, raw. The child
//! ends when its input does. Messages are encoded by postcard; both sides come from the same build,
//! [`VERSION`] says so.

use std::io::{self, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::images::FrameHead;
use crate::outcome::OpenRefusal;
use crate::page::MediaType;

/// Changes with any message below.
pub const VERSION: u32 = 9;

/// Bytes of a document that the child may ask for at once.
pub const MAX_NEED: u32 = 1 << 20;

/// Bytes of an encoded page: the largest page the worker renders, lossless and incompressible.
pub const MAX_PAGE_BYTES: u32 = 256 << 20;

/// Bytes of any other message; the longest is the outline of a document of [`MAX_PAGES`].
pub const MAX_MESSAGE_BYTES: u32 = 1 << 20;

/// Pages a child may announce.
pub const MAX_PAGES: usize = 10_000;

/// Images a child may announce: the pages of a document of them.
pub const MAX_IMAGES: usize = 40_000;

/// Bytes of the list of as many.
pub const MAX_STACKS_BYTES: u32 = 64 << 20;

/// Bytes of the index of as many.
pub const MAX_INDEX_BYTES: u32 = 64 << 20;

/// Bytes of an image: a digitised film of 16 bits, and a mammography by far.
pub const MAX_FRAME_BYTES: u32 = 512 << 20;

/// Entries of an outline a child may list.
pub const MAX_OUTLINE: usize = 2_000;

/// Bytes of the title of one.
pub const MAX_TITLE_BYTES: usize = 800;

/// Links of a page a child may list.
pub const MAX_LINKS: usize = 1_000;

/// Lines a child may recognise on a page.
pub const MAX_LINES: usize = 4_000;

/// Bytes of one of them.
pub const MAX_LINE_BYTES: usize = 8_000;

/// Longest side of a page the child may send, in pixels.
pub const MAX_SIDE: u32 = 16_384;

/// The child's first words, spoken from inside the jail.
#[derive(Debug, Serialize, Deserialize)]
pub struct Hello {
    /// [`VERSION`] of the child.
    pub version: u32,
    /// What the child can no longer reach.
    pub confinement: Confinement,
}

/// The parent's answer: there is a document. Never written to a log: it may hold a password.
#[derive(Serialize, Deserialize)]
pub struct Begin {
    /// Its length in bytes.
    pub length: u64,
    /// What opens it, where it asks for something.
    pub password: Option<String>,
    /// Whether the index of its images follows, in a frame of its own: what a child that read it before answered to [`Ask::Index`].
    pub has_index: bool,
}

/// What the child says when it was asked for something.
#[derive(Debug, Serialize, Deserialize)]
pub enum Say<Answer> {
    /// What was asked for.
    Answer(Answer),
    /// First, bytes of the document: [`MAX_NEED`] at most. Fewer come at its end.
    Need {
        /// Where they begin.
        offset: u64,
        /// How many.
        length: u32,
    },
}

/// Whether something is out of the child's reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wall {
    /// The system refuses it.
    Enforced,
    /// The system refuses a part of it.
    Partial,
    /// Nothing stands in the way.
    Absent,
}

/// What the child can no longer reach; shown in the diagnostics (R55).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confinement {
    /// Opening, creating or looking at any file.
    pub filesystem: Wall,
    /// Any socket, local ones included.
    pub network: Wall,
    /// Starting or signalling another process.
    pub processes: Wall,
    /// Memory and processor time beyond a fixed share.
    pub resources: Wall,
    /// The second wall on Linux, Landlock: behind the first, and missing from older kernels.
    pub landlock: Wall,
}

impl Confinement {
    /// Nothing is confined.
    pub const NONE: Self = Self {
        filesystem: Wall::Absent,
        network: Wall::Absent,
        processes: Wall::Absent,
        resources: Wall::Absent,
        landlock: Wall::Absent,
    };

    /// Whether a document may be read behind these walls. Linux must have all but the second; on
    /// other systems the jail does not exist yet, and what is absent is reported, not hidden.
    pub fn suffices(&self) -> bool {
        !cfg!(target_os = "linux")
            || [
                self.filesystem,
                self.network,
                self.processes,
                self.resources,
            ] == [Wall::Enforced; 4]
    }
}

/// A kind of document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// Portable Document Format.
    Pdf,
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// TIFF.
    Tiff,
    /// WebP.
    WebP,
    /// BMP.
    Bmp,
    /// GIF.
    Gif,
    /// A letter of Word.
    Docx,
    /// A letter of `LibreOffice`.
    Odt,
    /// Rich Text Format.
    Rtf,
    /// Plain text.
    Text,
    /// A web page.
    Html,
    /// HL7 CDA R2.
    Cda,
    /// The documents of an archive, one after the other.
    Zip,
    /// Images of DICOM, one page each.
    Dicom,
}

/// Size of a page, orientation applied.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PageSize {
    /// Natural width in points (1/72 inch); finite and positive.
    pub width_pt: f32,
    /// Natural height in points; finite and positive.
    pub height_pt: f32,
    /// Width and height in pixels of a picture, never rendered larger; `None` for a PDF page.
    pub pixels: Option<(u32, u32)>,
}

/// What a document was found to be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DocumentOutline {
    /// From the bytes, never from a name.
    pub format: Format,
    /// The pages in order, at least one.
    pub pages: Vec<PageSize>,
    /// Whether the file of a picture stops before its end, where the rest is drawn grey, or an archive of images does, or a paper is too long to be laid out as
    /// a whole: the reader must be told.
    pub truncated: bool,
    /// Whether pages were laid out by the worker: the author's may look otherwise, and the reader must be told.
    pub laid_out: bool,
}

/// The child's answer to the document.
#[derive(Debug, Serialize, Deserialize)]
pub enum Opened {
    /// It can be read.
    Outline(DocumentOutline),
    /// It cannot.
    Refused(OpenRefusal),
}

/// A turn of the page, clockwise, on top of the document's own orientation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rotation {
    /// As the document says.
    #[default]
    None,
    /// A quarter turn to the right.
    Right,
    /// Upside down.
    Half,
    /// A quarter turn to the left.
    Left,
}

/// A part of a page, in its pixels, from its top left corner after rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    /// From the left.
    pub x: u32,
    /// From the top.
    pub y: u32,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

/// What the parent asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageRequest {
    /// Index of the page, from 0.
    pub page: u32,
    /// Width of the page in device pixels, after rotation. Pictures are not enlarged and very
    /// large answers are shrunk in proportion: the page says its true size.
    pub width_px: u32,
    /// Only this part of the page of that width.
    pub region: Option<Region>,
    /// The turn asked for.
    pub rotation: Rotation,
    /// PNG instead of JPEG.
    pub lossless: bool,
}

/// What the parent asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ask {
    /// A page as a picture.
    Page(PageRequest),
    /// The words of the page of this index, from 0.
    Text(u32),
    /// The words that are printed on the page of this index, from 0, as [`Recognised`]; of a child that was started for it.
    Recognise(u32),
    /// The links of the page of this index, from 0.
    Links(u32),
    /// The series of a document of images: answered by [`Images`].
    Images,
    /// What was found in the files of images, to open them with the next time: answered by [`Indexed`].
    Index,
    /// The values of the image of this index, from 0: answered by [`Framed`].
    Frame(u32),
    /// The outline of the document: answered by [`OutlineEntry`]s, [`MAX_OUTLINE`] at most.
    Outline,
}

/// One line of words, placed in parts of the sides of the page as the document itself lays it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextLine {
    /// The words, without control characters.
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

/// A line of words that were recognised, not read: some of them may be wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecognisedLine {
    /// The words, and where they stand.
    pub line: TextLine,
    /// How sure the recognition is of them, from 0 to 100.
    pub confidence: u8,
}

/// An entry of the outline of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutlineEntry {
    /// Without control characters.
    pub title: String,
    /// From 0.
    pub level: u8,
    /// Index of the page it leads to, from 0; nothing where it only stands above others.
    pub page: Option<u32>,
}

/// A place on a page that leads to another page of the document, in parts of the sides of the page as the document itself lays it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// From the left.
    pub x: f32,
    /// From the top.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
    /// Index of the page it leads to, from 0.
    pub page: u32,
}

/// The child's answer to [`Ask::Links`].
#[derive(Debug, Serialize, Deserialize)]
pub enum Linked {
    /// The links, [`MAX_LINKS`] at most.
    Links(Vec<Link>),
    /// There is no page of this index.
    NoSuchPage,
    /// The page cannot be read.
    Damaged,
}

/// The child's answer to [`Ask::Text`].
#[derive(Debug, Serialize, Deserialize)]
pub enum Worded {
    /// The lines, as they are read.
    Lines(Vec<TextLine>),
    /// There is no page of this index.
    NoSuchPage,
    /// The page cannot be read.
    Damaged,
}

/// The child's answer to [`Ask::Recognise`].
#[derive(Debug, Serialize, Deserialize)]
pub enum Recognised {
    /// The lines as they are read, [`MAX_LINES`] at most.
    Lines(Vec<RecognisedLine>),
    /// There is no page of this index.
    NoSuchPage,
    /// The page cannot be drawn.
    Damaged,
    /// Tesseract or its French model is missing, or the child was not started for it.
    NotInstalled,
}

/// The child's answer to a [`PageRequest`].
#[derive(Debug, Serialize, Deserialize)]
pub enum Rendered {
    /// The encoded page follows in a frame of its own.
    Page {
        /// What the bytes are.
        media_type: MediaType,
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// There is no page of this index.
    NoSuchPage,
    /// The page cannot be drawn.
    Damaged,
}

/// The child's answer to [`Ask::Frame`].
#[derive(Debug, Serialize, Deserialize)]
pub enum Framed {
    /// The values follow in a frame of their own.
    Frame(FrameHead),
    /// There is no image of this index.
    NoSuchPage,
    /// The image cannot be decoded.
    Damaged,
    /// It is written in a way that is not read: a film, or a compression that nobody uses.
    Unsupported,
}

/// The child's answer to [`Ask::Index`].
#[derive(Debug, Serialize, Deserialize)]
pub enum Indexed {
    /// It follows in a frame of its own.
    Found,
    /// The document was opened with it.
    Known,
    /// The document has no images.
    None,
}

/// Why a message did not arrive.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// The other side is gone, or was never there.
    #[error("the pipe is closed")]
    Closed(#[from] io::Error),
    /// The frame is longer than this side accepts.
    #[error("the message is too long")]
    TooLong,
    /// The frame is no message of this protocol.
    #[error("the message makes no sense")]
    Senseless,
}

/// Sends `payload` as one frame.
pub fn send_bytes(to: &mut impl Write, payload: &[u8]) -> io::Result<()> {
    let length = u32::try_from(payload.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(payload)?;
    to.flush()
}

/// Sends `message` as one frame.
pub fn send(to: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    // It may hold words of a patient, or a password.
    let payload = Zeroizing::new(postcard::to_stdvec(message).map_err(io::Error::other)?);
    send_bytes(to, &payload)
}

/// Receives one frame of at most `limit` bytes.
pub fn receive_bytes(from: &mut impl Read, limit: u32) -> Result<Vec<u8>, ReceiveError> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length);
    if length > limit {
        return Err(ReceiveError::TooLong);
    }
    // All at once: a buffer that grew would leave copies behind that nobody wipes.
    let mut payload = Vec::with_capacity(length as usize);
    from.take(u64::from(length)).read_to_end(&mut payload)?;
    if payload.len() < length as usize {
        return Err(ReceiveError::Closed(io::ErrorKind::UnexpectedEof.into()));
    }
    Ok(payload)
}

/// Receives one message; bytes left over make it senseless.
pub fn receive<M: DeserializeOwned>(from: &mut impl Read) -> Result<M, ReceiveError> {
    receive_within(from, MAX_MESSAGE_BYTES)
}

/// The same of at most `limit` bytes.
pub fn receive_within<M: DeserializeOwned>(
    from: &mut impl Read,
    limit: u32,
) -> Result<M, ReceiveError> {
    let payload = Zeroizing::new(receive_bytes(from, limit)?);
    match postcard::take_from_bytes(&payload) {
        Ok((message, [])) => Ok(message),
        _ => Err(ReceiveError::Senseless),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_longer_than_announced_or_allowed_is_refused() {
        let mut wire = Vec::new();
        send_bytes(&mut wire, b"four").unwrap();
        assert_eq!(receive_bytes(&mut wire.as_slice(), 4).unwrap(), b"four");
        assert!(matches!(
            receive_bytes(&mut wire.as_slice(), 3),
            Err(ReceiveError::TooLong)
        ));
        let cut = &wire[..7];
        assert!(matches!(
            receive_bytes(&mut &cut[..], 4),
            Err(ReceiveError::Closed(_))
        ));
        let lie = MAX_PAGE_BYTES.to_le_bytes();
        let answer = receive_bytes(&mut lie.as_slice(), MAX_PAGE_BYTES);
        assert!(matches!(answer, Err(ReceiveError::Closed(_))));
    }

    #[test]
    fn a_message_with_left_over_bytes_makes_no_sense() {
        let mut payload = postcard::to_stdvec(&Rendered::Damaged).unwrap();
        payload.push(0);
        let mut wire = Vec::new();
        send_bytes(&mut wire, &payload).unwrap();
        let answer = receive::<Rendered>(&mut wire.as_slice());
        assert!(matches!(answer, Err(ReceiveError::Senseless)));
    }
}
