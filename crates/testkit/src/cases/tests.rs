use std::collections::BTreeSet;

use super::*;

fn cases() -> Vec<SyntheticCase> {
    load_all().unwrap()
}

fn texts(case: &SyntheticCase) -> Vec<&str> {
    let opinion = &case.opinion;
    let mut all: Vec<&str> = vec![
        &opinion.summary,
        &opinion.analysis,
        &opinion.conclusion.text,
        &opinion.limits.text,
    ];
    all.extend(opinion.answers.iter().map(|answer| answer.text.as_str()));
    all.extend(
        opinion
            .recommendations
            .examinations
            .iter()
            .map(String::as_str),
    );
    all.extend(opinion.recommendations.see.iter().map(String::as_str));
    all
}

#[test]
fn three_full_cases_and_a_small_one_are_embedded() {
    let cases = cases();
    assert_eq!(cases.len(), 4);
    for case in &cases[..3] {
        let ours = case.file.pieces.iter().filter(|p| p.typst.is_some());
        let foreign = case.file.pieces.iter().filter(|p| p.foreign.is_some());
        assert_eq!(ours.count(), 6, "{}", case.file.slug);
        assert_eq!(foreign.count(), 3, "{}", case.file.slug);
        assert_eq!(case.file.offer.questions.len(), 3);
    }
    let numbers: BTreeSet<_> = cases.iter().map(|c| &c.file.number).collect();
    assert_eq!(numbers.len(), cases.len());
}

#[test]
fn pieces_are_numbered_in_order_and_come_from_one_place() {
    let foreign = foreign_files().unwrap();
    for case in cases() {
        for (index, piece) in case.file.pieces.iter().enumerate() {
            assert_eq!(piece.number as usize, index + 1);
            let sources = [
                piece.typst.is_some(),
                piece.foreign.is_some(),
                piece.phantom.is_some(),
            ];
            assert_eq!(sources.iter().filter(|there| **there).count(), 1);
            if let Some(name) = &piece.foreign {
                let file = foreign.iter().find(|f| &f.name == name).unwrap();
                assert_eq!(
                    (&file.media_type, file.pages),
                    (&piece.media_type, piece.pages)
                );
            }
        }
        let missing = case.file.required_documents.iter();
        assert_eq!(missing.filter(|d| d.pieces.is_empty()).count(), 1);
        let last = u32::try_from(case.file.pieces.len()).unwrap();
        for document in &case.file.required_documents {
            assert!(document.pieces.iter().all(|n| (1..=last).contains(n)));
        }
    }
}

/// R60: only the demonstration OID, only for a qualified identity, with a coherent key.
#[test]
fn r60_ins_is_of_the_demonstration_kind() {
    let mut provisional = 0;
    for case in cases() {
        let patient = &case.file.patient;
        match patient.identity_status {
            IdentityStatus::Qualified => {
                assert_eq!(patient.ins_oid.as_deref(), Some("1.2.250.1.213.1.4.11"));
                let (number, key) = patient.ins_value.as_deref().unwrap().split_at(13);
                let key: u64 = key.parse().unwrap();
                assert_eq!(97 - number.parse::<u64>().unwrap() % 97, key);
            }
            IdentityStatus::Provisional => {
                provisional += 1;
                assert!(patient.ins_value.is_none() && patient.ins_oid.is_none());
            }
        }
    }
    assert_eq!(provisional, 1);
}

#[test]
fn consents_are_complete_and_one_patient_opposes_sharing() {
    let mut opposed = Vec::new();
    for case in cases() {
        let consents = &case.file.consents;
        for kind in [
            ConsentKind::HealthData,
            ConsentKind::ShareWithTreatingPhysician,
            ConsentKind::Terms,
        ] {
            let one: Vec<_> = consents.iter().filter(|c| c.kind == kind).collect();
            assert_eq!(one.len(), 1);
            assert!(one[0].at <= case.file.submitted_at);
            if !one[0].granted {
                opposed.push((case.file.slug.clone(), kind));
            }
        }
        let by = if case.file.representative.is_some() {
            GivenBy::Representative
        } else {
            GivenBy::Patient
        };
        assert!(consents.iter().all(|c| c.by == by));
    }
    assert_eq!(
        opposed,
        [("valve".to_owned(), ConsentKind::ShareWithTreatingPhysician)]
    );
}

#[test]
fn the_minor_has_a_representative_and_was_informed() {
    for case in cases() {
        let file = &case.file;
        let day = file.submitted_at.to_zoned(jiff::tz::TimeZone::UTC).date();
        let age = file
            .patient
            .birth_date
            .until((jiff::Unit::Year, day))
            .unwrap();
        assert_eq!(
            age.get_years() < 18,
            file.representative.is_some(),
            "{}",
            file.slug
        );
        let (low, high) = file.offer.age_band.split_once('-').unwrap();
        let band = low.parse::<i16>().unwrap()..=high.parse::<i16>().unwrap();
        assert!(band.contains(&age.get_years()));
        if let Some(representative) = &file.representative {
            assert!(representative.patient_informed_on <= day);
        }
    }
}

#[test]
fn every_citation_points_to_an_existing_page() {
    for case in cases() {
        let mut cited = 0;
        for text in texts(&case) {
            for passage in passages(text) {
                match passage {
                    Passage::Text(text) => assert!(!text.contains("{{"), "{text}"),
                    Passage::Citation { piece, page } => {
                        cited += 1;
                        let piece = &case.file.pieces[piece as usize - 1];
                        match page {
                            Some(page) => assert!((1..=piece.pages).contains(&page)),
                            None => assert!(piece.media_type.starts_with("image/")),
                        }
                    }
                }
            }
        }
        assert!(cited >= 3, "{}", case.file.slug);
        let answered: Vec<_> = case.opinion.answers.iter().map(|a| a.question).collect();
        assert_eq!(
            answered,
            (1..=case.file.offer.questions.len()).collect::<Vec<_>>()
        );
    }
}

#[test]
fn canaries_are_where_they_are_said_to_be() {
    for case in cases() {
        let slug = &case.file.slug;
        let manifest = embedded(&format!("{slug}/case.toml")).unwrap();
        let (manifest, _) = manifest.split_once("[canary]").unwrap();
        for canary in &case.file.canary.manifest {
            assert!(manifest.contains(canary), "{canary}");
        }
        let pieces = &case.file.pieces;
        let sources: Vec<&str> = pieces
            .iter()
            .filter_map(|p| p.typst.as_ref())
            .map(|file| embedded(&format!("{slug}/{file}")).unwrap())
            .collect();
        for canary in &case.file.canary.piece {
            assert!(sources.iter().any(|s| s.contains(canary)), "{canary}");
        }
        assert!(
            texts(&case)
                .iter()
                .any(|t| t.contains(&case.file.canary.opinion))
        );
    }
}

/// French typography of everything a person reads: narrow no-break space before ; ! ?, no-break space before a colon.
#[test]
fn texts_follow_french_typography() {
    for case in cases() {
        let file = &case.file;
        let mut all = texts(&case);
        all.push(&file.offer.question);
        all.extend(file.offer.questions.iter().map(String::as_str));
        all.extend(file.pieces.iter().map(|p| p.title.as_str()));
        for text in all {
            for wrong in [" ;", " ?", " !", " :", "« ", " »", "'"] {
                assert!(!text.contains(wrong), "{wrong:?} in {text}");
            }
        }
    }
}

#[test]
fn our_pieces_typeset_with_the_announced_pages_and_the_same_bytes_twice() {
    let typesetter = Typesetter::new([]);
    let mut typeset = 0;
    for case in cases() {
        for piece in &case.file.pieces {
            let Some(first) = typesetter.piece(&case.file, piece).unwrap() else {
                continue;
            };
            typeset += 1;
            assert!(first.pdf.starts_with(b"%PDF-"));
            assert_eq!(first.pages, piece.pages as usize, "{}", piece.title);
            let second = typesetter.piece(&case.file, piece).unwrap().unwrap();
            assert_eq!(first.pdf, second.pdf, "{}", piece.title);
        }
    }
    assert_eq!(typeset, 20);
}

#[test]
fn a_source_that_asks_for_a_package_a_file_or_the_date_is_refused() {
    let typesetter = Typesetter::new([]);
    for source in [
        "#import \"@preview/cetz:0.3.0\": *",
        "#read(\"/etc/hostname\")",
        "#datetime.today().display()",
    ] {
        let files = std::collections::BTreeMap::from([("main.typ", source.as_bytes())]);
        let refused = typesetter.typeset("main.typ", &files);
        assert!(matches!(refused, Err(CaseError::Source { .. })), "{source}");
    }
    let files = std::collections::BTreeMap::from([("main.typ", "Bonjour".as_bytes())]);
    assert_eq!(typesetter.typeset("main.typ", &files).unwrap().pages, 1);
}

#[test]
fn a_foreign_file_is_given_only_with_its_digest() {
    let setup = tempfile::tempdir().unwrap();
    let folder = setup.path().join("fixtures");
    std::fs::create_dir(&folder).unwrap();
    let absent = foreign("ecg-12-leads", setup.path());
    assert!(matches!(absent, Err(CaseError::Unread { .. })));
    std::fs::write(folder.join("ecg-12-leads"), b"something else").unwrap();
    let other = foreign("ecg-12-leads", setup.path());
    assert!(matches!(other, Err(CaseError::Digest(_))));
    let unknown = foreign("../secret", setup.path());
    assert!(matches!(unknown, Err(CaseError::UnknownForeign(_))));
    assert_eq!(
        sha256_hex(b"abc"),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

#[test]
fn what_is_not_a_marker_stays_text() {
    assert_eq!(
        passages("a {{piece x}} b"),
        [Passage::Text("a {{piece x}} b")]
    );
    assert_eq!(
        passages("a {{piece 4 page 2}}."),
        [
            Passage::Text("a "),
            Passage::Citation {
                piece: 4,
                page: Some(2)
            },
            Passage::Text("."),
        ]
    );
}
