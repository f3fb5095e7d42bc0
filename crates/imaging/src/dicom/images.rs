//! The images of a piece: sorted into series and stacks, whatever the names and the order of the files.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::io::{Read, Seek, SeekFrom};

use dicom_dictionary_std::tags;
use serde::{Deserialize, Serialize};

use super::disc::{Disc, DiscError};
use super::display::Display;
use super::facts::{FileFacts, FrameFacts, Identity, Moment, SeriesFacts};
use super::file::{DicomFile, OpenDicomError};
use super::samples::FrameError;
use super::stack::{Gap, Slice, Stack, stacks};

/// Frames of all series of a piece.
pub(crate) const MOST_FRAMES: usize = 40_000;

/// Images that belong behind each other, and how they are shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImageStack {
    /// Index of its first page.
    pub first: u32,
    /// What it belongs to, as its first file says.
    pub series: SeriesFacts,
    /// Whose images they are: one, unless files of several patients say that they belong together.
    pub identities: Vec<Identity>,
    /// Its slices, in the order in which they lie.
    pub slices: Vec<ImageSlice>,
    /// They are ordered by where they lie; otherwise by number alone.
    pub is_placed: bool,
    /// The usual step between two of them, in millimetres.
    pub step: Option<f64>,
    /// Where something is missing.
    pub gaps: Vec<Gap>,
    /// Slices that lie where another one does.
    pub duplicates: u32,
    /// Files that were there twice and are shown once.
    pub copies: u32,
    /// From one frame to the next of a film, in milliseconds.
    pub frame_time: Option<f64>,
}

/// One image of a stack.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImageSlice {
    /// SOP Instance UID.
    pub instance: String,
    /// Its frame, from 1.
    pub frame: u32,
    /// Instance Number.
    pub number: Option<i32>,
    /// Index of whose it is.
    pub identity: usize,
    /// Pixels across.
    pub columns: u32,
    /// Pixels down.
    pub rows: u32,
    /// It is in colour.
    pub is_colour: bool,
    /// Values were given up to make it smaller.
    pub is_lossy: bool,
    /// Words are part of the image.
    pub is_annotated: bool,
    /// View Position, or the code of a mammographic view.
    pub view: String,
    /// How it lies and is shown.
    pub facts: FrameFacts,
}

/// What lies beside the images and is not shown with them, in files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// They should be DICOM and cannot be read.
    pub damaged: u32,
    /// Reports: structured ones, and documents of any kind.
    pub reports: u32,
    /// Recordings: of the heart, for one.
    pub waveforms: u32,
    /// What is no image and no report: how images are to be shown, which are important, plans of treatment.
    pub notes: u32,
}

impl LeftOut {
    /// Counts a file of which no image is read, by its SOP class (PS3.4, B.5). `has_rows` if it describes one.
    fn count(&mut self, class: &str, has_rows: bool) {
        /// Media Storage Directory: the list of the files.
        const DIRECTORY: &str = "1.2.840.10008.1.3.10";
        const STORAGE: &str = "1.2.840.10008.5.1.4.1.1.";
        const KEY_OBJECTS: &str = "88.59";
        if class == DIRECTORY {
            return;
        }
        let kind = class.strip_prefix(STORAGE).unwrap_or_default();
        let family = kind.split('.').next().unwrap_or_default();
        let counted = match family {
            _ if has_rows => &mut self.damaged,
            _ if kind == KEY_OBJECTS => &mut self.notes,
            "88" | "104" => &mut self.reports,
            "9" => &mut self.waveforms,
            // States of presentation, registrations, measurements of lenses, plans.
            "11" | "66" | "67" | "68" | "78" | "79" | "80" | "200" | "481" => &mut self.notes,
            // It should have described an image.
            _ => &mut self.damaged,
        };
        *counted += 1;
    }
}

/// What the index of images is written with. The number changes with what is found in files, or how it is told: a test knows both.
const INDEX: &str = concat!(env!("CARGO_PKG_VERSION"), "/1");

/// What was found in the files of a piece: with it they need not be looked at again.
#[derive(Serialize, Deserialize)]
struct Index<'a> {
    /// [`INDEX`].
    version: Cow<'a, str>,
    is_archive: bool,
    /// Bytes of the piece.
    length: u64,
    files: usize,
    stacks: Cow<'a, [ImageStack]>,
    /// The file and the frame of each page.
    places: Cow<'a, [(usize, u32)]>,
    left_out: LeftOut,
}

/// Why there are no images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ImagesError {
    /// Nothing in it is an image of DICOM.
    None,
    /// What should be is damaged.
    Damaged,
    /// There is more than is ever read.
    TooMany,
}

impl From<DiscError> for ImagesError {
    fn from(error: DiscError) -> Self {
        match error {
            DiscError::Damaged => Self::Damaged,
            DiscError::TooManyFiles => Self::TooMany,
        }
    }
}

/// The images of a piece.
pub(crate) struct Images<'source> {
    disc: Disc<'source>,
    stacks: Vec<ImageStack>,
    /// The file and the frame of each page.
    places: Vec<(usize, u32)>,
    left_out: LeftOut,
    /// The file that was read last: the next frame is often its own.
    open: Option<(usize, DicomFile<'source>)>,
}

/// A file that was looked at.
struct Found {
    entry: usize,
    /// Bytes.
    length: u64,
    facts: FileFacts,
    frames: Vec<FrameFacts>,
    columns: u32,
    rows: u32,
    is_colour: bool,
}

impl<'source> Images<'source> {
    /// Of one file.
    pub(crate) fn of_file(source: impl Read + Seek + Send + 'source) -> Result<Self, ImagesError> {
        let disc = Disc::of_file(source).map_err(|_| ImagesError::Damaged)?;
        Self::of_disc(disc)
    }

    /// Of the files of an archive, as far as they are DICOM.
    pub(crate) fn of_zip(source: impl Read + Seek + Send + 'source) -> Result<Self, ImagesError> {
        Self::of_disc(Disc::of_zip(source)?)
    }

    /// Of the piece of which this index is; nothing if it is none of this version.
    pub(crate) fn of_index(
        source: impl Read + Seek + Send + 'source,
        index: &[u8],
    ) -> Option<Self> {
        let Index {
            version,
            is_archive,
            length,
            files,
            stacks,
            places,
            left_out,
        } = postcard::from_bytes(index).ok()?;
        let disc = if is_archive {
            Disc::of_zip(source).ok()?
        } else {
            Disc::of_file(source).ok()?
        };
        let slices: usize = stacks.iter().map(|stack| stack.slices.len()).sum();
        let holds = version == INDEX
            && (length, files) == (disc.length(), disc.files())
            && slices == places.len()
            && slices <= MOST_FRAMES
            && places.iter().all(|(file, _)| *file < files);
        holds.then(|| Self {
            disc,
            stacks: stacks.into_owned(),
            places: places.into_owned(),
            left_out,
            open: None,
        })
    }

    /// Whether the piece stops before its end: there were more.
    pub(crate) fn is_cut(&self) -> bool {
        self.disc.is_cut()
    }

    /// What was found, for [`Self::of_index`].
    pub(crate) fn index(&self) -> Vec<u8> {
        let index = Index {
            version: INDEX.into(),
            is_archive: self.disc.is_archive(),
            length: self.disc.length(),
            files: self.disc.files(),
            stacks: self.stacks.as_slice().into(),
            places: self.places.as_slice().into(),
            left_out: self.left_out,
        };
        // What it is made of can always be written.
        postcard::to_stdvec(&index).unwrap_or_default()
    }

    fn of_disc(mut disc: Disc<'source>) -> Result<Self, ImagesError> {
        let mut found: Vec<Found> = Vec::new();
        let (mut frames, mut copies) = (0, HashMap::<String, u32>::new());
        let (mut known, mut left_out) = (HashSet::new(), LeftOut::default());
        for entry in 0..disc.files() {
            let file = match looked_at(&mut disc, entry) {
                Ok(LookedAt::Image(file)) => *file,
                Ok(LookedAt::Other { class, has_rows }) => {
                    left_out.count(&class, has_rows);
                    continue;
                }
                Err(OpenDicomError::NotDicom) => {
                    left_out.reports += u32::from(disc.is_document(entry));
                    continue;
                }
                Err(_) => {
                    left_out.damaged += 1;
                    continue;
                }
            };
            // A file that was copied twice is one image. One of the same name that is not the same is another.
            let FileFacts {
                instance,
                series,
                identity,
                ..
            } = &file.facts;
            let series = series.series.clone();
            let name = (
                instance.clone(),
                series.clone(),
                identity.clone(),
                file.length,
            );
            if !instance.is_empty() && !known.insert(name) {
                *copies.entry(series).or_default() += 1;
                continue;
            }
            frames += file.frames.len();
            if frames > MOST_FRAMES {
                return Err(ImagesError::TooMany);
            }
            found.push(file);
        }
        if found.is_empty() {
            let none = if left_out.damaged > 0 {
                ImagesError::Damaged
            } else {
                ImagesError::None
            };
            return Err(none);
        }
        let mut images = Self {
            disc,
            stacks: Vec::new(),
            places: Vec::new(),
            left_out,
            open: None,
        };
        for series in by_series(found) {
            images.add(&series, &copies);
        }
        Ok(images)
    }

    /// The stacks of a series.
    fn add(&mut self, series: &[Found], copies: &HashMap<String, u32>) {
        // A film is a stack of its own; slices that lie somewhere are sorted together, whichever file they come from.
        let is_film = |file: &Found| {
            file.frames.len() > 1 && file.frames.iter().any(|frame| frame.plane.is_none())
        };
        let (films, slices): (Vec<&Found>, Vec<&Found>) =
            series.iter().partition(|file| is_film(file));
        let frames: Vec<(&Found, u32)> = slices
            .iter()
            .flat_map(|file| (0..).zip(&file.frames).map(|(at, _)| (*file, at)))
            .collect();
        let told: Vec<Slice> = frames
            .iter()
            .map(|(file, frame)| Slice {
                instance: file.facts.instance.clone(),
                number: file
                    .facts
                    .number
                    .map(|number| number.saturating_add(frame.cast_signed())),
                plane: file.facts(*frame).and_then(|facts| facts.plane),
                moment: file
                    .facts(*frame)
                    .map_or_else(Moment::default, |f| f.moment),
            })
            .collect();
        for stack in stacks(&told) {
            let places: Vec<_> = stack
                .slices
                .iter()
                .filter_map(|at| frames.get(*at).copied())
                .collect();
            self.push(&places, stack, copies);
        }
        for film in films {
            let places: Vec<_> = (0..).zip(&film.frames).map(|(at, _)| (film, at)).collect();
            let stack = Stack {
                slices: Vec::new(),
                is_placed: false,
                step: None,
                gaps: Vec::new(),
                duplicates: Vec::new(),
            };
            self.push(&places, stack, copies);
        }
    }

    fn push(&mut self, frames: &[(&Found, u32)], stack: Stack, copies: &HashMap<String, u32>) {
        let Some((first, _)) = frames.first() else {
            return;
        };
        let date = &first.facts.series.date;
        let mut identities: Vec<Identity> = Vec::new();
        let mut slices = Vec::with_capacity(frames.len());
        for (file, frame) in frames {
            let Some(facts) = file.facts(*frame) else {
                continue;
            };
            let known = identities.iter().position(|i| *i == file.facts.identity);
            let identity = known.unwrap_or_else(|| {
                identities.push(file.facts.identity.clone());
                identities.len() - 1
            });
            self.places.push((file.entry, *frame));
            slices.push(ImageSlice {
                instance: file.facts.instance.clone(),
                frame: frame + 1,
                number: file.facts.number,
                identity,
                columns: file.columns,
                rows: file.rows,
                is_colour: file.is_colour,
                is_lossy: file.facts.is_lossy,
                is_annotated: file.facts.is_annotated,
                view: file.facts.view.clone(),
                facts: facts.clone(),
            });
        }
        let pages = self.places.len() - slices.len();
        self.stacks.push(ImageStack {
            first: u32::try_from(pages).unwrap_or(u32::MAX),
            series: SeriesFacts {
                // Of another day is told by none of them.
                date: if frames
                    .iter()
                    .all(|(file, _)| file.facts.series.date == *date)
                {
                    date.clone()
                } else {
                    String::new()
                },
                ..first.facts.series.clone()
            },
            identities,
            slices,
            is_placed: stack.is_placed,
            step: stack.step,
            gaps: stack.gaps,
            duplicates: u32::try_from(stack.duplicates.len()).unwrap_or(u32::MAX),
            copies: copies.get(&first.facts.series.series).copied().unwrap_or(0),
            frame_time: first.facts.frame_time,
        });
    }

    /// In the order in which they are read: by date, study, and number of the series.
    pub(crate) fn stacks(&self) -> &[ImageStack] {
        &self.stacks
    }

    /// What is not among them.
    pub(crate) fn left_out(&self) -> LeftOut {
        self.left_out
    }

    /// The slices of all stacks, one after the other: the pages of the piece.
    pub(crate) fn slices(&self) -> impl Iterator<Item = &ImageSlice> {
        self.stacks.iter().flat_map(|stack| &stack.slices)
    }

    /// The frame of the page of this index, and how it is shown.
    pub(crate) fn display(&mut self, page: u32) -> Result<(Display, FrameFacts), FrameError> {
        let place = self.places.get(page as usize);
        let (entry, frame) = *place.ok_or(FrameError::NoSuchFrame)?;
        let slice = self.slices().nth(page as usize);
        let facts = slice.ok_or(FrameError::NoSuchFrame)?.facts.clone();
        let file = match self.open.take() {
            Some((other, file)) if other == entry => file,
            _ => {
                let file = self.disc.open(entry)?;
                DicomFile::open(file).map_err(|_| FrameError::Damaged)?
            }
        };
        let (_, file) = self.open.insert((entry, file));
        Ok((file.display(frame, &facts)?, facts))
    }

    /// Red, green and blue of the pixels of a page, as a viewer shows it first, and how many there are across and down.
    pub(crate) fn rgb(&mut self, page: u32) -> Result<(u32, u32, Vec<u8>), FrameError> {
        let (display, facts) = self.display(page)?;
        Ok((display.columns, display.rows, display.rgb(&facts)))
    }
}

impl Found {
    fn facts(&self, frame: u32) -> Option<&FrameFacts> {
        self.frames.get(frame as usize)
    }
}

enum LookedAt {
    Image(Box<Found>),
    /// No image of it is read; its SOP class, and whether it describes one.
    Other {
        class: String,
        has_rows: bool,
    },
}

/// What a file is.
fn looked_at(disc: &mut Disc<'_>, entry: usize) -> Result<LookedAt, OpenDicomError> {
    let mut file = disc.open(entry)?;
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(0))?;
    let file = DicomFile::open(file)?;
    let facts = file.facts();
    let Some(image) = file.image() else {
        return Ok(LookedAt::Other {
            class: facts.class,
            has_rows: file.object().element(tags::ROWS).is_ok(),
        });
    };
    if image.frames as usize > MOST_FRAMES {
        return Err(OpenDicomError::TooLarge);
    }
    Ok(LookedAt::Image(Box::new(Found {
        entry,
        length,
        frames: (0..image.frames)
            .map(|frame| file.frame_facts(frame))
            .collect(),
        columns: image.columns,
        rows: image.rows,
        is_colour: image.is_colour(),
        facts,
    })))
}

/// The files of each series, in the order in which series are read.
fn by_series(found: Vec<Found>) -> Vec<Vec<Found>> {
    let mut order: HashMap<(String, String), usize> = HashMap::new();
    let mut groups: Vec<Vec<Found>> = Vec::new();
    for file in found {
        let SeriesFacts { study, series, .. } = &file.facts.series;
        let key = (study.clone(), series.clone());
        let at = *order.entry(key).or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => group.push(file),
            None => groups.push(vec![file]),
        }
    }
    groups.sort_by_cached_key(|group| {
        let first = group
            .iter()
            .map(|file| &file.facts.series)
            .min_by_key(|s| &s.date);
        first.map(|series| {
            let number = (series.number.is_none(), series.number);
            let date = series.date.clone();
            (date, series.study.clone(), number, series.series.clone())
        })
    });
    groups
}
