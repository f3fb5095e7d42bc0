//! What a document may ask for before it is refused or scaled down. Each number says why.

/// Bytes of a picture's file, which is held in memory beside its pixels. A colour A4 scan of a hundred
/// pages at 300 dpi in TIFF, well compressed, takes as much.
pub const MAX_PICTURE_BYTES: u64 = 256 << 20;

/// Pixels of a picture. The largest phone sensors give 108 megapixels, an A3 scan at 600 dpi 70;
/// beyond this a file is a mistake or a decompression bomb. Checked on the header, before anything
/// is allocated. A fuzzer tries thousands of small pictures in the time of a large one.
pub const MAX_PICTURE_PIXELS: u64 = if cfg!(fuzzing) { 1 << 20 } else { 150_000_000 };

/// Bytes of a picture once decoded at its own depth: 150 megapixels of RGBA. Deeper pictures
/// (16 bits) must be smaller, so that decoding and conversion fit together in the worker's memory.
pub const MAX_DECODED_BYTES: u64 = 600_000_000;

/// Pixels of one encoded page. Four 4K screens hold 33 megapixels; more only costs memory
/// (4 bytes per pixel in the worker, as many in the window).
pub const MAX_OUTPUT_PIXELS: u32 = 64_000_000;

/// Pixels of a page whose words are recognised. An A4 page at 500 dpi has as many, an A3 page at 360; more
/// takes longer and is read no better.
pub const MAX_GREY_PIXELS: u32 = 25_000_000;

/// Longest side of an encoded page, in pixels: the largest texture `WebKitGTK` accepts. It also
/// keeps a page with an absurd `MediaBox` (1 x 14 400 points) within bounds.
pub const MAX_OUTPUT_SIDE: u32 = 16_384;

/// Longest side of a page of which only a part is drawn, in pixels: an A3 plan on two 4K screens at 800 %.
pub const MAX_PAGE_SIDE: u32 = 65_536;

/// Pages of a PDF or a TIFF. Complete hospital records of 3 000 pages exist; a page tree announcing more than
/// this is a bomb, and its outline alone would slow the desk down.
pub const MAX_PAGES: u32 = 10_000;
