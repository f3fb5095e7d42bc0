//! A page that nobody sees, drawn before the first one that somebody waits for.

use std::hint::black_box;
use std::io::Cursor;

use crate::document::Document;
use crate::library::VerifiedLibrary;
use crate::request::{Quality, RenderRequest, Rotation};

/// Letters in two of the fonts that libpdfium brings along, and a line. Without a table of its objects, which libpdfium makes itself.
const SHEET: &[u8] = b"%PDF-1.4
1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj
2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj
3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R
/Resources<</Font<</T 5 0 R/H 6 0 R>>>>>> endobj
4 0 obj <</Length 221>> stream
BT /T 11 Tf 40 760 Td 14 TL
(the quick brown fox jumps over the lazy dog 0123456789) Tj T*
(THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG) Tj T*
/H 11 Tf (Pack my box with five dozen liquor jugs) Tj ET
40 700 m 555 700 l S
endstream endobj
5 0 obj <</Type/Font/Subtype/Type1/BaseFont/Times-Roman>> endobj
6 0 obj <</Type/Font/Subtype/Type1/BaseFont/Helvetica>> endobj
trailer <</Root 1 0 R>>
%%EOF
";
/// As wide as a page is asked for on a large screen.
const WIDTH: u32 = 1200;
/// Room for the pixels of a page on the largest.
const ROOM: usize = 24 << 20;

/// Draws a page of its own: the code that draws is then in memory, and so is the room pages are drawn in. The first page of a process
/// takes a quarter less time afterwards. Whether it was drawn; what keeps it from that is told when a document is opened.
pub fn rehearse(library: &VerifiedLibrary) -> bool {
    // An allocator that took so much from the system once keeps what it is given back up to that size, and has it at hand.
    drop(black_box(Vec::<u8>::with_capacity(ROOM)));
    let request = RenderRequest {
        width_px: WIDTH,
        region: None,
        rotation: Rotation::None,
        quality: Quality::Reading,
    };
    let sheet = Document::open(Cursor::new(SHEET), Some(library), None);
    sheet.is_ok_and(|sheet| sheet.render(0, request).is_ok())
}
