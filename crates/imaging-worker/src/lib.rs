//! Reads one document in a confined child process (R55): this library is the parent's side.
//!
//! [`Reader::open`] starts `relecture-imaging-worker` and asks it for pages of one document, of which
//! it gives it the bytes that it needs, as it needs them ([`Source`]). The child has an empty
//! environment, two pipes and, on Linux, a jail it closes before it receives a byte; it may crash or
//! hang, the application may not. Nothing it says is believed before it is checked here, and no
//! parser of foreign formats runs in this process.
//!
//! Calls block: an asynchronous caller uses a blocking thread.

mod images;
mod outcome;
mod page;
mod process;
pub mod protocol;
mod reader;
mod readers;
mod source;

pub use images::{
    Curve, Frame, FrameHead, FrameKind, Gap, Identity, ImageSlice, ImageStack, Images, LeftOut,
    Scale, ScaledRegion, SeriesFacts, Spacing, Window,
};
pub use outcome::{
    OpenPieceError, OpenRefusal, ReadPageError, RecognisePageError, Unsupported, WorkerFailure,
};
pub use page::{EncodedPage, MediaType};
pub use process::{Canceller, Recognition};
pub use protocol::{
    Confinement, DocumentOutline, Format, Link, MAX_IMAGES, OutlineEntry, PageRequest, PageSize,
    RecognisedLine, Region, Rotation, TextLine, Wall,
};
pub use reader::{Known, ReadLimits, Reader};
pub use readers::Readers;
pub use source::{Source, SourceError};
