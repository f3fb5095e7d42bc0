//! Papers that are no PDF, read in a real, confined worker: letters of word processors, texts, web pages, CDA documents, archives; and
//! those that were made to hurt (R55).
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::format_push_string,
    clippy::format_collect,
    reason = "tests: a failure is a panic, and sizes are small"
)]

#[path = "../../imaging/tests/support/mod.rs"]
#[allow(dead_code, reason = "each test uses its part of the support")]
mod support;

use std::io::{Cursor, Write as _};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use relecture_imaging_worker::{
    DocumentOutline, Format, OpenPieceError, OpenRefusal, PageRequest, ReadLimits, Reader, Region,
    Rotation, Unsupported,
};
use support::{fixture, pdfium_path};
use zeroize::Zeroizing;
use zip::write::SimpleFileOptions;

const WORKER: &str = env!("CARGO_BIN_EXE_relecture-imaging-worker");

/// What Word writes around its elements.
const W: &str = r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main""#;

fn open(bytes: &[u8]) -> Result<(Reader, DocumentOutline), OpenPieceError> {
    // Long enough for a busy machine: no test waits for it.
    let limits = ReadLimits {
        open: Duration::from_mins(2),
        render: Duration::from_mins(1),
        recognise: Duration::from_mins(1),
    };
    let source = Box::new(Zeroizing::new(bytes.to_vec()));
    Reader::open(WORKER.as_ref(), &pdfium_path(), source, limits)
}

fn refused(bytes: &[u8]) -> OpenRefusal {
    match open(bytes).err() {
        Some(OpenPieceError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

/// The words of all pages, as they are read.
fn words(reader: &mut Reader, outline: &DocumentOutline) -> String {
    let pages = 0..u32::try_from(outline.pages.len()).unwrap();
    let lines = pages.flat_map(|page| reader.text(page).unwrap());
    let words: Vec<String> = lines
        .flat_map(|line| {
            line.text
                .split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect();
    words.join(" ")
}

/// Opens a paper that is laid out, and gives its words.
fn read(bytes: &[u8], format: Format) -> (Reader, DocumentOutline, String) {
    let (mut reader, outline) = open(bytes).unwrap();
    assert!(reader.confinement().suffices());
    assert_eq!((outline.format, outline.laid_out), (format, true));
    assert!(outline.pages.iter().all(|page| page.pixels.is_none()));
    // A4.
    assert!((outline.pages[0].width_pt - 595.0).abs() < 1.0);
    let words = words(&mut reader, &outline);
    (reader, outline, words)
}

/// Whether these words stand one after the other, whatever stands between them.
fn in_order(words: &str, wanted: &[&str]) {
    let mut rest = words;
    for want in wanted {
        let Some((_, after)) = rest.split_once(want) else {
            panic!("{want:?} is not read after what comes before it: {words}")
        };
        rest = after;
    }
}

/// How many pixels of a page are of a colour, and not black, white or grey.
fn coloured(reader: &mut Reader, page: u32) -> usize {
    let request = PageRequest {
        page,
        width_px: 600,
        region: None,
        rotation: Rotation::None,
        lossless: true,
    };
    let page = reader.render(request).unwrap();
    let decoder = png::Decoder::new(Cursor::new(page.bytes.as_slice()));
    let mut decoder = decoder.read_info().unwrap();
    let mut pixels = vec![0; decoder.output_buffer_size().unwrap()];
    decoder.next_frame(&mut pixels).unwrap();
    let is_coloured = |pixel: &&[u8]| {
        let (least, most) = (pixel.iter().min().unwrap(), pixel.iter().max().unwrap());
        most - least > 60
    };
    pixels.chunks(3).filter(is_coloured).count()
}

fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let options = SimpleFileOptions::default();
        archive.start_file(*name, options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A letter of Word with this body.
fn docx(body: &str) -> Vec<u8> {
    let document =
        format!("<?xml version=\"1.0\"?><w:document {W}><w:body>{body}</w:body></w:document>");
    archive(&[("word/document.xml", document.as_bytes())])
}

#[test]
fn r55_a_letter_of_word_is_read_with_its_comments_tables_and_pictures() {
    let (mut reader, _, words) = read(&fixture("docx-comments"), Format::Docx);
    in_order(
        &words,
        &[
            "Document text",
            "Some text worthy of note.",
            "Other document text.",
            "Paragraph 7",
            "Commentaires portés sur le document",
            "Steve Canny : Text with hyperlink https://google.com embedded.",
            "Text with inline image",
            "Text with character style.",
        ],
    );
    assert!(coloured(&mut reader, 0) > 5_000, "the picture is drawn");

    let (mut reader, _, words) = read(&fixture("docx-tables"), Format::Docx);
    in_order(
        &words,
        &[
            "Lorem ipsum dolor",
            "Text before",
            "Table",
            "Text after",
            "Donec semper",
        ],
    );
    let lines = reader.text(0).unwrap();
    let top = |word: &str| {
        lines
            .iter()
            .find(|line| line.text.contains(word))
            .unwrap()
            .y
    };
    assert!(top("Text before") < top("Text after"));

    let (.., words) = read(&fixture("docx-header-footer"), Format::Docx);
    in_order(
        &words,
        &[
            "Header for section-1",
            "section with header",
            "Pieds de page",
            "Footer for section 1",
        ],
    );
}

#[test]
fn r55_what_a_reader_must_not_miss_in_a_letter_is_told() {
    let body = r#"<w:p><w:r><w:t xml:space="preserve">Rein </w:t></w:r>
        <w:del w:id="1"><w:r><w:delText>gauche</w:delText></w:r></w:del>
        <w:ins w:id="2"><w:r><w:t>droit</w:t></w:r></w:ins></w:p>
        <w:p><w:r><w:t>Leucocytes 10</w:t></w:r><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>9</w:t></w:r></w:p>
        <w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>caché</w:t></w:r></w:p>
        <w:tbl><w:tr><w:tc><w:p><w:r><w:t>Créatinine</w:t></w:r></w:p></w:tc>
        <w:tc><w:p><w:r><w:t>88 µmol/L</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
        <w:p><w:r><w:br w:type="page"/></w:r><w:r><w:t>Œdème, « là » ; ça ira. 漢</w:t></w:r></w:p>"#;
    let (mut reader, outline, words) = read(&docx(body), Format::Docx);
    assert_eq!(outline.pages.len(), 2, "a page ends where its author said");
    in_order(
        &words,
        &[
            "les passages supprimés ne sont pas affichés",
            "Rein droit",
            "Créatinine",
            "88 µmol/L",
            "Œdème, « là » ; ça ira.",
        ],
    );
    assert!(
        !words.contains("gauche") && !words.contains("caché"),
        "{words}"
    );
    assert!(
        words.contains("n’existent pas dans les polices"),
        "a letter that no font has is told: {words}"
    );
    // The two cells stand side by side.
    let lines = reader.text(0).unwrap();
    let creatinine = lines
        .iter()
        .find(|line| line.text.contains("Créatinine"))
        .unwrap();
    let value = lines.iter().find(|line| line.text.contains("88")).unwrap();
    assert!((creatinine.y - value.y).abs() < 0.01);
    // The exponent stands above its line: 10 to the ninth is not 109.
    let line = |word: &str| lines.iter().find(|line| line.text.contains(word)).unwrap();
    let nine = lines.iter().find(|line| line.text == "9");
    let raised = nine.map_or_else(
        || line("Leucocytes").height > line("Rein droit").height * 1.02,
        |nine| nine.y < line("Leucocytes").y + 0.001,
    );
    assert!(raised, "{lines:?}");
}

#[test]
fn r55_letters_of_libreoffice_are_read() {
    let (.., words) = read(&fixture("odt-table"), Format::Odt);
    assert!(words.split_whitespace().count() > 3, "{words}");
    let (.., words) = read(&fixture("odt-list"), Format::Odt);
    assert!(words.contains('•') || words.contains("1."), "{words}");
    let (mut reader, _, words) = read(&fixture("odt-images"), Format::Odt);
    in_order(
        &words,
        &[
            "Left justified picture",
            "Right justified picture",
            "Vivamus viverra",
        ],
    );
    assert!(coloured(&mut reader, 0) > 100, "the pictures are drawn");
}

#[test]
fn r55_rich_text_of_word_97_is_read() {
    let (mut reader, _, words) = read(&fixture("rtf-word-97"), Format::Rtf);
    in_order(
        &words,
        &[
            "Font size 12, bold text.",
            "Simple table",
            "1.1 item",
            "1.5 item",
            "5.5 item",
            "It is the last row of the list",
            "Align right:",
        ],
    );
    let lines = reader.text(0).unwrap();
    let row = |word: &str| {
        lines
            .iter()
            .find(|line| line.text.contains(word))
            .unwrap()
            .y
    };
    assert!(
        (row("1.1 item") - row("1.5 item")).abs() < 0.005,
        "side by side"
    );
    assert!(row("1.1 item") < row("2.1 item"));

    let accents = br"{\rtf1\ansi\ansicpg1252\uc1 \'c9chographie r\'e9nale\par \u8364?\u339?d\'e8me{\*\unknown secret}\par}";
    let (.., words) = read(accents, Format::Rtf);
    assert_eq!(words, "Échographie rénale €œdème");
}

#[test]
fn r55_a_text_is_read_in_whatever_letters_it_was_written() {
    let text = "Hôpital Necker\r\nHémoglobine    13,2 g/dL\r\n\u{c}Œdème\u{a0}: « modéré »";
    let windows: Vec<u8> = text
        .chars()
        .map(|letter| match letter {
            'Œ' => 0x8C,
            other => u8::try_from(u32::from(other)).unwrap(),
        })
        .collect();
    for bytes in [text.as_bytes().to_vec(), windows] {
        let (_, outline, words) = read(&bytes, Format::Text);
        assert_eq!(
            words,
            "Hôpital Necker Hémoglobine 13,2 g/dL Œdème : « modéré »"
        );
        assert_eq!(outline.pages.len(), 2, "a form feed begins a page");
    }
}

#[test]
fn r55_a_web_page_is_read_without_running_or_fetching_anything() {
    let dot = STANDARD.encode(red_png());
    let page = format!(
        "<!DOCTYPE html><html><head><title>t</title><script>document.write('lanc\u{e9}')</script>\
         <link rel=stylesheet href='http://127.0.0.1:9/a.css'></head><body onload='alert(1)'>\
         <h1>Bilan d&eacute;taill&eacute;</h1><p>Rein <b>droit</b><br>10<sup>9</sup>/L</p>\
         <table><tr><th>Examen<th>R&#233;sultat</tr><tr><td>CRP<td>4 mg/L</table>\
         <ol start=3><li>trois<li>quatre</ol><img src='http://127.0.0.1:9/trace.png' alt='logo'>\
         <iframe src='http://127.0.0.1:9/'>cadre</iframe><img width=80 height=80 src='data:image/png;base64,{dot}'>"
    );
    let (mut reader, _, words) = read(page.as_bytes(), Format::Html);
    in_order(
        &words,
        &[
            "Bilan détaillé",
            "Rein droit",
            "Examen",
            "Résultat",
            "CRP",
            "4 mg/L",
            "3.",
            "trois",
            "4.",
            "quatre",
            "[image extérieure non affichée : logo]",
        ],
    );
    assert!(
        !words.contains("lancé") && !words.contains("cadre"),
        "{words}"
    );
    assert!(
        coloured(&mut reader, 0) > 1_000,
        "the picture that it carries is drawn"
    );
    let entries = reader.outline().unwrap();
    assert_eq!(
        (entries[0].title.as_str(), entries[0].page),
        ("Bilan détaillé", Some(0))
    );
}

/// A red square.
fn red_png() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 40, 40);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().unwrap();
    writer
        .write_image_data(&[220, 20, 20].repeat(1_600))
        .unwrap();
    writer.finish().unwrap();
    bytes
}

#[test]
fn r55_a_cda_document_shows_its_narrative_or_the_document_that_it_carries() {
    let (mut reader, _, words) = read(&fixture("cda-consultation"), Format::Cda);
    in_order(
        &words,
        &[
            "Clinical Summary",
            "Alice Jones Newman",
            "01/05/1970",
            "Allergies",
            "Penicillin G",
            "Ampicillin",
            "Assessment and Plan",
            "suspecting Anemia",
            "Encounters",
            "Fever",
        ],
    );
    let entries = reader.outline().unwrap();
    assert!(
        entries
            .iter()
            .any(|entry| entry.title == "Allergies" && entry.page == Some(0))
    );

    let code = STANDARD.encode(fixture("two-different-pages"));
    let carries = |carried: &str| {
        format!(
            "<?xml version=\"1.0\"?><ClinicalDocument xmlns=\"urn:hl7-org:v3\"><component><nonXMLBody>\
             <text mediaType=\"application/pdf\" representation=\"B64\">{carried}</text></nonXMLBody></component></ClinicalDocument>"
        )
    };
    let (_, outline) = open(carries(&code).as_bytes()).unwrap();
    assert_eq!(
        (outline.format, outline.laid_out, outline.pages.len()),
        (Format::Cda, false, 2)
    );
    // One within another is not looked into.
    let inner = STANDARD.encode(carries(&code));
    assert_eq!(
        refused(carries(&inner).as_bytes()),
        OpenRefusal::UnknownFormat
    );
}

#[test]
fn r55_the_documents_of_an_archive_are_pages_one_after_the_other() {
    let video = b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2";
    let inner = archive(&[("a.txt", b"dedans")]);
    let bytes = archive(&[
        ("../../etc/scan 10.png", &red_png()),
        ("scan 2.pdf", &fixture("two-different-pages")),
        ("scan 1.txt", "Première lettre".as_bytes()),
        ("film.mp4", video),
        ("autre.zip", &inner),
        ("__MACOSX/._scan", b"x"),
        (
            "lettre.docx",
            &docx("<w:p><w:r><w:t>Cher confrère</w:t></w:r></w:p>"),
        ),
    ]);
    let (mut reader, outline) = open(&bytes).unwrap();
    assert_eq!((outline.format, outline.laid_out), (Format::Zip, true));
    // The list, the picture, the letter, the text, and a PDF of two pages.
    assert_eq!(outline.pages.len(), 6);
    let titles: Vec<(String, Option<u32>)> = reader
        .outline()
        .unwrap()
        .into_iter()
        .filter(|entry| entry.level == 0)
        .map(|entry| (entry.title, entry.page))
        .collect();
    let expected = [
        ("Contenu de l’archive", 0),
        ("../../etc/scan 10.png", 1),
        ("lettre.docx", 2),
        ("scan 1.txt", 3),
        ("scan 2.pdf", 4),
    ];
    assert_eq!(
        titles,
        expected.map(|(title, page)| (title.to_owned(), Some(page)))
    );
    let listed: String = reader
        .text(0)
        .unwrap()
        .into_iter()
        .map(|line| line.text + " ")
        .collect();
    in_order(
        &listed,
        &["autre.zip", "archive dans l’archive", "film.mp4", "vidéo"],
    );
    assert!(coloured(&mut reader, 1) > 500);
    assert_eq!(outline.pages[1].pixels, Some((40, 40)));
    assert_eq!(reader.text(2).unwrap()[0].text, "Cher confrère");
    // A part of a page, as any other.
    let part = PageRequest {
        page: 5,
        width_px: 1_200,
        region: Some(Region {
            x: 100,
            y: 100,
            width: 256,
            height: 256,
        }),
        rotation: Rotation::None,
        lossless: false,
    };
    let part = reader.render(part).unwrap();
    assert_eq!((part.width, part.height), (256, 256));
}

#[test]
fn photographs_of_one_paper_are_its_pages() {
    let photo = fixture("fundus-photograph");
    let bytes = archive(&[
        ("page 2.jpg", &photo),
        ("page 10.png", &red_png()),
        ("page 1.jpg", &photo),
    ]);
    let (mut reader, outline) = open(&bytes).unwrap();
    assert_eq!((outline.format, outline.laid_out), (Format::Zip, false));
    assert_eq!(outline.pages.len(), 3);
    assert!(outline.pages.iter().all(|page| page.pixels.is_some()));
    assert_eq!(outline.pages[2].pixels, Some((40, 40)));
    assert!(coloured(&mut reader, 2) > 500);
    // One that is not shown makes it an archive again, and is named.
    let bytes = archive(&[("page 1.jpg", &photo), ("page 2.jpg", b"\xff\xd8\xff\xe0")]);
    let (_, outline) = open(&bytes).unwrap();
    assert_eq!((outline.pages.len(), outline.laid_out), (2, true));
}

#[test]
fn r55_what_cannot_be_shown_is_refused_by_its_kind() {
    let ole = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    let shut: Vec<u8> = "EncryptedPackage"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let shut = [ole.as_slice(), &[0; 512], &shut].concat();
    let ods = archive(&[
        (
            "mimetype",
            b"application/vnd.oasis.opendocument.spreadsheet",
        ),
        ("content.xml", b"<a/>"),
    ]);
    let odt = archive(&[
        ("mimetype", b"application/vnd.oasis.opendocument.text"),
        ("content.xml", b"\x01\x02"),
        ("META-INF/manifest.xml", b"<m><encryption-data/></m>"),
    ]);
    let mut secret = archive(&[("a.txt", b"abc")]);
    // Bit 0 of the flags of both headers (APPNOTE 4.4.4).
    secret[6] |= 1;
    let central = secret
        .windows(4)
        .position(|four| four == b"PK\x01\x02")
        .unwrap();
    secret[central + 8] |= 1;
    let dicom = [vec![0; 128], b"DICM\x02\0\0\0".to_vec()].concat();
    for (bytes, kind) in [
        (
            b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(),
            Unsupported::Heif,
        ),
        (b"\0\0\0\x20ftypisom\0\0\x02\0".to_vec(), Unsupported::Video),
        (b"ID3\x04\0\0\0\0\0\0".to_vec(), Unsupported::Audio),
        (ole, Unsupported::BinaryOffice),
        (shut, Unsupported::EncryptedOffice),
        (odt, Unsupported::EncryptedOffice),
        (
            archive(&[("xl/workbook.xml", b"<a/>")]),
            Unsupported::Spreadsheet,
        ),
        (ods, Unsupported::Spreadsheet),
        (
            archive(&[("ppt/presentation.xml", b"<a/>")]),
            Unsupported::Presentation,
        ),
        (dicom, Unsupported::Dicom),
        (b"Rar!\x1A\x07\x01\0".to_vec(), Unsupported::Archive),
        (secret, Unsupported::EncryptedArchive),
        (b"MZ\x90\0\x03\0\0\0".to_vec(), Unsupported::Program),
    ] {
        assert_eq!(refused(&bytes), OpenRefusal::Unsupported(kind));
    }
    let nothing = archive(&[("film.mp4", b"\0\0\0\x20ftypisom\0\0\x02\0")]);
    assert_eq!(refused(&nothing), OpenRefusal::NothingInside);
    assert_eq!(
        refused(&[0, 1, 2, 3, 4, 5, 6, 7]),
        OpenRefusal::UnknownFormat
    );
}

#[test]
fn r55_a_bomb_in_an_archive_is_stopped_while_it_is_unpacked() {
    // Three hundred million bytes in three hundred thousand.
    let huge = vec![b' '; 300 << 20];
    let bomb = archive(&[("word/document.xml", &huge)]);
    assert!(bomb.len() < 1 << 20);
    assert_eq!(refused(&bomb), OpenRefusal::TooManyBytes);
    // Together too much, each not: the sizes that an archive announces are not asked.
    let part = &huge[..100 << 20];
    let bombs = archive(&[("1.txt", part), ("2.txt", part), ("3.txt", part)]);
    assert_eq!(refused(&bombs), OpenRefusal::TooManyBytes);
    let names: Vec<String> = (0..501).map(|number| format!("{number}.txt")).collect();
    let many: Vec<(&str, &[u8])> = names
        .iter()
        .map(|name| (name.as_str(), b"a".as_slice()))
        .collect();
    assert_eq!(refused(&archive(&many)), OpenRefusal::TooManyPages);
}

#[test]
fn r55_xml_that_asks_for_more_than_it_is_is_refused() {
    let laughs = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE w [<!ENTITY a \"rire\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]>\
         <w:document {W}><w:body><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:body></w:document>"
    );
    let laughs = archive(&[("word/document.xml", laughs.as_bytes())]);
    assert_eq!(refused(&laughs), OpenRefusal::Damaged);
    let outside = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE w [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>\
         <w:document {W}><w:body><w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:body></w:document>"
    );
    let outside = archive(&[("word/document.xml", outside.as_bytes())]);
    assert_eq!(refused(&outside), OpenRefusal::Damaged);
    let depth = 1_000_000;
    let deep = docx(&("<w:sdt>".repeat(depth) + &"</w:sdt>".repeat(depth)));
    assert_eq!(refused(&deep), OpenRefusal::Damaged);
    let page = format!("<html>{}au fond", "<b><i>".repeat(20_000));
    let (.., words) = read(page.as_bytes(), Format::Html);
    assert!(words.contains("au fond"));
    let groups = format!("{{\\rtf1 {}", "{\\b ".repeat(1_000_000));
    read(groups.as_bytes(), Format::Rtf);
}

#[test]
fn r55_a_paper_without_end_is_cut_short_and_says_so() {
    let paragraph = "<w:p><w:r><w:t>Le rein droit est normal.</w:t></w:r></w:p>";
    let (mut reader, outline) = open(&docx(&paragraph.repeat(1_000_000))).unwrap();
    assert!(outline.truncated && outline.laid_out);
    assert_eq!(outline.pages.len(), 2_000);
    let last = reader.text(1_999).unwrap();
    let last: String = last.into_iter().map(|line| line.text).collect();
    assert!(
        last.contains("la suite de ce document n’est pas affichée"),
        "{last}"
    );
    // As do its lines, and one line.
    let lines = "ligne\n".repeat(1_000_000);
    assert!(open(lines.as_bytes()).unwrap().1.truncated);
    let line = "mot ".repeat(3_000_000);
    assert!(open(line.as_bytes()).unwrap().1.truncated);
}
