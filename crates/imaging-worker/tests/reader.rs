//! The parent's side: documents read in a real worker, and workers that crash, hang or lie (R55).
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::format_push_string,
    clippy::format_collect,
    reason = "tests: a failure is a panic, and sizes are small"
)]

#[path = "../../imaging/tests/support/mod.rs"]
#[allow(dead_code, reason = "each test uses its part of the support")]
mod support;

#[cfg(unix)]
use std::io::Write as _;
use std::path::Path;
#[cfg(unix)]
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

#[cfg(unix)]
use relecture_imaging_worker::{
    Curve, FrameHead, FrameKind, Gap, Identity, ImageSlice, ImageStack, Images, LeftOut, Scale,
    SeriesFacts, Spacing, Window,
    protocol::{Framed, Indexed, Say, send, send_bytes},
};
use relecture_imaging_worker::{
    DocumentOutline, EncodedPage, Format, Known, MediaType, OpenPieceError, OpenRefusal,
    PageRequest, ReadLimits, ReadPageError, Reader, Readers, RecognisePageError, RecognisedLine,
    Recognition, Rotation, Source, SourceError, WorkerFailure,
};
#[cfg(unix)]
use serde::Serialize;
use support::{black_png, fixture, pdf, pdfium_path};
use zeroize::Zeroizing;

const WORKER: &str = env!("CARGO_BIN_EXE_relecture-imaging-worker");

/// Long enough for a busy machine: no test waits for it.
const PATIENT: ReadLimits = ReadLimits {
    open: Duration::from_mins(1),
    render: Duration::from_mins(1),
    recognise: Duration::from_mins(4),
};

fn source(bytes: &[u8]) -> Box<dyn Source> {
    Box::new(Zeroizing::new(bytes.to_vec()))
}

fn open(bytes: &[u8]) -> Result<(Reader, DocumentOutline), OpenPieceError> {
    Reader::open(WORKER.as_ref(), &pdfium_path(), source(bytes), PATIENT)
}

fn open_to_recognise(bytes: &[u8], recognition: &Recognition) -> (Reader, DocumentOutline) {
    let (worker, pdfium) = (WORKER.as_ref(), pdfium_path());
    let opened =
        Reader::open_to_recognise(worker, &pdfium, recognition, source(bytes), None, PATIENT);
    opened.unwrap()
}

fn page(page: u32, width_px: u32) -> PageRequest {
    PageRequest {
        page,
        width_px,
        region: None,
        rotation: Rotation::None,
        lossless: false,
    }
}

/// A PDF whose only page takes centuries: thirteen forms, each drawing the next twenty times.
fn endless_pdf() -> Vec<u8> {
    let mut forms: Vec<String> = (6..18)
        .map(|next| format!("/F{next} Do ").repeat(20))
        .collect();
    forms.push("0 0 50 50 re f".into());
    pdf("[0 0 100 100]", "/F5 Do", &forms)
}

/// Whether a process exists, dead but unreaped ones included.
#[cfg(target_os = "linux")]
fn exists(id: u32) -> bool {
    Path::new(&format!("/proc/{id}")).exists()
}

/// Whether a process has spent a tenth of a second computing.
#[cfg(target_os = "linux")]
fn has_computed(id: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
    let ticks: u64 = stat.split_whitespace().nth(13).unwrap().parse().unwrap();
    ticks >= 10
}

/// A worker that has rehearsed is as confined, and what it draws is the same.
#[test]
fn r55_a_worker_that_waited_reads_like_another() {
    let readers = Readers::new(WORKER.into(), pdfium_path(), PATIENT);
    readers.prepare();
    let bytes = fixture("two-different-pages");
    let (mut waited, _) = readers.open(source(&bytes), Known::default()).unwrap();
    assert!(waited.confinement().suffices());
    let (mut started, _) = open(&bytes).unwrap();
    for (number, width) in [(0, 1192), (1, 300)] {
        let page = page(number, width);
        let drawn = waited.render(page).unwrap();
        assert!(*drawn.bytes == *started.render(page).unwrap().bytes);
    }
}

#[test]
fn r55_a_pdf_is_read_page_by_page_in_a_confined_process() {
    let (mut reader, outline) = open(&fixture("two-different-pages")).unwrap();
    assert!(reader.confinement().suffices());
    assert_eq!((outline.format, outline.pages.len()), (Format::Pdf, 2));
    assert!((outline.pages[0].width_pt - 596.0).abs() < 1.0);

    let first = reader.render(page(0, 1192)).unwrap();
    assert_eq!(
        (first.media_type, first.width, first.height),
        (MediaType::Jpeg, 1192, 1684)
    );
    let lossless = PageRequest {
        lossless: true,
        rotation: Rotation::Left,
        ..page(1, 842)
    };
    let second = reader.render(lossless).unwrap();
    assert_eq!(
        (second.media_type, second.width, second.height),
        (MediaType::Png, 842, 596)
    );
    assert!(second.bytes.starts_with(b"\x89PNG"));

    assert!(matches!(
        reader.render(page(2, 600)),
        Err(ReadPageError::NoSuchPage)
    ));
    assert_eq!(
        reader.render(page(0, 1192)).unwrap().bytes,
        first.bytes,
        "still there"
    );
}

#[test]
#[cfg(target_os = "linux")]
fn r55_no_document_is_given_to_a_process_that_is_not_confined() {
    use relecture_imaging_worker::{Confinement, Wall};
    let (reader, _) = open(&fixture("fundus-photograph")).unwrap();
    let Confinement {
        filesystem,
        network,
        processes,
        resources,
        ..
    } = reader.confinement();
    assert_eq!(
        [filesystem, network, processes, resources],
        [Wall::Enforced; 4]
    );

    // A hello of version 9 whose five walls are absent (2), then a wait for a document.
    let liar = Script::new(
        "printf '\\6\\0\\0\\0\\11\\2\\2\\2\\2\\2'; read document; echo \"$document\" > got",
    );
    assert!(matches!(
        liar.open(),
        Err(OpenPieceError::Worker(WorkerFailure::NotConfined))
    ));
    assert!(!liar.folder.path().join("got").exists());
}

#[test]
fn r55_a_document_that_cannot_be_read_is_refused_with_its_reason() {
    let refused = |bytes: &[u8]| match open(bytes).err() {
        Some(OpenPieceError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(b""), OpenRefusal::Empty);
    assert_eq!(refused(&[0xA5; 5000]), OpenRefusal::UnknownFormat);
    assert_eq!(refused(b"%PDF-1.4 and nothing else"), OpenRefusal::Damaged);
    assert_eq!(
        refused(&fixture("aes-256-user-password")),
        OpenRefusal::PasswordProtected
    );
    let bomb = black_png(20_000, 20_000);
    assert_eq!(
        refused(&bomb),
        OpenRefusal::TooLarge {
            width: 20_000,
            height: 20_000
        }
    );
}

#[test]
fn a_missing_library_only_stops_pdfs() {
    let without = |bytes: &[u8]| {
        Reader::open(
            WORKER.as_ref(),
            Path::new("/no/such/libpdfium.so"),
            source(bytes),
            PATIENT,
        )
    };
    let pdf = without(&fixture("inkscape-abc")).err();
    assert!(matches!(
        pdf,
        Some(OpenPieceError::Refused(OpenRefusal::LibraryMissing))
    ));
    let (mut reader, outline) = without(&fixture("fundus-photograph")).unwrap();
    assert_eq!(outline.pages[0].pixels, Some((1411, 1411)));
    assert_eq!(reader.render(page(0, 9000)).unwrap().width, 1411);

    let nowhere = Reader::open(
        Path::new("/no/such/worker"),
        &pdfium_path(),
        source(b"x"),
        PATIENT,
    )
    .err();
    assert!(matches!(
        nowhere,
        Some(OpenPieceError::Worker(WorkerFailure::NotStarted(_)))
    ));
}

#[test]
fn r55_a_document_that_takes_too_long_is_given_up_and_its_process_killed() {
    let limits = ReadLimits {
        render: Duration::from_millis(300),
        ..PATIENT
    };
    let (mut reader, _) = Reader::open(
        WORKER.as_ref(),
        &pdfium_path(),
        source(&endless_pdf()),
        limits,
    )
    .unwrap();
    let id = reader.worker_id().unwrap();
    let begin = Instant::now();
    let answer = reader.render(page(0, 500));
    assert!(
        matches!(answer, Err(ReadPageError::Worker(WorkerFailure::TimedOut))),
        "{answer:?}"
    );
    assert!((300..10_000).contains(&begin.elapsed().as_millis()));
    #[cfg(target_os = "linux")]
    assert!(!exists(id), "process {id} is neither killed nor reaped");
    assert_eq!(reader.worker_id(), None);
    let after = reader.render(page(0, 500));
    assert!(matches!(
        after,
        Err(ReadPageError::Worker(WorkerFailure::Ended))
    ));
}

#[test]
#[cfg(target_os = "linux")]
fn r55_a_worker_killed_in_the_middle_of_a_page_is_an_error_not_a_panic() {
    let (mut reader, _) = open(&endless_pdf()).unwrap();
    let id = reader.worker_id().unwrap();
    let reading = std::thread::spawn(move || {
        let answer = reader.render(page(0, 500));
        (answer, reader.render(page(0, 500)))
    });
    // In the middle of the page: the process has spent time computing.
    let deadline = Instant::now() + Duration::from_secs(30);
    while !has_computed(id) {
        assert!(Instant::now() < deadline, "the worker never began");
        std::thread::sleep(Duration::from_millis(10));
    }
    let killed = Command::new("kill")
        .args(["-KILL", &id.to_string()])
        .status();
    assert!(killed.unwrap().success());
    let (answer, after) = reading.join().unwrap();
    assert!(
        matches!(answer, Err(ReadPageError::Worker(WorkerFailure::Crashed))),
        "{answer:?}"
    );
    assert!(matches!(
        after,
        Err(ReadPageError::Worker(WorkerFailure::Ended))
    ));
}

#[test]
#[cfg(target_os = "linux")]
fn a_closed_document_leaves_no_process() {
    let (reader, _) = open(&fixture("inkscape-abc")).unwrap();
    let id = reader.worker_id().unwrap();
    assert!(exists(id));
    drop(reader);
    assert!(!exists(id));
}

#[test]
fn a_reader_outlives_the_thread_that_opened_it() {
    // A child that asks to die with its parent dies with the thread that started it: here, one
    // that is long gone, as in a pool of blocking threads.
    let opened = std::thread::spawn(|| open(&fixture("two-different-pages")).unwrap()).join();
    let (mut reader, _) = opened.unwrap();
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(reader.render(page(0, 300)).unwrap().width, 300);
}

#[test]
fn a_worker_whose_parent_is_gone_ends() {
    let mut orphan = Command::new(WORKER)
        .arg(pdfium_path())
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(orphan.stdin.take());
    assert!(!orphan.wait().unwrap().success());
}

/// A shell script in the worker's place: what a subverted child might do.
#[cfg(unix)]
struct Script {
    folder: tempfile::TempDir,
    path: std::path::PathBuf,
}

#[cfg(unix)]
impl Script {
    /// A hello of version 9 whose five walls are enforced (0).
    const HELLO: &str = "printf '\\6\\0\\0\\0\\11\\0\\0\\0\\0\\0'; ";
    /// Hears that there is a document (its length in one byte, no password, no index). The answer (0): an outline (0): PNG (2), one page of 64.0 x 64.0
    /// points and 8 x 8 pixels, complete, not laid out.
    const OUTLINE: &str = "head -c 7 > /dev/null; printf '\\21\\0\\0\\0\\0\\0\\2\\1\\0\\0\\200\\102\\0\\0\\200\\102\\1\\10\\10\\0\\0'; ";

    fn new(commands: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("worker");
        let text = format!("#!/bin/sh\ncd {}\n{commands}\n", folder.path().display());
        // Written by another process: a child that another test starts meanwhile would hold the file open, and it could not be run.
        let mut written = Command::new("sh")
            .args(["-c", "cat > \"$0\" && chmod 700 \"$0\""])
            .arg(&path)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = written.stdin.take().unwrap();
        input.write_all(text.as_bytes()).unwrap();
        drop(input);
        assert!(written.wait().unwrap().success());
        Self { folder, path }
    }

    fn open(&self) -> Result<(Reader, DocumentOutline), OpenPieceError> {
        let limits = ReadLimits {
            open: Duration::from_secs(5),
            render: Duration::from_secs(5),
            recognise: Duration::from_secs(5),
        };
        Reader::open(
            &self.path,
            Path::new("unused"),
            source(b"document\n"),
            limits,
        )
    }
}

#[cfg(unix)]
fn read_from(answer: &str) -> Result<EncodedPage, ReadPageError> {
    let script = Script::new(&format!("{}{}{answer}", Script::HELLO, Script::OUTLINE));
    let (mut reader, outline) = script.open().unwrap();
    assert_eq!(
        (outline.format, outline.pages[0].pixels),
        (Format::Png, Some((8, 8)))
    );
    reader.render(page(0, 8))
}

#[test]
#[cfg(unix)]
fn r55_a_child_that_lies_on_opening_is_not_believed() {
    let failure = |commands: &str| match Script::new(commands).open().err() {
        Some(OpenPieceError::Worker(failure)) => failure,
        other => panic!("{commands}: {other:?}"),
    };
    let after_hello = |commands: &str| failure(&format!("{}{commands}", Script::HELLO));
    assert!(matches!(failure("exit 0"), WorkerFailure::Crashed));
    assert!(matches!(failure("kill -SEGV $$"), WorkerFailure::Crashed));
    assert!(matches!(
        failure("printf '\\377\\377\\377\\377'"),
        WorkerFailure::AnswerTooLarge
    ));
    assert!(matches!(
        failure("printf '\\2\\0\\0\\0\\377\\377'"),
        WorkerFailure::Senseless
    ));
    // Version 10.
    let other_build = failure("printf '\\6\\0\\0\\0\\12\\0\\0\\0\\0\\0'");
    assert!(matches!(other_build, WorkerFailure::Senseless));
    // A PDF (0) without a page.
    let no_page = after_hello("printf '\\6\\0\\0\\0\\0\\0\\0\\0\\0\\0'; read wait");
    assert!(matches!(no_page, WorkerFailure::Senseless));
    // A PDF whose page is as wide as NaN; with 64.0 points instead it is believed.
    let page = |width: &str| {
        format!("printf '\\17\\0\\0\\0\\0\\0\\0\\1{width}\\0\\0\\200\\102\\0\\0\\0'; read wait")
    };
    assert!(matches!(
        after_hello(&page("\\0\\0\\300\\177")),
        WorkerFailure::Senseless
    ));
    let honest = Script::new(&format!("{}{}", Script::HELLO, page("\\0\\0\\200\\102")));
    assert_eq!(honest.open().unwrap().1.format, Format::Pdf);
    // A PDF announcing 4 thousand million pages in ten bytes.
    let endless = "printf '\\11\\0\\0\\0\\0\\0\\0\\377\\377\\377\\377\\17\\0'; read wait";
    assert!(matches!(after_hello(endless), WorkerFailure::Senseless));
}

#[test]
#[cfg(unix)]
fn r55_a_child_that_lies_about_a_page_is_not_believed() {
    let failure = |answer: &str| match read_from(answer) {
        Err(ReadPageError::Worker(failure)) => failure,
        other => panic!("{answer}: {other:?}"),
    };
    assert!(matches!(failure("exit 0"), WorkerFailure::Crashed));
    // A page (0) in JPEG (0), 8 x 8, followed by a frame of almost 4 GiB.
    let page = "printf '\\5\\0\\0\\0\\0\\0\\0\\10\\10'; ";
    let huge = format!("{page} printf '\\377\\377\\377\\377'; read wait");
    assert!(matches!(failure(&huge), WorkerFailure::AnswerTooLarge));
    let short = format!("{page} printf '\\10\\0\\0\\0abc'");
    assert!(matches!(failure(&short), WorkerFailure::Crashed));
    // Bytes that are no JPEG: a script for the window, say.
    let html = format!("{page} printf '\\6\\0\\0\\0<html>'; read wait");
    assert!(matches!(failure(&html), WorkerFailure::Senseless));
    // A JPEG header of 65 535 pixels a side, announced as 8 x 8.
    let bomb = "\\377\\330\\377\\300\\0\\21\\10\\377\\377\\377\\377\\3";
    let bomb = format!("{page} printf '\\14\\0\\0\\0{bomb}'; read wait");
    assert!(matches!(failure(&bomb), WorkerFailure::Senseless));
    // Wider than asked for: 16 x 8.
    let wide = "printf '\\5\\0\\0\\0\\0\\0\\0\\20\\10\\14\\0\\0\\0";
    let wide = format!("{wide}\\377\\330\\377\\300\\0\\21\\10\\0\\10\\0\\20\\3'; read wait");
    assert!(matches!(failure(&wide), WorkerFailure::Senseless));

    // The same exchange without a lie is accepted: the refusals above mean something.
    let honest = "\\377\\330\\377\\300\\0\\21\\10\\0\\10\\0\\10\\3";
    let honest = read_from(&format!("{page} printf '\\14\\0\\0\\0{honest}'; read wait")).unwrap();
    assert_eq!(
        (honest.media_type, honest.width, honest.height),
        (MediaType::Jpeg, 8, 8)
    );
    assert!(matches!(
        read_from("printf '\\2\\0\\0\\0\\0\\2'; read wait"),
        Err(ReadPageError::Damaged)
    ));
}

#[test]
#[cfg(unix)]
fn r55_a_child_that_never_answers_is_killed() {
    let script = Script::new("read nothing; read nothing");
    let limits = ReadLimits {
        open: Duration::from_millis(200),
        ..PATIENT
    };
    let silent = Reader::open(
        &script.path,
        Path::new("unused"),
        source(b"document\n"),
        limits,
    )
    .err();
    assert!(
        matches!(
            silent,
            Some(OpenPieceError::Worker(WorkerFailure::TimedOut))
        ),
        "{silent:?}"
    );
}

/// A document that counts what is asked of it, and may fail.
struct Counted {
    bytes: Vec<u8>,
    given: Arc<AtomicU64>,
    fails_from: u64,
}

impl Source for Counted {
    fn length(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read_at(&mut self, offset: u64, into: &mut [u8]) -> Result<usize, SourceError> {
        if offset >= self.fails_from {
            return Err("the disk".into());
        }
        let read = Zeroizing::new(self.bytes.clone()).read_at(offset, into)?;
        self.given.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// A page of a large document costs what it is made of, not what the document weighs.
#[test]
fn only_what_a_page_is_made_of_is_read() {
    let length = fixture("survival-article").len();
    let given = Arc::new(AtomicU64::new(0));
    let source = Counted {
        bytes: fixture("survival-article"),
        given: Arc::clone(&given),
        fails_from: u64::MAX,
    };
    let opened = Reader::open(WORKER.as_ref(), &pdfium_path(), Box::new(source), PATIENT);
    let (mut reader, outline) = opened.unwrap();
    assert_eq!(outline.pages.len(), 26);
    reader.render(page(0, 800)).unwrap();
    let first = given.load(Ordering::Relaxed);
    assert!(first < length as u64, "{first} of {length} bytes");
}

/// R47: bytes that cannot be had end the reading, and say why.
#[test]
fn a_document_whose_bytes_fail_is_told_as_such() {
    let source = |fails_from| {
        Box::new(Counted {
            bytes: fixture("survival-article"),
            given: Arc::default(),
            fails_from,
        })
    };
    let open = |source| Reader::open(WORKER.as_ref(), &pdfium_path(), source, PATIENT);
    let failed = open(source(0)).err();
    assert!(
        matches!(
            failed,
            Some(OpenPieceError::Worker(WorkerFailure::Source(_)))
        ),
        "{failed:?}"
    );
}

/// R55: a child that asks for more than may be asked for is not served.
#[test]
#[cfg(unix)]
fn r55_a_child_that_asks_for_too_much_is_not_served() {
    // Needs (1) from 0 on 0x200000 bytes.
    let greedy = format!(
        "{}head -c 7 > /dev/null; printf '\\6\\0\\0\\0\\1\\0\\200\\200\\200\\1'; read wait",
        Script::HELLO
    );
    let refused = Script::new(&greedy).open().err();
    assert!(
        matches!(
            refused,
            Some(OpenPieceError::Worker(WorkerFailure::Senseless))
        ),
        "{refused:?}"
    );
}

/// The words of a page come in the order in which they are read, each line where it stands on the page.
#[test]
fn the_words_of_a_page_are_those_that_one_reads() {
    let (mut reader, _) = open(&fixture("survival-article")).unwrap();
    let lines = reader.text(0).unwrap();
    let words: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(
        words[..3],
        [
            "Adjusted Survival Curves",
            "Terry M Therneau, Cynthia S Crowson, Elizabeth J Atkinson",
            "Jan 2015"
        ]
    );
    let title = &lines[0];
    let middle = title.x + title.width / 2.0;
    assert!((middle - 0.5).abs() < 0.02, "centred: {title:?}");
    assert!(lines.is_sorted_by(|a, b| a.y <= b.y + 0.02), "downwards");
    assert!(title.y > 0.1 && title.y < 0.4 && title.height < 0.05);
    // A picture has no words.
    let (mut photograph, _) = open(&fixture("fundus-photograph")).unwrap();
    assert_eq!(photograph.text(0).unwrap(), []);
    assert!(matches!(photograph.text(1), Err(ReadPageError::NoSuchPage)));
}

/// The outline and the links of a document lead to pages of it, and nowhere else.
#[test]
fn the_outline_and_the_links_lead_to_pages_of_the_document() {
    let (mut reader, _) = open(&fixture("outline-and-links")).unwrap();
    let entries = reader.outline().unwrap();
    let told: Vec<_> = entries.iter().map(|e| (e.title.as_str(), e.page)).collect();
    let sections = [1, 1, 1, 1, 2, 2, 2, 3, 3].map(Some);
    let titles = ["Foo", "Bar", "Baz"].into_iter().cycle();
    assert_eq!(told, titles.zip(sections).collect::<Vec<_>>());
    let links = reader.links(0).unwrap();
    let pages: Vec<_> = links.iter().map(|link| Some(link.page)).collect();
    assert_eq!(pages, sections, "the table of contents");
    // Each over the line of the table of contents that names its section.
    let words = reader.text(0).unwrap();
    for link in &links {
        let middle = link.y + link.height / 2.0;
        let under = |line: &&relecture_imaging_worker::TextLine| {
            line.y < middle && middle < line.y + line.height
        };
        let line = words.iter().find(under).expect("a line under the link");
        assert!(
            line.x <= link.x + 0.05 && link.width < 0.1,
            "{line:?} {link:?}"
        );
    }
    assert_eq!(reader.links(3).unwrap(), []);
    assert!(matches!(reader.links(4), Err(ReadPageError::NoSuchPage)));
    // What leads to nothing is left out; the document reads all the same.
    let (mut reader, _) = open(&fixture("outline-that-leads-nowhere")).unwrap();
    let entries = reader.outline().unwrap();
    assert_eq!(entries.len(), 2, "{entries:?}");
    assert!(entries.iter().all(|e| e.page == Some(1)));
    let (mut photograph, _) = open(&fixture("fundus-photograph")).unwrap();
    assert_eq!(photograph.outline().unwrap(), []);
    assert_eq!(photograph.links(0).unwrap(), []);
}

#[test]
#[cfg(unix)]
fn r55_a_child_whose_links_lead_out_of_the_document_is_not_believed() {
    // One link of no size to the second page (index 1), or the first, of a document of one page.
    let links = |page: u8| {
        let places = "\\0".repeat(16);
        let answer = format!("printf '\\24\\0\\0\\0\\0\\0\\1{places}\\{page}'; read wait");
        let script = format!("{}{}{answer}", Script::HELLO, Script::OUTLINE);
        Script::new(&script).open().unwrap().0.links(0)
    };
    let lie = links(1);
    let lie = matches!(lie, Err(ReadPageError::Worker(WorkerFailure::Senseless)));
    assert!(lie, "not believed");
    assert_eq!(links(0).unwrap().len(), 1);
}

/// What a child writes, in the words of a shell.
#[cfg(unix)]
fn printed(said: &[u8]) -> String {
    let octal = |byte: &u8| format!("\\{byte:03o}");
    format!("printf '{}'; ", said.iter().map(octal).collect::<String>())
}

/// Its answer, as it is written.
#[cfg(unix)]
fn answered<Answer: Serialize>(answer: Answer) -> Vec<u8> {
    let mut said = Vec::new();
    send(&mut said, &Say::Answer(answer)).unwrap();
    said
}

/// A reader of one page whose child goes on with this.
#[cfg(unix)]
fn continued(said: &[u8]) -> Reader {
    let (hello, outline) = (Script::HELLO, Script::OUTLINE);
    let script = format!("{hello}{outline}{}read wait", printed(said));
    Script::new(&script).open().unwrap().0
}

#[test]
#[cfg(unix)]
fn r55_a_child_that_lies_about_its_images_is_not_believed() {
    let honest = || Images {
        stacks: vec![ImageStack {
            first: 0,
            series: SeriesFacts {
                study: "1.2".to_owned(),
                study_description: String::new(),
                series: "1.2.3".to_owned(),
                number: Some(1),
                description: String::new(),
                modality: "CT".to_owned(),
                body_part: String::new(),
                frame_of_reference: String::new(),
                date: String::new(),
            },
            identities: vec![Identity {
                name: "BRASSAC^HELENE".to_owned(),
                id: String::new(),
                birth_date: String::new(),
                sex: String::new(),
            }],
            orientation: Some([1.0, 0.0, 0.0, 0.0, 1.0, 0.0]),
            slices: vec![ImageSlice {
                instance: "1.2.3.4".to_owned(),
                frame: 1,
                number: None,
                identity: 0,
                position: Some([0.0; 3]),
                is_lossy: false,
                is_annotated: false,
                laterality: String::new(),
                view: String::new(),
                towards: None,
            }],
            is_placed: true,
            step: Some(1.0),
            gaps: Vec::new(),
            duplicates: 0,
            copies: 0,
            frame_time: None,
        }],
        left_out: LeftOut::default(),
    };
    let told = |images: &Images| continued(&answered(images)).images();
    assert_eq!(told(&honest()).unwrap(), honest());
    let lies: [fn(&mut ImageStack); 9] = [
        |stack| stack.first = 1,
        |stack| stack.slices.clear(),
        |stack| stack.slices.push(stack.slices[0].clone()),
        |stack| stack.slices[0].identity = 1,
        |stack| stack.slices[0].position = Some([0.0, f64::NAN, 0.0]),
        |stack| stack.orientation = Some([f64::INFINITY; 6]),
        |stack| stack.step = Some(0.0),
        |stack| stack.frame_time = Some(-1.0),
        |stack| {
            stack.gaps.push(Gap {
                after: 1,
                step: 1.0,
                missing: 1,
            });
        },
    ];
    for (number, lie) in lies.into_iter().enumerate() {
        let mut images = honest();
        lie(&mut images.stacks[0]);
        let answer = told(&images);
        let is_refused = matches!(answer, Err(ReadPageError::Worker(WorkerFailure::Senseless)));
        assert!(is_refused, "{number}: {answer:?}");
    }
}

#[test]
#[cfg(unix)]
fn r55_a_child_that_lies_about_an_image_is_not_believed() {
    let window = || Window {
        center: 40.0,
        width: 400.0,
        name: String::new(),
    };
    let honest = || FrameHead {
        columns: 2,
        rows: 3,
        kind: FrameKind::Grey16,
        slope: 1.0,
        intercept: 0.0,
        unit: String::new(),
        is_reduced: false,
        windows: vec![window()],
        automatic: window(),
        curve: Curve::Linear,
        is_inverted: false,
        scale: Scale::None,
        thickness: None,
        aspect: 1.0,
        table: None,
        lacks_table: false,
    };
    let told = |head: FrameHead, values: &[u8]| {
        let mut said = answered(Framed::Frame(head));
        send_bytes(&mut said, values).unwrap();
        continued(&said).frame(0)
    };
    let values: Vec<u8> = (0..12).collect();
    assert_eq!(*told(honest(), &values).unwrap().bytes, values);
    let lies: [fn(&mut FrameHead); 12] = [
        |head| head.columns = 0,
        |head| head.rows = 20_000,
        |head| (head.columns, head.rows) = (16_384, 16_384),
        |head| head.slope = f64::NAN,
        |head| head.intercept = f64::INFINITY,
        |head| head.aspect = 0.0,
        |head| head.thickness = Some(f64::NAN),
        |head| head.windows[0].width = 0.0,
        |head| head.automatic.center = f64::NAN,
        |head| head.table = Some(vec![0]),
        |head| {
            head.scale = Scale::Calibrated(Spacing {
                rows: 0.5,
                columns: -0.5,
            });
        },
        // Fewer values than were sent.
        |head| head.kind = FrameKind::Grey8,
    ];
    for (number, lie) in lies.into_iter().enumerate() {
        let mut head = honest();
        lie(&mut head);
        let answer = told(head, &values);
        let is_refused = matches!(
            answer,
            Err(ReadPageError::Worker(
                WorkerFailure::Senseless | WorkerFailure::AnswerTooLarge
            ))
        );
        assert!(is_refused, "{number}: {answer:?}");
    }
    // Fewer than were told.
    let short = told(honest(), &values[..11]);
    assert!(matches!(
        short,
        Err(ReadPageError::Worker(WorkerFailure::Senseless))
    ));
}

#[test]
#[cfg(unix)]
fn r55_an_index_longer_than_any_is_not_received() {
    let told = |length: u32| {
        let mut said = answered(Indexed::Found);
        said.extend(length.to_le_bytes());
        said.extend(b"one");
        continued(&said).index()
    };
    assert_eq!(told(3).unwrap().unwrap().as_slice(), b"one");
    assert!(matches!(
        told(u32::MAX),
        Err(ReadPageError::Worker(WorkerFailure::AnswerTooLarge))
    ));
}

/// Text and place of a recognised line, and how sure the recognition is.
fn told(line: &RecognisedLine) -> (&str, f32, f32, u8) {
    (&line.line.text, line.line.x, line.line.y, line.confidence)
}

/// R48, R55: the words of a scan are recognised in the jail, accents and all, in reading order and where they stand.
#[test]
fn r55_the_words_of_a_french_scan_are_recognised_in_the_jail() {
    let (mut reader, _) = open_to_recognise(&fixture("french-text"), &Recognition::default());
    assert!(reader.confinement().suffices());
    assert_eq!(reader.text(0).unwrap(), [], "the document has no words");
    let lines = reader.recognise(0).unwrap();
    assert_eq!(lines.len(), 12, "{lines:?}");
    let texts: Vec<&str> = lines.iter().map(|line| line.line.text.as_str()).collect();
    let all = texts.join(" ");
    let expected = [
        "Portez ce vieux whisky au juge",
        "à côté de l'alcôve",
        "où les bûches se consument dans l'âtre",
        "lui permet de penser à la cænogénèse de l'être",
        "ambiguë entendue à Moÿ",
        "capharnaüm",
        "la qualité de son œuvre.",
    ];
    let mut rest = all.as_str();
    for words in expected {
        let found = rest.split_once(words);
        (_, rest) = found.unwrap_or_else(|| panic!("{words} in {rest}"));
    }
    assert!(lines.is_sorted_by(|a, b| a.line.y < b.line.y), "downwards");
    let (first, x, y, confidence) = told(&lines[0]);
    assert!((x - 0.2).abs() < 0.02 && (y - 0.18).abs() < 0.02, "{x} {y}");
    assert!(confidence > 80, "{first}: {confidence}");
    // Each word within its line, one after the other.
    let line = &lines[0].line;
    assert_eq!(line.words.len(), 6);
    assert!(line.words.is_sorted_by(|a, b| a.1 <= b.0));
    let edge = |step: u16| f32::from(step) / 65_535.0;
    let (from, to) = (edge(line.words[0].0), edge(line.words[5].1));
    assert!((from - line.x).abs() < 1e-3 && (to - line.x - line.width).abs() < 1e-3);
    assert!(matches!(
        reader.recognise(1),
        Err(RecognisePageError::Page(ReadPageError::NoSuchPage))
    ));
}

/// A fax in CCITT, a leaflet in JBIG2, a bare picture: columns are read one after the other; a photograph has no words.
#[test]
fn the_words_of_faxes_and_pictures_are_recognised_page_by_page() {
    let recognised = |name: &str| {
        let (mut reader, _) = open_to_recognise(&fixture(name), &Recognition::default());
        reader.recognise(0).unwrap()
    };
    for name in ["fax-ccitt", "leaflet-jbig2"] {
        let lines = recognised(name);
        let at = |words: &str| {
            let at = lines.iter().position(|line| line.line.text.contains(words));
            at.unwrap_or_else(|| panic!("{words} in {name}"))
        };
        let title = at("Track MIDI Sequence Recorder");
        let (left, right) = (at("Recording a Sequence"), at("Creating a Song"));
        let last = at("Oxnard Street, Tarzana");
        assert!(title < left && left < right && right < last, "{name}");
        assert!(lines[left].line.x < 0.2 && lines[right].line.x > 0.5);
        // Beside each other on the paper.
        assert!((lines[at("simply use LOCATE")].line.y - lines[left].line.y).abs() < 0.01);
    }
    let sheet = recognised("typewritten-sheet");
    assert!(told(&sheet[0]).0.contains("Waterman"), "{sheet:?}");
    assert_eq!(recognised("fundus-photograph"), []);
}

/// Without Tesseract, or without the model, everything else is read, and the reason is told.
#[test]
fn without_tesseract_everything_else_is_read() {
    let here = Recognition::default();
    let missing = [
        Recognition {
            library: "/no/such/libtesseract.so.5".into(),
            ..here.clone()
        },
        Recognition {
            language: "/no/such/fra.traineddata".into(),
            ..here.clone()
        },
        // Something else under its name.
        Recognition {
            language: WORKER.into(),
            ..here
        },
    ];
    for recognition in missing {
        let (mut reader, _) = open_to_recognise(&fixture("french-text"), &recognition);
        let answer = reader.recognise(0);
        assert!(
            matches!(answer, Err(RecognisePageError::NotInstalled)),
            "{recognition:?}: {answer:?}"
        );
        assert_eq!(reader.render(page(0, 300)).unwrap().width, 300);
    }
    // Nor does a worker that was not started for it.
    let (mut reader, _) = open(&fixture("french-text")).unwrap();
    let answer = reader.recognise(0);
    assert!(matches!(answer, Err(RecognisePageError::NotInstalled)));
}

/// Whoever locks the desk does not wait for a page to be recognised, and no process is left that knows it.
#[test]
#[cfg(target_os = "linux")]
fn r55_a_recognition_is_cancelled_in_the_middle_of_a_page() {
    let (mut reader, _) = open_to_recognise(&endless_pdf(), &Recognition::default());
    let id = reader.worker_id().unwrap();
    let canceller = reader.canceller().unwrap();
    let reading = std::thread::spawn(move || (reader.recognise(0), reader));
    let deadline = Instant::now() + Duration::from_secs(30);
    while !has_computed(id) {
        assert!(Instant::now() < deadline, "the worker never began");
        std::thread::sleep(Duration::from_millis(10));
    }
    canceller.cancel();
    let (answer, reader) = reading.join().unwrap();
    assert!(
        matches!(
            answer,
            Err(RecognisePageError::Page(ReadPageError::Worker(
                WorkerFailure::Crashed
            )))
        ),
        "{answer:?}"
    );
    assert!(!exists(id), "process {id} is neither killed nor reaped");
    assert!(reader.canceller().is_none());
    // Nobody minds one that comes too late.
    canceller.cancel();
}

/// A page that takes too long to be recognised is given up by its own limit, not by that of a page to be shown.
#[test]
fn r55_a_page_that_takes_too_long_to_be_recognised_is_given_up() {
    let limits = ReadLimits {
        recognise: Duration::from_millis(300),
        ..PATIENT
    };
    let (mut reader, _) = Reader::open_to_recognise(
        WORKER.as_ref(),
        &pdfium_path(),
        &Recognition::default(),
        source(&endless_pdf()),
        None,
        limits,
    )
    .unwrap();
    let answer = reader.recognise(0);
    assert!(
        matches!(
            answer,
            Err(RecognisePageError::Page(ReadPageError::Worker(
                WorkerFailure::TimedOut
            )))
        ),
        "{answer:?}"
    );
}

#[test]
#[cfg(unix)]
fn r55_a_child_that_lies_about_recognised_words_is_not_believed() {
    // One line (0): two letters, a place of no size in the corner, so many places of words, so sure.
    let recognise = |letters: &str, x: &str, words: &str, confidence: &str| {
        let places = format!("{x}{}", "\\0".repeat(12));
        let line = format!("\\2{letters}{places}{words}{confidence}");
        let length = line.matches('\\').count() + line.matches('a').count() + 3;
        let answer = format!("printf '\\{length:o}\\0\\0\\0\\0\\0\\1{line}'; read wait");
        let script = format!("{}{}{answer}", Script::HELLO, Script::OUTLINE);
        Script::new(&script).open().unwrap().0.recognise(0)
    };
    let (corner, one) = ("\\0\\0\\0\\0", "\\1\\0\\0");
    let honest = recognise("aa", corner, one, "\\144").unwrap();
    assert_eq!(told(&honest[0]), ("aa", 0.0, 0.0, 100));
    let lies = [
        // A control character.
        recognise("a\\7", corner, one, "\\144"),
        // Beside the page by 64 pages, and by no number.
        recognise("aa", "\\0\\0\\200\\102", one, "\\144"),
        recognise("aa", "\\0\\0\\300\\177", one, "\\144"),
        // A word without a place.
        recognise("aa", corner, "\\0", "\\144"),
        // More than sure.
        recognise("aa", corner, one, "\\145"),
    ];
    for (number, lie) in lies.into_iter().enumerate() {
        assert!(
            matches!(
                lie,
                Err(RecognisePageError::Page(ReadPageError::Worker(
                    WorkerFailure::Senseless
                )))
            ),
            "{number}: {lie:?}"
        );
    }
}
