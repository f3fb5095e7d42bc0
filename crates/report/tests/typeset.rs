//! The report as a reader gets it: what is printed, what is attached, what is refused.
//!
//! The PDFs are read by poppler (`pdftotext`, `pdfdetach`, `pdfinfo`); without it these tests fail.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the helpers of a test fail by panicking, as the tests do"
)]

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use relecture_platform_api::{OPINION_ATTACHMENT, OpinionDocument};
use relecture_report::{Typeset, TypesetError, typeset};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Identifier of piece `number`.
fn piece(number: u32) -> String {
    format!("01910000-0000-7000-8000-{number:012}")
}

fn question(number: u32) -> String {
    format!("01920000-0000-7000-8000-{number:012}")
}

/// A paragraph; `⟨4.2⟩` is a citation of page 2 of piece 4.
fn paragraph(text: &str) -> Value {
    let mut runs = Vec::new();
    for part in text.split_inclusive('⟩') {
        let (words, target) = part.split_once('⟨').unwrap_or((part, ""));
        if !words.is_empty() {
            runs.push(json!({ "type": "text", "text": words }));
        }
        if let Some((number, page)) = target.trim_end_matches('⟩').split_once('.') {
            let number = number.parse().expect("the number of a piece");
            let page: u32 = page.parse().expect("a page");
            runs.push(
                json!({ "type": "citation", "attrs": { "piece": piece(number), "page": page } }),
            );
        }
    }
    json!({ "type": "paragraph", "content": runs })
}

fn doc(paragraphs: &[&str]) -> Value {
    let content: Vec<Value> = paragraphs.iter().map(|text| paragraph(text)).collect();
    json!({ "type": "doc", "content": content })
}

fn list(kind: &str, items: &[&str]) -> Value {
    let items: Vec<Value> = items
        .iter()
        .map(|text| json!({ "type": "list_item", "content": [paragraph(text)] }))
        .collect();
    json!({ "type": kind, "content": items })
}

fn listed(number: u32, title: &str, date: &str, pages: u32) -> Value {
    json!({
        "id": piece(number), "number": number, "title": title, "clinical_date": date,
        "sha256": hex::encode(Sha256::digest(title)), "pages_seen": pages, "pages": pages,
    })
}

/// A synthetic opinion with all that R70 to R74 ask for.
fn opinion() -> Value {
    json!({
        "format": "relecture.opinion/1",
        "report_id": "01930000-0000-7000-8000-000000000001",
        "version": 1,
        "assignment_id": "01940000-0000-7000-8000-000000000001",
        "case_ref": "K7R-418",
        "service_kind": "teleconseil",
        "written_at": "2026-06-08T14:38:12Z",
        "patient": {
            "family_name": "BRASSAC", "given_name": "Hélène", "birth_date": "1964-03-14",
            "sex": "female", "identity_status": "qualified",
        },
        "expert": {
            "name": "Dr Claire Vasseur", "rpps": "10999000123", "specialty": "Urologie",
            "structure": "CH de Valmont",
        },
        "treating_physician": "Dr Paul Lemoine, Valmont",
        "question_posed": "Une néphrectomie partielle est-elle possible à la place de l’ablation complète du rein droit qui m’est proposée ?",
        "questions": [
            { "id": question(1), "text": "Peut-on garder une partie de mon rein droit ?" },
            { "id": question(2), "text": "Faut-il opérer vite, ou peut-on surveiller ?" },
            { "id": question(3), "text": "Les petits nodules du poumon changent-ils la décision ?" },
        ],
        "content": {
            "summary": doc(&["Femme de 62 ans, tumeur du pôle inférieur du rein droit découverte à l’échographie ⟨2.1⟩, une biopsie ⟨4.2⟩ et deux scanners. Une néphrectomie totale lui est proposée."]),
            "analysis": { "type": "doc", "content": [
                paragraph("La lésion du pôle inférieur du rein droit mesure 44,2 mm le 21 mai ⟨7.3⟩ contre 41,0 mm le 12 février ⟨3.2⟩, soit un stade cT1b sans extension veineuse ni ganglionnaire visible. La biopsie conclut à un carcinome à cellules claires de grade ISUP 2, sans nécrose ni composante sarcomatoïde ⟨4.2⟩. Le débit de filtration glomérulaire est à 55 mL/min/1,73 m² ⟨6.1⟩ ; ce point plaide pour une chirurgie d’épargne néphronique."),
                { "type": "paragraph", "content": [
                    { "type": "text", "text": "Trois éléments " },
                    { "type": "text", "text": "favorables", "marks": [{ "type": "strong" }] },
                    { "type": "text", "text": " à une chirurgie " },
                    { "type": "text", "text": "a minima", "marks": [{ "type": "em" }] },
                    { "type": "text", "text": " :" },
                ] },
                list("bullet_list", &[
                    "situation polaire inférieure, à distance du hile ⟨7.3⟩ ;",
                    "croissance lente, 3,2 mm en 98 jours ;",
                    "rein gauche normal, mais fonction rénale déjà diminuée ⟨6.1⟩.",
                ]),
            ] },
            "answers": [
                { "question": question(1), "text": doc(&["Oui, cela paraît possible. La tumeur est à distance du hile et se développe surtout vers l’extérieur du rein ⟨7.3⟩.", "La faisabilité dépend de l’équipe et se confirme en réunion de concertation."]) },
                { "question": question(2), "text": doc(&["L’évolution est lente, de 3,2 mm en 98 jours. Une intervention dans les deux à trois mois est raisonnable ; une surveillance seule ne l’est pas à cette taille."]) },
                { "question": question(3), "text": { "type": "doc" }, "cannot_be_answered": true },
            ],
            "conclusion": doc(&["Je propose une néphrectomie partielle, à discuter avec l’équipe qui suit la patiente et à confirmer en réunion de concertation pluridisciplinaire."]),
            "certainty": "moderate",
            "agreement": "disagrees",
            "examinations": { "type": "doc", "content": [list("ordered_list", &[
                "Scintigraphie rénale au DMSA avant l’intervention.",
                "Consultation d’urologie dans un centre qui pratique la néphrectomie partielle robot-assistée.",
            ])] },
            "gravity": false,
            "limits": doc(&["Le compte rendu du scanner du 12 février n’a pas été reçu et sa reconstruction coronale n’a pas été lue."]),
            "acts": doc(&["Aucun acte, aucune prescription."]),
            "participants": doc(&["Dr Marc Tissot, radiologue, relecture des deux scanners."]),
            "incidents": doc(&["Aucun."]),
        },
        "pieces": [
            listed(2, "Échographie rénale", "2026-01-22", 1),
            listed(3, "Scanner abdomino-pelvien", "2026-02-12", 2),
            listed(4, "Biopsie rénale, compte rendu d’anatomie pathologique", "2026-03-01", 2),
            listed(6, "Bilan biologique", "2026-05-18", 1),
            { "id": piece(7), "number": 7, "title": "Scanner de contrôle", "clinical_date": "2026-05-21",
              "sha256": hex::encode(Sha256::digest("scanner")), "pages_seen": 3, "pages": 4 },
        ],
        "missing_pieces": ["Compte rendu du scanner du 12 février"],
    })
}

/// The same with these members replaced, by JSON pointer.
fn with(changes: &[(&str, Value)]) -> OpinionDocument {
    let mut value = opinion();
    for (pointer, change) in changes {
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        let parent = value
            .pointer_mut(parent)
            .expect("the member is in the sample");
        parent[key] = change.clone();
    }
    document(value)
}

fn document(value: Value) -> OpinionDocument {
    serde_json::from_value(value).expect("the sample is an opinion of the contract")
}

/// The sample, set once.
static SAMPLE: LazyLock<Typeset> =
    LazyLock::new(|| typeset(&document(opinion())).expect("the sample typesets"));

/// Writes the PDF where cargo keeps a test's files, for poppler.
fn write(name: &str, typeset: &Typeset) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, &typeset.pdf).expect("the folder of cargo is there");
    path
}

fn poppler(tool: &str, arguments: &[&str], input: &[u8]) -> String {
    let mut child = Command::new(tool)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{tool} of poppler-utils is needed: {error}"));
    child
        .stdin
        .take()
        .expect("piped")
        .write_all(input)
        .expect("it reads the PDF");
    let output = child.wait_with_output().expect("it ends");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{tool} accepts the PDF: {complaint}"
    );
    String::from_utf8(output.stdout).expect("it writes UTF-8")
}

/// What is printed, each run of white space as one space and words broken at a line's end put together.
fn printed(typeset: &Typeset) -> String {
    let text = poppler("pdftotext", &["-enc", "UTF-8", "-", "-"], &typeset.pdf);
    let whole = text.replace("\u{ad}\n", "").replace("-\n", "-");
    whole.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn assert_printed(text: &str, expected: &str) {
    let flat = expected.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        text.contains(&flat),
        "« {expected} » is printed in:\n{text}"
    );
}

#[test]
fn the_same_opinion_gives_the_same_bytes() {
    let again = typeset(&document(opinion())).expect("typesets");
    assert!(SAMPLE.pdf == again.pdf, "byte for byte");
    let other = typeset(&with(&[("/version", json!(2))])).expect("typesets");
    assert!(SAMPLE.pdf != other.pdf, "another version is another file");
}

/// R75: the digest that is shown is the file's.
#[test]
fn r75_the_digest_is_that_of_the_file() {
    assert_eq!(SAMPLE.sha256, <[u8; 32]>::from(Sha256::digest(&SAMPLE.pdf)));
}

/// R70: in French, dated with the hour (of Paris), with the author's name, RPPS, specialty and structure.
#[test]
fn r70_date_hour_and_author_are_printed() {
    let report = &*SAMPLE;
    let text = printed(report);
    for expected in [
        "Deuxième avis médical sur dossier",
        "Téléconseil personnalisé, rendu par écrit le 8 juin 2026 à 16:38, version 1",
        "Dr Claire Vasseur",
        "Urologie",
        "10999000123",
        "CH de Valmont",
        "Signé électroniquement par Dr Claire Vasseur, RPPS 10999000123",
    ] {
        assert_printed(&text, expected);
    }
    let info = poppler("pdfinfo", &["-"], &report.pdf);
    assert!(info.contains("Tagged:          yes"), "{info}");
    assert!(
        String::from_utf8_lossy(&report.pdf).contains("/Lang(fr-FR)"),
        "the language is French"
    );
}

/// Winter time is one hour from UTC, and midnight in Paris is the day before in UTC.
#[test]
fn r70_the_hour_is_that_of_paris() {
    let report =
        typeset(&with(&[("/written_at", json!("2026-12-31T23:05:00Z"))])).expect("typesets");
    assert_printed(
        &printed(&report),
        "rendu par écrit le 1er janvier 2027 à 00:05",
    );
}

/// R71: acts and prescriptions, participating professionals, technical incidents.
#[test]
fn r71_acts_participants_and_incidents_are_printed() {
    let text = printed(&SAMPLE);
    assert_printed(
        &text,
        "Actes et prescriptions Aucun acte, aucune prescription.",
    );
    assert_printed(
        &text,
        "Professionnels ayant participé Dr Marc Tissot, radiologue",
    );
    assert_printed(&text, "Incidents techniques Aucun.");
}

/// R72: each piece with its digest and date, and the limits of an opinion on documents.
#[test]
fn r72_pieces_with_digest_and_date_and_limits_are_printed() {
    let document = document(opinion());
    let text = printed(&SAMPLE);
    let squeezed: String = text.split_whitespace().collect();
    assert_eq!(document.pieces.len(), 5);
    for piece in &document.pieces {
        assert_printed(&text, &piece.title);
        assert!(
            squeezed.contains(&piece.sha256),
            "the whole digest of piece {}",
            piece.number
        );
    }
    assert_printed(&text, "21 mai 2026 3 sur 4");
    assert_printed(&text, "Avis rendu sur pièces, sans examen clinique.");
    assert_printed(&text, "sa reconstruction coronale n’a pas été lue.");
    assert_printed(
        &text,
        "Pièces attendues non reçues • Compte rendu du scanner du 12 février",
    );
}

/// R73: neither the fixed words nor the metadata call the service by that name, in either kind of service.
#[test]
fn r73_the_service_is_never_called_teleconsultation() {
    for (kind, name) in [
        ("teleconseil", "Téléconseil"),
        ("teleexpertise", "Télé-expertise"),
    ] {
        let report = typeset(&with(&[("/service_kind", json!(kind))])).expect("typesets");
        let text = printed(&report) + &poppler("pdfinfo", &["-"], &report.pdf);
        assert_printed(&text, name);
        assert!(
            !text
                .to_lowercase()
                .replace('-', "")
                .contains("téléconsultation")
        );
    }
}

/// R74: gravity or unusual complexity, yes, no or not stated.
#[test]
fn r74_gravity_is_stated() {
    for (gravity, expected) in [
        (
            json!(true),
            "Oui. Les résultats examinés présentent une gravité",
        ),
        (
            json!(false),
            "Non. Les résultats examinés ne présentent ni gravité",
        ),
        (
            json!(null),
            "Gravité ou complexité inhabituelle Non renseigné",
        ),
    ] {
        let report = typeset(&with(&[("/content/gravity", gravity)])).expect("typesets");
        assert_printed(&printed(&report), expected);
    }
}

/// R42: a minor's representative and his capacity, and that the patient is a minor.
#[test]
fn r42_the_representative_of_a_minor_is_printed() {
    let representative = json!({ "kind": "minor", "name": "Mme Anne BRASSAC", "capacity": "mère" });
    let report = typeset(&with(&[
        ("/patient/representative", representative),
        ("/patient/birth_date", json!("2017-02-01")),
        ("/patient/identity_status", json!("provisional")),
    ]))
    .expect("typesets");
    write("minor.pdf", &report);
    let text = printed(&report);
    assert_printed(&text, "Représentée par Mme Anne BRASSAC, mère");
    assert_printed(&text, "1er février 2017, fille, mineure");
    assert_printed(&text, "Réponses aux questions de la famille");
    // R59: the identity is not said to be qualified when it is not.
    assert_printed(&text, "identité non qualifiée");
    assert!(!text.contains("INS qualifiée"));
}

/// R42: a protected adult's too.
#[test]
fn r42_the_representative_of_a_protected_adult_is_printed() {
    let representative =
        json!({ "kind": "protected_adult", "name": "M. Luc Arnaud", "capacity": "tuteur" });
    let report = typeset(&with(&[
        ("/patient/representative", representative),
        ("/patient/sex", json!("male")),
    ]))
    .expect("typesets");
    let text = printed(&report);
    assert_printed(&text, "Représenté par M. Luc Arnaud, tuteur");
    assert_printed(&text, "14 mars 1964, homme, majeur protégé");
    assert_printed(&text, "Réponses aux questions du patient");
}

/// R82: a correction names the signed digest that it replaces.
#[test]
fn r82_a_correction_names_what_it_replaces() {
    let digest = hex::encode(Sha256::digest("version 1"));
    let report = typeset(&with(&[
        ("/version", json!(2)),
        (
            "/replaces",
            json!({ "version": 1, "signed_digest": digest }),
        ),
    ]))
    .expect("typesets");
    write("correction.pdf", &report);
    let text = printed(&report);
    assert_printed(
        &text,
        "Cette version remplace la version 1, d’empreinte signée :",
    );
    assert!(
        text.split_whitespace()
            .collect::<String>()
            .contains(&digest)
    );
}

/// What the platform re-validates is byte for byte the opinion that was set.
#[test]
fn the_structured_opinion_is_attached() {
    let document = document(opinion());
    let path = write("attached.pdf", &SAMPLE);
    let out = path.with_extension("json");
    let listed = poppler("pdfdetach", &["-list", path.to_str().expect("UTF-8")], &[]);
    assert!(
        listed.contains("1 embedded files") && listed.contains(OPINION_ATTACHMENT),
        "{listed}"
    );
    let arguments = [
        "-save",
        "1",
        "-o",
        out.to_str().expect("UTF-8"),
        path.to_str().expect("UTF-8"),
    ];
    poppler("pdfdetach", &arguments, &[]);
    let attached = std::fs::read(&out).expect("saved");
    assert_eq!(attached, serde_json::to_vec(&document).expect("serialises"));
}

/// Nothing that is typed is read as markup.
#[test]
fn hostile_text_comes_out_literally() {
    let hostile =
        r#"#panic("x") $x^2$ *pas gras* [lien](x) <b> \u{41} @ref // non #{1+1} --- ~ 'a' "b""#;
    let report = typeset(&with(&[
        ("/question_posed", json!(hostile)),
        ("/content/analysis", doc(&[hostile])),
        (
            "/content/examinations",
            json!({ "type": "doc", "content": [list("bullet_list", &["= titre", "/ a: b"])] }),
        ),
        ("/patient/given_name", json!("#emph[x]")),
        ("/expert/name", json!("Dr $a$")),
        ("/pieces/0/title", json!(hostile)),
        (
            "/missing_pieces",
            json!([hostile, "#include \"/contexte.json\""]),
        ),
    ]))
    .expect("typesets");
    write("hostile.pdf", &report);
    let text = printed(&report);
    assert_eq!(
        text.matches(hostile).count(),
        4,
        "as typed, wherever it is:\n{text}"
    );
    for expected in [
        "= titre",
        "/ a: b",
        "#emph[x]",
        "Dr $a$",
        "#include \"/contexte.json\"",
    ] {
        assert_printed(&text, expected);
    }
}

/// A word longer than a line breaks; it does not leave the page.
#[test]
fn a_word_without_spaces_stays_on_the_page() {
    let long = "x".repeat(600);
    let report = typeset(&with(&[("/content/analysis", doc(&[&long]))])).expect("typesets");
    let boxes = poppler("pdftotext", &["-bbox", "-", "-"], &report.pdf);
    let right = |line: &str| -> f64 {
        let (_, rest) = line.split_once("xMax=\"").expect("a box");
        rest.split('"')
            .next()
            .expect("a number")
            .parse()
            .expect("a number")
    };
    let widest = boxes
        .lines()
        .filter(|line| line.contains("<word "))
        .map(right)
        .fold(0.0, f64::max);
    assert!(
        widest > 400.0 && widest < 595.3 - 50.0,
        "{widest} pt is within the margin"
    );
    assert_eq!(printed(&report).matches('x').count(), 600 + printed_x());
}

/// Occurrences of "x" in the sample without the long word.
fn printed_x() -> usize {
    let report = typeset(&with(&[("/content/analysis", doc(&[" "]))])).expect("typesets");
    printed(&report).matches('x').count()
}

/// R72: each citation leads to the row of its piece.
#[test]
fn r72_citations_are_links() {
    let citations = printed(&SAMPLE).matches("[Pièce ").count();
    let links = String::from_utf8_lossy(&SAMPLE.pdf)
        .matches("/Subtype/Link")
        .count();
    assert_eq!((citations, links), (9, 9));
}

/// R72: a source that is not listed, or a page that it does not have, stops the report.
#[test]
fn r72_a_citation_must_have_its_source() {
    let stray = with(&[("/content/limits", doc(&["Voir ⟨9.1⟩."]))]);
    let found = typeset(&stray);
    assert!(
        matches!(found, Err(TypesetError::UnknownPiece { piece: id }) if id.to_string() == piece(9))
    );
    for page in ["0", "3"] {
        let stray = with(&[("/content/summary", doc(&[&format!("Voir ⟨4.{page}⟩.")]))]);
        let found = typeset(&stray);
        assert!(matches!(
            found,
            Err(TypesetError::UnknownPage {
                number: 4,
                pages: 2,
                ..
            })
        ));
    }
}

#[test]
fn an_answer_must_have_its_question() {
    let stray = with(&[("/questions/0/id", json!(question(8)))]);
    assert!(matches!(
        typeset(&stray),
        Err(TypesetError::UnknownQuestion { .. })
    ));
}

/// The expert is told of a character that cannot be printed, or that reorders what is read; a patient's
/// question or a file's title is printed with a box in its place.
#[test]
fn characters_that_cannot_be_printed() {
    let characters = ['🙂', '\u{202e}', '\u{0}', '\u{e000}', '漢'];
    for character in characters {
        let text = format!("avant {character} après");
        let found = typeset(&with(&[("/content/conclusion", doc(&[&text]))]));
        assert!(
            matches!(found, Err(TypesetError::Unprintable { character: c }) if c == character),
            "{character:?} is refused"
        );
    }
    let theirs = characters.iter().collect::<String>();
    let report = typeset(&with(&[
        ("/question_posed", json!(theirs)),
        ("/questions/0/text", json!(theirs)),
        ("/pieces/0/title", json!(theirs)),
    ]))
    .expect("typesets");
    let text = printed(&report);
    assert_eq!(text.matches("□□□□□").count(), 3, "{text}");
    assert_printed(&text, "Le signe □ remplace un caractère");
}

/// The characters a physician types are all there.
#[test]
fn the_usual_signs_are_printed() {
    let signs = "≥ ≤ ± µ α β γ → ² ³ × ÷ ° • … – — œ Œ É Ç ½ ∞ √ ≈ € − ñ ł Ş e\u{301} a\u{2060}b c\u{ad}d\u{200d} 5\u{202f}000 « a »";
    let report = typeset(&with(&[("/content/analysis", doc(&[signs]))])).expect("typesets");
    let text = printed(&report);
    for sign in ["≥ ≤ ± µ α β γ → ² ³ × ÷ °", "½ ∞ √ ≈ € − ñ ł Ş e\u{301}"]
    {
        assert_printed(&text, sign);
    }
}

/// An unfinished opinion can be previewed: what is missing is said, not left out (R69).
#[test]
fn r69_what_is_not_filled_is_said() {
    let report = typeset(&with(&[
        ("/content", json!({})),
        ("/treating_physician", json!(null)),
    ]))
    .expect("typesets");
    let text = printed(&report);
    assert_printed(&text, "Résumé clinique Non renseigné");
    assert_printed(&text, "Degré de certitude Non renseigné");
    assert_printed(&text, "Médecin traitant non déclaré");
    assert_printed(&text, "Incidents techniques Non renseigné");
}

/// A long report: several pages, each with the case, the patient, the version and its number.
#[test]
fn a_long_report_runs_over_several_pages() {
    let pieces: Vec<Value> = (1..=12)
        .map(|n| listed(n, &format!("Compte rendu d’hospitalisation numéro {n}, service de néphrologie et de transplantation"), "2025-11-01", 30))
        .collect();
    let items: Vec<String> = (0..60)
        .map(|n| format!("Élément {n} de la surveillance, avec sa source ⟨{}.{}⟩, lu et comparé aux examens antérieurs.", n % 12 + 1, n % 30 + 1))
        .collect();
    let items: Vec<&str> = items.iter().map(String::as_str).collect();
    let report = typeset(&with(&[
        ("/pieces", json!(pieces)),
        ("/content", json!({ "analysis": { "type": "doc", "content": [list("bullet_list", &items), list("ordered_list", &items)] } })),
    ]))
    .expect("typesets");
    let path = write("long.pdf", &report);
    assert!(report.pages >= 5, "{} pages", report.pages);
    let info = poppler("pdfinfo", &[path.to_str().expect("UTF-8")], &[]);
    assert!(
        info.contains(&format!("Pages:           {}", report.pages)),
        "{info}"
    );
    for page in 1..=report.pages {
        let (number, total) = (page.to_string(), report.pages);
        let arguments = ["-f", &number, "-l", &number, "-", "-"];
        let text = poppler("pdftotext", &arguments, &report.pdf);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_printed(&text, "Dossier K7R-418, BRASSAC Hélène");
        assert_printed(&text, &format!("Version 1, page {page} / {total}"));
    }
    let text = printed(&report);
    for n in 0..60 {
        let citation = format!("[Pièce {}, p. {}]", n % 12 + 1, n % 30 + 1);
        assert_printed(
            &text,
            &format!("Élément {n} de la surveillance, avec sa source {citation}"),
        );
    }
}
