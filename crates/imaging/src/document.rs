//! A document of any supported kind, seen as pages.

use std::cell::RefCell;
use std::io::{Cursor, Read, Seek, SeekFrom};

use crate::bundle::{self, Bundle};
use crate::dicom::{
    self, Carried, Display, FrameError, FrameFacts, ImageSlice, ImageStack, Images, ImagesError,
    LeftOut,
};
use crate::encode::{EncodedPage, Pixels, encode};
use crate::format::{Format, HEAD, IdentifyError, Unsupported, identify};
use crate::grey::{self, GreyPage};
use crate::library::VerifiedLibrary;
use crate::limits::MAX_PICTURE_BYTES;
use crate::navigation::{Link, OutlineEntry};
use crate::paper::{self, LaidOut, PaperError};
use crate::pdf::PdfPages;
use crate::picture::{Picture, picture_size};
use crate::request::{RenderPageError, RenderRequest};
use crate::text::TextLine;
use crate::tiff::TiffPages;

/// Size of a page, orientation applied.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PageSize {
    /// Natural width in points (1/72 inch): the page's own for a PDF, one CSS pixel (3/4 point) per
    /// pixel for a picture. Finite and positive.
    pub width_pt: f32,
    /// Natural height in points, as `width_pt`.
    pub height_pt: f32,
    /// Width and height in pixels of a picture; `None` for a PDF page, sharp at any size.
    pub pixels: Option<(u32, u32)>,
}

/// Why a document could not be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenDocumentError {
    /// The file has no byte.
    #[error("the document is empty")]
    Empty,
    /// No signature of a supported format was found.
    #[error("the document is in no format that can be read")]
    UnknownFormat,
    /// Opening asks for a password or a certificate.
    #[error("the document is protected by a password")]
    PasswordProtected,
    /// The signature is right but what follows is not, or there is no page.
    #[error("the document is damaged")]
    Damaged,
    /// More pixels than [`crate::MAX_PICTURE_PIXELS`] or more bytes than
    /// [`crate::MAX_DECODED_BYTES`]; nothing was allocated for them.
    #[error("the picture is too large: {width} x {height} pixels")]
    TooLarge {
        /// Announced width in pixels.
        width: u32,
        /// Announced height in pixels.
        height: u32,
    },
    /// A picture of more bytes than [`crate::MAX_PICTURE_BYTES`].
    #[error("the picture has too many bytes")]
    TooManyBytes,
    /// More pages than [`crate::MAX_PAGES`].
    #[error("the document has too many pages")]
    TooManyPages,
    /// A PDF or a paper, and no library to read it with.
    #[error("the PDF library is missing")]
    LibraryMissing,
    /// A file of a known kind that is not shown.
    #[error("the document is not shown: {0}")]
    Unsupported(#[from] Unsupported),
    /// An archive none of whose files can be shown.
    #[error("the archive holds no document that can be read")]
    NothingInside,
}

impl From<PaperError> for OpenDocumentError {
    fn from(error: PaperError) -> Self {
        match error {
            PaperError::Damaged | PaperError::NotLaidOut => Self::Damaged,
            PaperError::TooManyBytes => Self::TooManyBytes,
            PaperError::Encrypted => Self::Unsupported(Unsupported::EncryptedOffice),
        }
    }
}

impl From<IdentifyError> for OpenDocumentError {
    fn from(error: IdentifyError) -> Self {
        match error {
            IdentifyError::Empty => Self::Empty,
            IdentifyError::Unknown => Self::UnknownFormat,
            IdentifyError::Unsupported(kind) => Self::Unsupported(kind),
        }
    }
}

impl From<ImagesError> for OpenDocumentError {
    fn from(error: ImagesError) -> Self {
        match error {
            ImagesError::None => Self::Unsupported(Unsupported::Dicom),
            ImagesError::Damaged => Self::Damaged,
            ImagesError::TooMany => Self::TooManyPages,
        }
    }
}

fn of_frame(error: &FrameError) -> RenderPageError {
    match error {
        FrameError::NoSuchFrame => RenderPageError::NoSuchPage,
        FrameError::Syntax(_) => RenderPageError::Unsupported,
        FrameError::NoImage | FrameError::Damaged | FrameError::Io(_) => RenderPageError::Damaged,
    }
}

/// An opened document.
pub struct Document<'library> {
    format: Format,
    pages: Vec<PageSize>,
    truncated: bool,
    laid_out: bool,
    content: Content<'library>,
}

enum Content<'library> {
    Pdf(PdfPages<'library>),
    Picture(Picture),
    Tiff(Box<TiffPages>),
    Bundle(Box<Bundle<'library>>),
    /// A frame is read when it is shown.
    Images(Box<RefCell<Images<'library>>>),
}

impl<'library> Document<'library> {
    /// Opens what `source` gives, whatever it is. A picture is decoded here and a paper laid out; the pages of a PDF or of
    /// a TIFF are read one by one, when rendered. Without `library`, only pictures are opened. `source` is at
    /// its beginning; a failure to read from it counts as damage. `password` is for a PDF that asks for one.
    pub fn open(
        mut source: impl Read + Seek + Send + 'library,
        library: Option<&'library VerifiedLibrary>,
        password: Option<&str>,
    ) -> Result<Self, OpenDocumentError> {
        let mut head = Vec::with_capacity(HEAD);
        let damaged = |_| OpenDocumentError::Damaged;
        let limit = HEAD as u64;
        source
            .by_ref()
            .take(limit)
            .read_to_end(&mut head)
            .map_err(damaged)?;
        source.seek(SeekFrom::Start(0)).map_err(damaged)?;
        let format = match identify(&head) {
            Ok(format) => format,
            Err(IdentifyError::Unsupported(Unsupported::BinaryOffice)) => {
                return Err(bundle::binary_office(&mut source).into());
            }
            Err(error) => return Err(error.into()),
        };
        if format == Format::Dicom {
            if let Some(carried) = dicom::carried(&mut source) {
                return Self::of_carried(carried, library);
            }
            return Ok(Self::of_images(Images::of_file(source)?));
        }
        // A disc is larger than what is held in memory.
        if format == Format::Zip && dicom::holds_dicom(&mut source) {
            return Ok(Self::of_images(Images::of_zip(source)?));
        }
        if format == Format::Pdf {
            let library = library.ok_or(OpenDocumentError::LibraryMissing)?;
            return Self::of_pdf(source, format, library, password);
        }
        let length = source.seek(SeekFrom::End(0)).map_err(damaged)?;
        if length > MAX_PICTURE_BYTES {
            return Err(OpenDocumentError::TooManyBytes);
        }
        source.seek(SeekFrom::Start(0)).map_err(damaged)?;
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
        source
            .take(MAX_PICTURE_BYTES)
            .read_to_end(&mut bytes)
            .map_err(damaged)?;
        match format {
            Format::Zip => bundle::open(bytes, library),
            Format::Cda => bundle::open_cda(&bytes, library),
            _ => Self::of_bytes(bytes, format, library),
        }
    }

    /// Opens the images of which this is the [`Document::index`]: their files are not looked at again. Nothing if it is not theirs, or of
    /// another version.
    pub fn open_indexed(source: impl Read + Seek + Send + 'library, index: &[u8]) -> Option<Self> {
        Images::of_index(source, index).map(Self::of_images)
    }

    /// What was found in the files of images, to open them with the next time; nothing of any other document.
    pub fn index(&self) -> Option<Vec<u8>> {
        match &self.content {
            Content::Images(images) => Some(images.borrow().index()),
            _ => None,
        }
    }

    /// Opens what is held in memory, and holds nothing else within.
    pub(crate) fn of_bytes(
        bytes: Vec<u8>,
        format: Format,
        library: Option<&'library VerifiedLibrary>,
    ) -> Result<Self, OpenDocumentError> {
        match format {
            Format::Pdf => {
                let library = library.ok_or(OpenDocumentError::LibraryMissing)?;
                Self::of_pdf(Cursor::new(bytes), format, library, None)
            }
            Format::Tiff => {
                let (tiff, pages) = TiffPages::open(bytes)?;
                Ok(Self {
                    format,
                    pages,
                    truncated: false,
                    laid_out: false,
                    content: Content::Tiff(Box::new(tiff)),
                })
            }
            Format::Jpeg | Format::Png | Format::WebP | Format::Bmp | Format::Gif => {
                let picture = Picture::decode(&bytes, format)?;
                Ok(Self {
                    format,
                    pages: vec![picture.page_size()],
                    truncated: picture.truncated(),
                    laid_out: false,
                    content: Content::Picture(picture),
                })
            }
            Format::Docx | Format::Odt | Format::Rtf | Format::Text | Format::Html => {
                let laid_out = paper::lay_out(&bytes, format)?;
                drop(bytes);
                Self::of_paper(laid_out, format, library)
            }
            // Within another document, where they are not opened.
            Format::Cda | Format::Zip => Err(OpenDocumentError::UnknownFormat),
            Format::Dicom => Ok(Self::of_images(Images::of_file(Cursor::new(bytes))?)),
        }
    }

    fn of_pdf(
        source: impl Read + Seek + Send + 'library,
        format: Format,
        library: &'library VerifiedLibrary,
        password: Option<&str>,
    ) -> Result<Self, OpenDocumentError> {
        let (pdf, pages) = PdfPages::open(source, library, password)?;
        Ok(Self {
            format,
            pages,
            truncated: false,
            laid_out: false,
            content: Content::Pdf(pdf),
        })
    }

    /// The pages that a paper was laid out to.
    pub(crate) fn of_paper(
        laid_out: LaidOut,
        format: Format,
        library: Option<&'library VerifiedLibrary>,
    ) -> Result<Self, OpenDocumentError> {
        let library = library.ok_or(OpenDocumentError::LibraryMissing)?;
        let truncated = laid_out.truncated;
        let pdf = Cursor::new(laid_out.pdf);
        let document = Self::of_pdf(pdf, format, library, None)?;
        Ok(Self {
            truncated,
            laid_out: true,
            ..document
        })
    }

    /// The documents of a bundle, one after the other.
    pub(crate) fn of_bundle(bundle: Bundle<'library>) -> Self {
        Self {
            format: Format::Zip,
            pages: bundle.pages(),
            truncated: bundle.truncated(),
            // The list of its files is.
            laid_out: !bundle.is_pictures(),
            content: Content::Bundle(Box::new(bundle)),
        }
    }

    /// What a file of DICOM carries instead of images.
    fn of_carried(
        carried: Carried,
        library: Option<&'library VerifiedLibrary>,
    ) -> Result<Self, OpenDocumentError> {
        let bytes = match carried {
            Carried::Report(html) => {
                let laid_out = paper::lay_out(html.as_bytes(), Format::Html)?;
                return Self::of_paper(laid_out, Format::Html, library);
            }
            Carried::Document(bytes) => bytes,
        };
        match identify(&bytes)? {
            // Archives and files of DICOM within one are not opened.
            Format::Dicom | Format::Zip => Err(OpenDocumentError::UnknownFormat),
            Format::Cda => bundle::open_cda(&bytes, library),
            format => Self::of_bytes(bytes, format, library),
        }
    }

    /// The frames of images, one page each.
    fn of_images(images: Images<'library>) -> Self {
        let page = |slice: &ImageSlice| {
            let (width, height) = (slice.columns, slice.rows);
            picture_size(width, height)
        };
        Self {
            format: Format::Dicom,
            pages: images.slices().map(page).collect(),
            truncated: images.is_cut(),
            laid_out: false,
            content: Content::Images(Box::new(RefCell::new(images))),
        }
    }

    /// The series of images, if it has some.
    pub fn stacks(&self) -> Vec<ImageStack> {
        match &self.content {
            Content::Images(images) => images.borrow().stacks().to_vec(),
            _ => Vec::new(),
        }
    }

    /// What lies beside the images and is not shown with them.
    pub fn left_out(&self) -> LeftOut {
        match &self.content {
            Content::Images(images) => images.borrow().left_out(),
            _ => LeftOut::default(),
        }
    }

    /// The values of the image of index `page` (from 0), and how it is shown.
    ///
    /// # Errors
    /// [`RenderPageError`]; of what is no image of DICOM there is none.
    pub fn display(&self, page: u32) -> Result<(Display, FrameFacts), RenderPageError> {
        let Content::Images(images) = &self.content else {
            return Err(RenderPageError::NoSuchPage);
        };
        images
            .borrow_mut()
            .display(page)
            .map_err(|error| of_frame(&error))
    }

    /// The same, found in a document of another format.
    pub(crate) fn with_format(self, format: Format) -> Self {
        Self { format, ..self }
    }

    /// What the bytes were found to be.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The pages in order, at least one.
    pub fn pages(&self) -> &[PageSize] {
        &self.pages
    }

    /// Whether the file of a picture stops before its end, where what is missing is drawn grey, or a paper is too long to be laid
    /// out as a whole: the reader must be told.
    pub fn truncated(&self) -> bool {
        self.truncated
    }

    /// Whether pages were laid out here: the author's may look otherwise, and the reader must be told.
    pub fn laid_out(&self) -> bool {
        self.laid_out
    }

    /// The words of the page of index `page` (from 0), line by line; none of a picture.
    pub fn text(&self, page: u32) -> Result<Vec<TextLine>, RenderPageError> {
        let index = usize::try_from(page).map_err(|_| RenderPageError::NoSuchPage)?;
        if index >= self.pages.len() {
            return Err(RenderPageError::NoSuchPage);
        }
        match &self.content {
            Content::Pdf(pdf) => pdf.text(page),
            Content::Bundle(bundle) => bundle.text(page),
            Content::Picture(_) | Content::Tiff(_) | Content::Images(_) => Ok(Vec::new()),
        }
    }

    /// The outline of a PDF that has one; nothing of any other document.
    pub fn outline(&self) -> Vec<OutlineEntry> {
        match &self.content {
            Content::Pdf(pdf) => pdf.outline(),
            Content::Bundle(bundle) => bundle.outline(),
            Content::Picture(_) | Content::Tiff(_) | Content::Images(_) => Vec::new(),
        }
    }

    /// The links of the page of index `page` (from 0) to other pages.
    pub fn links(&self, page: u32) -> Result<Vec<Link>, RenderPageError> {
        let index = usize::try_from(page).map_err(|_| RenderPageError::NoSuchPage)?;
        if index >= self.pages.len() {
            return Err(RenderPageError::NoSuchPage);
        }
        match &self.content {
            Content::Pdf(pdf) => pdf.links(page),
            Content::Bundle(bundle) => bundle.links(page),
            Content::Picture(_) | Content::Tiff(_) | Content::Images(_) => Ok(Vec::new()),
        }
    }

    /// Renders the page of index `page` (from 0) on white and encodes it.
    pub fn render(
        &self,
        page: u32,
        request: RenderRequest,
    ) -> Result<EncodedPage, RenderPageError> {
        self.draw(page, request, |width, height, pixels| {
            encode(width, height, pixels, request.quality)
        })
    }

    /// The page of index `page` (from 0) in grey, at the size at which its printed words are best recognised.
    pub fn grey(&self, page: u32) -> Result<GreyPage, RenderPageError> {
        let index = usize::try_from(page).map_err(|_| RenderPageError::NoSuchPage)?;
        let size = self.pages.get(index).ok_or(RenderPageError::NoSuchPage)?;
        let (request, dots_per_inch) = grey::request(size);
        self.draw(page, request, |width, height, pixels| {
            Ok(GreyPage::of(width, height, dots_per_inch, pixels))
        })
    }

    /// Draws a page and hands its width, its height and its pixels on.
    pub(crate) fn draw<Made>(
        &self,
        page: u32,
        request: RenderRequest,
        finish: impl FnOnce(u32, u32, &Pixels<'_>) -> Result<Made, RenderPageError>,
    ) -> Result<Made, RenderPageError> {
        let index = usize::try_from(page).map_err(|_| RenderPageError::NoSuchPage)?;
        let size = self.pages.get(index).ok_or(RenderPageError::NoSuchPage)?;
        match &self.content {
            Content::Pdf(pdf) => pdf.draw(page, *size, request, finish),
            Content::Picture(picture) => picture.draw(request, finish),
            Content::Tiff(tiff) => tiff.draw(index, request, finish),
            Content::Bundle(bundle) => bundle.draw(page, request, finish),
            Content::Images(images) => {
                let (width, height, pixels) = images
                    .borrow_mut()
                    .rgb(page)
                    .map_err(|error| of_frame(&error))?;
                let picture = Picture::of_pixels(width, height, pixels);
                let picture = picture.ok_or(RenderPageError::Damaged)?;
                picture.draw(request, finish)
            }
        }
    }
}
