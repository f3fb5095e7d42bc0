//! DICOM: what a file says of its image, and the frames, value for value as the modality wrote them.
//!
//! `dicom-object` reads the data set. Where it begins and ends, where its pixels lie and what they mean is read here: files of patients'
//! discs have group 0002 wrong or none, lengths that lie, and frames that need not all be in memory (research: shown colours were wrong
//! elsewhere). Numbers like C.7.6.3 are sections of PS3.3.

mod codec;
mod cut;
mod disc;
mod display;
mod facts;
mod file;
mod fragments;
mod image;
mod images;
mod jpeg;
mod jpeg2000;
mod jpeg_ls;
mod layout;
mod length;
mod native;
mod palette;
mod report;
mod rle;
mod samples;
mod source;
mod stack;
mod window;

pub(crate) use disc::holds_dicom;
pub use display::{Display, Pixels};
pub use facts::{FileFacts, FrameFacts, Identity, Moment, Rescale, SeriesFacts};
pub use file::{DicomFile, OpenDicomError};
pub use image::{ImageDescription, Photometric};
pub use images::{ImageSlice, ImageStack, LeftOut};
pub(crate) use images::{Images, ImagesError};
pub use length::{Length, Region, Scale, Spacing, Unit};
pub(crate) use report::{Carried, carried};
pub use samples::{Frame, FrameError, Samples};
pub use stack::{Gap, Plane, Slice, Stack, stacks};
pub use window::{Curve, Window};
