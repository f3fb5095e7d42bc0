//! Images of DICOM from the platform to the window's door: whose they are, what they are worth, and what is written down of them.

use relecture_bridge::{
    self as bridge, DocumentRequest, DocumentView, HangingKeepRequest, HungView, ImageOwnerView,
    ImagesView, ReceptionState,
};
use relecture_testkit::phantom::{CompressionMethod, Series, archive};
use serde_json::Value;

use crate::support::{Fault, House, Seat, piece};

async fn images(seat: &Seat, document: &DocumentView) -> ImagesView {
    let request = DocumentRequest {
        handle: document.handle.clone(),
    };
    let images = bridge::document_images(&seat.desk, request).await;
    images.expect("the images are listed")
}

/// What is told of an image, and its values.
async fn image(seat: &Seat, document: &DocumentView, number: usize) -> (Value, Vec<u8>) {
    let path = format!("/image/{}/{number}", document.handle);
    let answer = bridge::image(&seat.desk, &path).await.expect("the image");
    let (length, rest) = answer.split_first_chunk::<4>().expect("a length");
    let (told, values) = rest.split_at(u32::from_le_bytes(*length) as usize);
    // Where the window can look at words of two bytes as they lie.
    assert_eq!((4 + told.len()) % 8, 0);
    (serde_json::from_slice(told).expect("JSON"), values.to_vec())
}

/// The patient of the plain case.
fn series() -> Series {
    Series {
        slices: 6,
        side: 64,
        spacing: 5.0,
        ..Series::portal("FICTIVE-DURANDEAU^PAUL", "19640314", "20260212", 44.0)
    }
}

/// The same name in the file, of another man: of as many letters, so that nothing else changes.
fn of_another(file: &[u8]) -> Vec<u8> {
    let (his, other) = (b"FICTIVE-DURANDEAU^PAUL", b"FICTIVE-MARTINEAU^PAUL");
    let at = file.windows(his.len()).position(|name| name == his);
    let at = at.expect("the name is in the file");
    let mut file = file.to_vec();
    file.splice(at..at + his.len(), other.iter().copied());
    file
}

/// The phantom is of a woman; the patient is a man.
fn of_sex(file: &[u8], sex: u8) -> Vec<u8> {
    let told = b"\x10\0\x40\0CS\x02\0F ";
    let at = file.windows(told.len()).position(|tag| tag == told);
    let mut file = file.to_vec();
    file[at.expect("the sex is in the file") + 8] = sex;
    file
}

fn disc(files: Vec<Vec<u8>>) -> Vec<u8> {
    let named = files.into_iter().zip(1..);
    let named = named.map(|(file, number)| (format!("IM{number}"), file));
    archive(named, CompressionMethod::Deflated).expect("a ZIP")
}

/// R46, R48: the first images are seen before a twentieth of a disc is here, value for value; nothing is marked of them, and all of them are
/// there once the rest has come.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_images_are_seen_while_the_others_are_still_coming() {
    const COUNT: u32 = 100;
    let mut house = House::open();
    let expert = house.expert(1);
    let seat = house.seat(&expert);
    let series = Series {
        slices: COUNT,
        side: 128,
        ..series()
    };
    let files: Vec<_> = series.files().iter().map(|f| of_sex(f, b'M')).collect();
    let (before, after) = (files[0].len(), files.len());
    let disc = archive(
        (1..)
            .zip(files.clone())
            .map(|(number, file): (u32, _)| (format!("IM{number:03}"), file)),
        CompressionMethod::Stored,
    );
    let disc = disc.expect("a ZIP");
    let (twentieth, whole) = (disc.len() / 20, disc.len());
    assert!(before * after <= whole && before < twentieth);
    let (_, id) = house.offer(&expert, vec![piece("Scanner", "application/dicom", disc)]);
    seat.sign_in().await.expect("signs in");
    house.line.stall_after(twentieth);
    seat.accept(id).await.expect("accepts");
    seat.begun(id).await;
    house.stop().await;
    let cut = seat.received(id).await;
    assert_eq!(cut.state, ReceptionState::Stopped);
    assert!(cut.received * 20 <= cut.total);
    let row = seat.case(id).await.expect("the case").pieces.remove(0);

    let document = seat.open(id, &row.id).await.expect("it opens");
    assert!(document.images && document.partial);
    let told = images(&seat, &document).await;
    let [stack] = told.stacks.as_slice() else {
        panic!("{told:?}");
    };
    assert!(!stack.slices.is_empty() && stack.slices.len() < 10);
    assert_eq!(document.pages as usize, stack.slices.len());
    for number in 1..=stack.slices.len() {
        let (_, values) = image(&seat, &document, number).await;
        assert!(files.iter().any(|file| file.ends_with(&values)), "as sent");
    }
    // Kept of a part, it would be taken for what was found in the whole.
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;

    // The rest is not as it was sent: what was shown before is put away, and all of it comes again (R47).
    house.resume();
    house.faults.next("/content", Fault::Flip(1_000));
    seat.receive(id).await.expect("goes on");
    assert_eq!(seat.received(id).await.state, ReceptionState::Complete);
    let path = format!("/image/{}/1", document.handle);
    bridge::image(&seat.desk, &path).await.expect_err("closed");
    let document = seat.open(id, &row.id).await.expect("it opens");
    assert!(!document.partial && !document.truncated);
    assert_eq!(document.pages, COUNT);
    let stacks = images(&seat, &document).await.stacks;
    assert_eq!((stacks.len(), stacks[0].slices.len()), (1, COUNT as usize));
}

/// R48, R55: a disc comes sealed, is opened in the jail, and its slices reach the window value for value, with their scale.
#[tokio::test(flavor = "multi_thread")]
async fn a_disc_is_shown_slice_by_slice_and_is_the_patients_own() {
    let house = House::open();
    let files: Vec<_> = series().files().iter().map(|f| of_sex(f, b'M')).collect();
    let alone = files[0].clone();
    let (seat, _, id) = house
        .at_work(vec![
            piece("Scanner", "application/dicom", disc(files.clone())),
            piece("Une coupe", "application/dicom", alone),
        ])
        .await;
    let pieces = seat.case(id).await.expect("the case").pieces;
    for row in &pieces {
        let count = if row.title == "Scanner" { 6 } else { 1 };
        let document = seat.open(id, &row.id).await.expect("it opens");
        assert!(document.images);
        assert_eq!(document.pages as usize, count);
        // Told once, however many they are.
        assert_eq!(document.sizes.len(), 1);
        let images = images(&seat, &document).await;
        let [stack] = images.stacks.as_slice() else {
            panic!("{images:?}");
        };
        assert_eq!((stack.first, stack.slices.len()), (1, count));
        assert_eq!(stack.date.as_deref(), Some("2026-02-12"));
        let owners: Vec<_> = stack.identities.iter().map(|i| i.owner).collect();
        assert_eq!(owners, [ImageOwnerView::Patient]);
        let (told, values) = image(&seat, &document, count).await;
        assert_eq!(
            (&told["columns"], &told["pixels"]),
            (&64.into(), &"grey16".into())
        );
        assert_eq!(told["scale"]["kind"], "calibrated");
        assert_eq!(told["scale"]["spacing"]["rows"], 5.0);
        assert_eq!(told["intercept"], -1_024.0);
        let file = &files[count - 1];
        assert_eq!(values, file[file.len() - 64 * 64 * 2..]);
        // A thumbnail is a picture like others.
        assert!(seat.page(&document, 1).await.is_some());
        let nowhere = format!("/image/{}/{}", document.handle, count + 1);
        assert!(bridge::image(&seat.desk, &nowhere).await.is_err());
    }
}

/// An image of somebody else is alarmed, whichever slice it is; so is a disc of somebody else.
#[tokio::test(flavor = "multi_thread")]
async fn a_slice_of_somebody_else_is_alarmed_wherever_it_lies() {
    let house = House::open();
    let files: Vec<_> = series().files().iter().map(|f| of_sex(f, b' ')).collect();
    let mut pieces = Vec::new();
    for foreign in 0..files.len() {
        let mut files = files.clone();
        files[foreign] = of_another(&files[foreign]);
        pieces.push(piece(
            &foreign.to_string(),
            "application/dicom",
            disc(files),
        ));
    }
    let all = files.iter().map(|file| of_another(file)).collect();
    pieces.push(piece("tout", "application/dicom", disc(all)));
    pieces.push(piece("femme", "application/dicom", series().file(0)));
    let (seat, _, id) = house.at_work(pieces).await;
    for row in seat.case(id).await.expect("the case").pieces {
        let document = seat.open(id, &row.id).await.expect("it opens");
        let images = images(&seat, &document).await;
        let [stack] = images.stacks.as_slice() else {
            panic!("{images:?}");
        };
        let alarmed = stack.slices.iter().filter(|slice| {
            let identity = &stack.identities[slice.identity.unwrap_or(0) as usize];
            identity.owner == ImageOwnerView::Another
        });
        let alarmed: Vec<_> = alarmed.map(|slice| slice.number).collect();
        match row.title.parse::<i32>() {
            // Numbered from the head down, written in the order of their places.
            Ok(foreign) => assert_eq!(alarmed, [Some(6 - foreign)]),
            Err(_) => assert_eq!(alarmed.len(), stack.slices.len(), "{}", row.title),
        }
    }
}

/// R96: slices that were scrolled through are marked at once, and that is written down once.
#[tokio::test(flavor = "multi_thread")]
async fn slices_that_were_scrolled_through_are_marked_together() {
    let house = House::open();
    let disc = disc(series().files());
    let (seat, _, id) = house
        .at_work(vec![piece("Scanner", "application/dicom", disc)])
        .await;
    let row = seat.case(id).await.expect("the case").pieces.remove(0);
    let seen = |pages: Vec<u32>| bridge::PageSeenRequest {
        assignment: id.to_string(),
        piece: row.id.clone(),
        pages,
    };
    bridge::page_seen(&seat.desk, seen(vec![1, 2, 3]))
        .await
        .expect("marked");
    bridge::page_seen(&seat.desk, seen(vec![3, 2]))
        .await
        .expect("marked already");
    let row = seat.case(id).await.expect("the case").pieces.remove(0);
    // As many as the platform says that there are.
    assert_eq!(row.pages_seen, [1]);
}

/// How images of a kind are laid out is remembered for the next examination of that kind.
#[tokio::test(flavor = "multi_thread")]
async fn the_next_examination_of_a_kind_hangs_as_the_last_one() {
    let house = House::open();
    let portal = |date: &str| {
        let axial = Series {
            date: date.to_owned(),
            ..series()
        };
        let coronal = Series {
            slices: 3,
            side: 64,
            ..axial.coronal()
        };
        let files = [axial, coronal].iter().flat_map(Series::files).collect();
        disc(files)
    };
    let (seat, _, id) = house
        .at_work(vec![
            piece(
                "Scanner de février",
                "application/dicom",
                portal("20260212"),
            ),
            piece("Scanner de mai", "application/dicom", portal("20260512")),
        ])
        .await;
    let pieces = seat.case(id).await.expect("the case").pieces;
    let document = seat.open(id, &pieces[0].id).await.expect("it opens");
    let shown = images(&seat, &document).await;
    let stack = |shown: &ImagesView, called: &str| {
        let mut stacks = shown.stacks.iter();
        let at = stacks.position(|stack| stack.description == called);
        u32::try_from(at.expect("the stack")).expect("few")
    };
    assert_eq!(shown.hanging, []);
    let places = |shown: &ImagesView| {
        let hung = |called, window, inverted| HungView {
            stack: Some(stack(shown, called)),
            window,
            inverted,
        };
        vec![
            hung("Coronal", Some([-600.0, 1_500.0]), false),
            hung("Abdomen, temps portal", None, true),
        ]
    };
    let request = HangingKeepRequest {
        handle: document.handle.clone(),
        places: places(&shown),
    };
    bridge::hanging_keep(&seat.desk, request)
        .await
        .expect("it is kept");
    let document = seat.open(id, &pieces[1].id).await.expect("it opens");
    let other = images(&seat, &document).await;
    assert_eq!(other.hanging, places(&other));
    // What is put away is no ground for a layout.
    let handle = document.handle;
    let away = DocumentRequest {
        handle: handle.clone(),
    };
    bridge::document_close(&seat.desk, away)
        .await
        .expect("it is put away");
    let request = HangingKeepRequest {
        handle,
        places: places(&other),
    };
    assert!(bridge::hanging_keep(&seat.desk, request).await.is_err());
}
