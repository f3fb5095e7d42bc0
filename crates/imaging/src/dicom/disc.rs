//! The files of a source: itself, or those of an archive, each read where it lies.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::read::DeflateDecoder;
use zip::ZipArchive;

use super::cut::{self, Lying, Packing};
use crate::format::{Format, HEAD, identify};

/// Bytes that one file unpacks to.
const MOST_UNPACKED: u64 = 1 << 30;
/// Files of an archive: a disc of three long examinations has as many.
const MOST_FILES: usize = 40_000;
/// Bytes that are unpacked at once.
const STEP: usize = 64 << 10;

/// What is read and where one can go.
pub(super) trait Bytes: Read + Seek + Send {}
impl<T: Read + Seek + Send> Bytes for T {}

type Shared<'source> = Arc<Mutex<Box<dyn Bytes + 'source>>>;

/// How the name of the directory of a disc ends, which only discs of DICOM have (PS3.10, 8.6).
const DIRECTORY: &str = "DICOMDIR";
/// How many files of an archive are looked at for a first one of DICOM.
const LOOKED_AT: usize = 200;

/// Why an archive is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DiscError {
    /// Its list of files is damaged.
    Damaged,
    /// It holds more files than are ever read.
    TooManyFiles,
}

/// A source and its files.
pub(super) struct Disc<'source> {
    source: Shared<'source>,
    length: u64,
    files: Files<'source>,
}

/// What a source holds.
enum Files<'source> {
    /// It is the file.
    One,
    /// Those of a ZIP.
    Listed(ZipArchive<Section<'source>>),
    /// Those of a ZIP that stops before its end, as far as they are there.
    Cut(Vec<Lying>),
}

/// Whether a ZIP holds files of DICOM.
pub(crate) fn holds_dicom(mut source: impl Read + Seek) -> bool {
    let is_directory = |name: &str| name.to_ascii_uppercase().ends_with(DIRECTORY);
    let Some(mut zip) = listed(&mut source) else {
        let end = source.seek(SeekFrom::End(0)).unwrap_or(0);
        let mut at = 0;
        for _ in 0..LOOKED_AT {
            let Ok(Some((file, next))) = cut::file(&mut source, at, end, MOST_UNPACKED) else {
                return false;
            };
            let is_of_dicom = is_directory(&String::from_utf8_lossy(&file.name))
                || head_of(&mut source, &file).is_ok_and(|head| is_dicom(&head));
            if is_of_dicom {
                return true;
            }
            at = next;
        }
        return false;
    };
    if zip.file_names().flatten().any(|name| is_directory(&name)) {
        return true;
    }
    let looked_at = zip.len().min(LOOKED_AT);
    (0..looked_at).any(|index| {
        let mut head = Vec::new();
        let read = zip.by_index(index).ok().map(|file| {
            let file = file.take(HEAD as u64);
            { file }.read_to_end(&mut head).is_ok()
        });
        read == Some(true) && is_dicom(&head)
    })
}

/// An archive with the list of its files. A list that is not of the whole source is that of an archive within, which one that is cut ends with.
fn listed<S: Read + Seek>(source: S) -> Option<ZipArchive<S>> {
    let zip = ZipArchive::new(source).ok();
    zip.filter(|zip| zip.offset() == 0)
}

fn is_dicom(head: &[u8]) -> bool {
    identify(head) == Ok(Format::Dicom)
}

/// How a file begins of which no list tells.
fn head_of(source: &mut (impl Read + Seek), file: &Lying) -> io::Result<Vec<u8>> {
    source.seek(SeekFrom::Start(file.from))?;
    let packed = source.take(file.packed);
    let mut head = Vec::new();
    match file.how {
        Packing::Stored => packed.take(HEAD as u64).read_to_end(&mut head)?,
        Packing::Deflated => DeflateDecoder::new(packed)
            .take(HEAD as u64)
            .read_to_end(&mut head)?,
        Packing::Other => 0,
    };
    Ok(head)
}

impl<'source> Disc<'source> {
    /// One file.
    pub(super) fn of_file(mut source: impl Bytes + 'source) -> io::Result<Self> {
        let length = source.seek(SeekFrom::End(0))?;
        Ok(Self {
            source: Arc::new(Mutex::new(Box::new(source))),
            length,
            files: Files::One,
        })
    }

    /// Those of a ZIP. Archives within are files like others. Where it stops before its end, those that are there.
    pub(super) fn of_zip(source: impl Bytes + 'source) -> Result<Self, DiscError> {
        let mut disc = Self::of_file(source).map_err(|_| DiscError::Damaged)?;
        disc.files = if let Some(zip) = listed(disc.section(0, disc.length)) {
            Files::Listed(zip)
        } else {
            let mut source = disc.section(0, disc.length);
            Files::Cut(cut::files(&mut source, MOST_FILES + 1, MOST_UNPACKED))
        };
        match disc.files() {
            0 => Err(DiscError::Damaged),
            files if files > MOST_FILES => Err(DiscError::TooManyFiles),
            _ => Ok(disc),
        }
    }

    /// Whether it has files within.
    pub(super) fn is_archive(&self) -> bool {
        !matches!(self.files, Files::One)
    }

    /// Whether it stops before its end.
    pub(super) fn is_cut(&self) -> bool {
        matches!(self.files, Files::Cut(_))
    }

    /// Bytes of the source.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// How many files there are.
    pub(super) fn files(&self) -> usize {
        match &self.files {
            Files::One => 1,
            Files::Listed(zip) => zip.len(),
            Files::Cut(found) => found.len(),
        }
    }

    /// Whether it is a paper: a letter or a report that lies beside the images.
    pub(super) fn is_document(&mut self, index: usize) -> bool {
        let mut head = Vec::new();
        let read = self.open(index).map(|file| {
            let file = file.take(HEAD as u64);
            { file }.read_to_end(&mut head).is_ok()
        });
        let format = read.ok().and_then(|_| identify(&head).ok());
        let papers = [
            Format::Pdf,
            Format::Rtf,
            Format::Cda,
            Format::Docx,
            Format::Odt,
        ];
        format.is_some_and(|format| papers.contains(&format))
    }

    fn section(&self, from: u64, length: u64) -> Section<'source> {
        Section {
            source: Arc::clone(&self.source),
            from,
            length,
            at: 0,
        }
    }

    /// Reads one of them.
    pub(super) fn open(&mut self, index: usize) -> io::Result<File<'source>> {
        let (from, packed, length, how, is_encrypted) = match &mut self.files {
            Files::One => return Ok(File::Plain(self.section(0, self.length))),
            Files::Listed(zip) => {
                let file = zip.by_index_raw(index)?;
                let from = file.data_start().ok_or(io::ErrorKind::InvalidData)?;
                let (packed, length) = (file.compressed_size(), file.size());
                (
                    from,
                    packed,
                    length,
                    file.compression().into(),
                    file.encrypted(),
                )
            }
            Files::Cut(found) => {
                let file = found.get(index).ok_or(io::ErrorKind::NotFound)?;
                (
                    file.from,
                    file.packed,
                    file.length,
                    file.how,
                    file.is_encrypted,
                )
            }
        };
        if is_encrypted {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let section = self.section(from, packed);
        match how {
            Packing::Stored => Ok(File::Plain(section)),
            Packing::Deflated if length <= MOST_UNPACKED => Ok(File::Packed(Box::new(Packed {
                unpacks: DeflateDecoder::new(section),
                bytes: Vec::new(),
                length,
                at: 0,
            }))),
            Packing::Deflated => Err(io::ErrorKind::FileTooLarge.into()),
            Packing::Other => Err(io::ErrorKind::Unsupported.into()),
        }
    }
}

/// A file that is being read.
pub(super) enum File<'source> {
    Plain(Section<'source>),
    Packed(Box<Packed<'source>>),
}

impl Read for File<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(section) => section.read(into),
            Self::Packed(packed) => packed.read(into),
        }
    }
}

impl Seek for File<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::Plain(section) => section.seek(to),
            Self::Packed(packed) => {
                packed.at = sought(packed.at, packed.length, to)?;
                Ok(packed.at)
            }
        }
    }
}

/// Where one goes from `at`, of so many bytes.
fn sought(at: u64, length: u64, to: SeekFrom) -> io::Result<u64> {
    let to = match to {
        SeekFrom::Start(to) => Some(to),
        SeekFrom::End(by) => length.checked_add_signed(by),
        SeekFrom::Current(by) => at.checked_add_signed(by),
    };
    to.ok_or_else(|| io::ErrorKind::InvalidInput.into())
}

/// Where a file lies.
pub(super) struct Section<'source> {
    source: Shared<'source>,
    from: u64,
    length: u64,
    at: u64,
}

impl Read for Section<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = self.length.saturating_sub(self.at);
        let wanted = usize::try_from(left.min(into.len() as u64)).unwrap_or(0);
        let mut source = self.source.lock().unwrap_or_else(PoisonError::into_inner);
        source.seek(SeekFrom::Start(self.from.saturating_add(self.at)))?;
        let read = source.read(into.split_at_mut(wanted).0)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Section<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = sought(self.at, self.length, to)?;
        Ok(self.at)
    }
}

/// A packed file, unpacked as far as it was read: of most only the beginning is wanted.
pub(super) struct Packed<'source> {
    unpacks: DeflateDecoder<Section<'source>>,
    bytes: Vec<u8>,
    length: u64,
    at: u64,
}

impl Read for Packed<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = self.length.saturating_sub(self.at);
        let wanted = usize::try_from(left.min(into.len() as u64)).unwrap_or(0);
        let from = usize::try_from(self.at).map_err(|_| io::ErrorKind::InvalidInput)?;
        while self.bytes.len() < from + wanted {
            let had = self.bytes.len();
            let step = STEP.max(from + wanted - had);
            let read = (&mut self.unpacks)
                .take(step as u64)
                .read_to_end(&mut self.bytes)?;
            if read == 0 {
                break;
            }
        }
        let there = self.bytes.get(from..).unwrap_or_default();
        let read = wanted.min(there.len());
        for (to, byte) in into.iter_mut().zip(there.iter().take(read)) {
            *to = *byte;
        }
        self.at += read as u64;
        Ok(read)
    }
}
