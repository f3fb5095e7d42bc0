//! R44-R48: the manifest, the sealed bytes, ranges, and a folder that holds nothing in clear.

use std::{fs, path::Path};

use base64::{Engine, prelude::BASE64_STANDARD};
use relecture_crypto::sha256;
use relecture_platform_api::{Code, Document};
use uuid::Uuid;

use crate::support::{Answer, Client, FAMILY_NAME, House, MARKER, Tweak};

async fn content(
    client: &Client,
    id: Uuid,
    document: &Document,
    headers: &[(&'static str, &str)],
) -> Answer {
    let headers = headers
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()))
        .collect();
    client
        .call(
            "document_content",
            &[id, document.id],
            None,
            &Tweak {
                headers,
                ..Tweak::default()
            },
        )
        .await
}

#[tokio::test]
async fn r45_the_manifest_says_what_will_be_served() {
    let house = House::open();
    let (_, client, id) = house.accepted().await;
    let documents = client.manifest(id).await.documents;
    let titles: Vec<_> = documents
        .iter()
        .map(|document| (document.number, document.title.as_str()))
        .collect();
    assert_eq!(
        titles,
        [(1, "Compte rendu d’IRM"), (2, "Compte rendu opératoire")],
        "in the order of their date"
    );
    assert_eq!(documents[0].sha256, sha256(MARKER).to_string());
    for document in &documents {
        let answer = content(&client, id, document, &[]).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.body.len() as u64, document.sealed_size);
        assert_eq!(sha256(&answer.body).to_string(), document.sealed_sha256);
        assert_eq!(answer.header("etag"), document.etag);
        let digest = format!(
            "sha-256=:{}:",
            BASE64_STANDARD.encode(sha256(&answer.body).0)
        );
        assert_eq!(answer.header("repr-digest"), digest);
        assert_eq!(answer.header("content-type"), "application/octet-stream");
        assert_eq!(answer.header("accept-ranges"), "bytes");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(
            answer.header("content-security-policy"),
            "default-src 'none'"
        );
    }
}

#[tokio::test]
async fn r46_a_download_resumes_bit_for_bit() {
    let house = House::open();
    let (_, client, id) = house.accepted().await;
    let document = &client.manifest(id).await.documents[1];
    let whole = content(&client, id, document, &[]).await.body;
    let start = content(&client, id, document, &[("range", "bytes=0-40000")]).await;
    assert_eq!(start.status, 206);
    assert_eq!(
        start.header("content-range"),
        format!("bytes 0-40000/{}", whole.len())
    );
    assert_eq!(start.header("content-length"), "40001");
    let rest = content(
        &client,
        id,
        document,
        &[("range", "bytes=40001-"), ("if-range", &document.etag)],
    )
    .await;
    assert_eq!(rest.status, 206);
    assert_eq!(
        rest.header("repr-digest"),
        start.header("repr-digest"),
        "of the whole, in every part"
    );
    assert_eq!([start.body, rest.body].concat(), whole);
    let last = content(&client, id, document, &[("range", "bytes=-10")]).await;
    assert_eq!(last.body, whole[whole.len() - 10..]);

    let changed = content(
        &client,
        id,
        document,
        &[("range", "bytes=40001-"), ("if-range", "\"another\"")],
    )
    .await;
    assert_eq!(
        (changed.status, changed.body.len()),
        (200, whole.len()),
        "another version: from the start"
    );
    let many = content(&client, id, document, &[("range", "bytes=0-1,5-6")]).await;
    assert_eq!(many.status, 200, "several ranges are not served");
    let beyond = content(&client, id, document, &[("range", "bytes=900000-")]).await;
    assert_eq!(
        (beyond.status, beyond.code()),
        (416, Code::RangeNotSatisfiable)
    );
    assert_eq!(
        beyond.header("content-range"),
        format!("bytes */{}", whole.len())
    );
}

#[tokio::test]
async fn head_tells_without_serving_and_without_counting() {
    let house = House::open();
    let (_, client, id) = house.accepted().await;
    let document = &client.manifest(id).await.documents[1];
    let path = format!("/v1/assignments/{id}/documents/{}/content", document.id);
    let answer = client
        .send("HEAD", &path, None, &Tweak::default())
        .await
        .expect("an answer");
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    assert_eq!(answer.header("etag"), document.etag);
    assert_eq!(
        answer.header("content-length"),
        document.sealed_size.to_string()
    );
    assert_eq!(house.audited("documents.downloaded"), 0);
    content(&client, id, document, &[]).await;
    assert_eq!(house.audited("documents.downloaded"), 1);
}

#[tokio::test]
async fn r44_a_piece_of_another_case_is_not_served() {
    let house = House::open();
    let (expert, client, first) = house.accepted().await;
    let second = house.offer(&expert);
    client.accept(second).await;
    let foreign = &client.manifest(second).await.documents[0];
    assert_eq!(
        content(&client, first, foreign, &[]).await.code(),
        Code::NotFound
    );
    assert_eq!(content(&client, second, foreign, &[]).await.status, 200);
    let answer = client
        .send(
            "GET",
            &format!("/v1/assignments/{first}/documents/..%2f../content"),
            None,
            &Tweak::default(),
        )
        .await;
    assert_eq!(answer.expect("an answer").code(), Code::NotFound);
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .flat_map(|path| {
            if path.is_dir() {
                return files(&path);
            }
            vec![(path.display().to_string(), fs::read(&path).expect("reads"))]
        })
        .collect()
}

/// R48, R99 on the platform's side: neither pieces nor names nor questions stand on the disk in clear.
#[tokio::test]
async fn r48_the_folder_holds_nothing_in_clear() {
    let house = House::open();
    let (expert, client, id) = house.accepted().await;
    let manifest = client.manifest(id).await;
    let assignment = client.get("assignment_view", &[id]).await.json();
    let opinion = crate::support::opinion(&expert, &assignment, &manifest, house.clock.now());
    let pdf = crate::support::signed_report(&client, &opinion);
    let pdf = crate::support::timestamped(&client, id, &pdf).await;
    assert_eq!(client.submit(id, &pdf, "k").await.status, 201);
    let files = files(house.folder.path());
    assert!(files.len() > 6, "{} files", files.len());
    let contains =
        |bytes: &[u8], needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    let clear: [&[u8]; 8] = [
        MARKER,
        FAMILY_NAME.as_bytes(),
        "opérer maintenant".as_bytes(),
        b"Sarcome",
        b"Opinion",
        b"%PDF",
        "Attendre ?".as_bytes(),
        "d’IRM".as_bytes(),
    ];
    for needle in clear {
        for (name, bytes) in &files {
            assert!(
                !contains(bytes, needle),
                "{} in {name}",
                String::from_utf8_lossy(needle)
            );
        }
    }
    assert!(
        files
            .iter()
            .any(|(_, bytes)| contains(bytes, expert.new.rpps.as_bytes())),
        "the search itself works"
    );
}
