//! A fictitious expert, a small tagged report in both cross-reference forms, and outside tools.

use std::fmt::Write as _;
use std::io::Write as _;
use std::ops::Range;
use std::path::Path;
use std::process::{Command, Output};

use cms::content_info::ContentInfo;
use cms::signed_data::SignedData;
use der::asn1::Any;
use der::{Decode as _, Encode as _};
use jiff::{SignedDuration, Timestamp};
use relecture_signature::{
    CertifiedKey, Claims, EnrolmentCa, Signed, SoftwareKey, Subject, TrustAnchors,
    certificate_request, sign,
};

pub(crate) const EXPERT: Subject<'static> = Subject {
    common_name: "Hélène Vasseur",
    rpps: "10009876543",
};
pub(crate) const OPINION: &[u8] = br#"{"avis":"fictif","version":1}"#;
pub(crate) const YEAR: SignedDuration = SignedDuration::from_hours(365 * 24);

pub(crate) fn now() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

pub(crate) fn claims() -> Claims<'static> {
    Claims {
        name: "Dr Hélène Vasseur",
        location: Some("Lyon"),
        time: now(),
    }
}

/// An authority and an expert it has enrolled.
pub(crate) struct Enrolled {
    pub(crate) authority: EnrolmentCa,
    pub(crate) signer: CertifiedKey,
    /// The signer's private key, for the attacks of a dishonest signer.
    pub(crate) pkcs8: Vec<u8>,
}

impl Enrolled {
    pub(crate) fn new() -> Self {
        let authority = EnrolmentCa::generate("Autorité de démonstration", now()).unwrap();
        let key = SoftwareKey::generate().unwrap();
        let pkcs8 = key.to_pkcs8().unwrap().to_vec();
        let request = certificate_request(&key, EXPERT.common_name).unwrap();
        let certificate = authority.issue(&request, &EXPERT, now(), YEAR).unwrap();
        let signer = key.certified(certificate, Vec::new()).unwrap();
        Self {
            authority,
            signer,
            pkcs8,
        }
    }

    pub(crate) fn anchors(&self) -> TrustAnchors {
        TrustAnchors::from_der(&[self.authority.certificate_der()]).unwrap()
    }

    pub(crate) fn sign(&self, pdf: &[u8]) -> Signed {
        sign(pdf, &self.signer, &claims()).unwrap()
    }
}

/// A tagged page with an attachment and a classic cross-reference table, without a last end of
/// line: the form of what the report's typesetter writes.
pub(crate) fn report() -> Vec<u8> {
    report_with("")
}

/// The same, with more entries in its information dictionary.
pub(crate) fn report_with(info: &str) -> Vec<u8> {
    let text = b"/P <</MCID 0>> BDC BT /F1 12 Tf 72 720 Td (Avis favorable) Tj ET EMC";
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(OPINION).unwrap();
    let packed = packed.finish().unwrap();
    let stream = |dict: &str, content: &[u8]| {
        let mut body = format!("<<{dict} /Length {}>>\nstream\n", content.len()).into_bytes();
        body.extend_from_slice(content);
        body.extend_from_slice(b"\nendstream");
        body
    };
    let objects: Vec<Vec<u8>> =
        vec![
        b"<</Type /Catalog /Pages 2 0 R /MarkInfo <</Marked true>> /StructTreeRoot 6 0 R \
          /Lang (fr-FR) /Names <</EmbeddedFiles <</Names [(compte-rendu.json) 10 0 R]>>>> \
          /AF [10 0 R]>>"
            .to_vec(),
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>".to_vec(),
        b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595.28 841.89] /Contents 4 0 R \
          /StructParents 0 /Resources <</Font <</F1 5 0 R>>>>>>"
            .to_vec(),
        stream("", text),
        b"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>".to_vec(),
        b"<</Type /StructTreeRoot /K 7 0 R /ParentTree 8 0 R /ParentTreeNextKey 1>>".to_vec(),
        b"<</Type /StructElem /S /Document /P 6 0 R /K [9 0 R]>>".to_vec(),
        b"<</Nums [0 [9 0 R]]>>".to_vec(),
        b"<</Type /StructElem /S /P /P 7 0 R /Pg 3 0 R /K 0>>".to_vec(),
        b"<</Type /Filespec /F (compte-rendu.json) /UF (compte-rendu.json) /AFRelationship /Data \
          /EF <</F 11 0 R>>>>"
            .to_vec(),
        stream("/Type /EmbeddedFile /Subtype /application#2Fjson /Filter /FlateDecode", &packed),
        format!("<</Title (Avis fictif) {info}>>").into_bytes(),
    ];
    let mut pdf = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f\r\n", objects.len() + 1);
    for (position, object) in objects.iter().enumerate() {
        write!(table, "{:010} 00000 n\r\n", pdf.len()).unwrap();
        pdf.extend_from_slice(format!("{} 0 obj\n", position + 1).as_bytes());
        pdf.extend_from_slice(object);
        pdf.extend_from_slice(b"\nendobj\n");
    }
    let start = pdf.len();
    pdf.extend_from_slice(table.as_bytes());
    let id = "<00112233445566778899AABBCCDDEEFF>";
    pdf.extend_from_slice(
        format!(
            "trailer\n<</Size {} /Root 1 0 R /Info 12 0 R /ID [{id} {id}]>>\nstartxref\n{start}\n%%EOF",
            objects.len() + 1
        )
        .as_bytes(),
    );
    pdf
}

/// The same report with object streams and a cross-reference stream.
pub(crate) fn packed_report() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (
        folder.path().join("table.pdf"),
        folder.path().join("stream.pdf"),
    );
    std::fs::write(&from, report()).unwrap();
    let mut qpdf = Command::new("qpdf");
    succeed(
        qpdf.args(["--object-streams=generate", "--deterministic-id"])
            .args([&from, &to]),
    );
    let pdf = std::fs::read(&to).unwrap();
    assert!(find(&pdf, b"/XRef").is_some() && find(&pdf, b"\nxref\n").is_none());
    pdf
}

/// Runs a tool of the system; one that is not there fails the test.
pub(crate) fn run(command: &mut Command) -> Output {
    command.env("LC_ALL", "C").output().unwrap_or_else(|error| {
        panic!("{command:?}: {error}; install poppler-utils, qpdf and openssl")
    })
}

pub(crate) fn succeed(command: &mut Command) -> String {
    let output = run(command);
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{command:?}: {text}");
    text
}

/// What poppler says about the signatures of a file.
pub(crate) fn pdfsig(path: &Path) -> String {
    let output = run(Command::new("pdfsig").arg("-nocert").arg(path));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn find(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    bytes
        .windows(pattern.len())
        .position(|window| window == pattern)
}

pub(crate) fn replaced(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let last = bytes.windows(old.len()).rposition(|window| window == old);
    let at = last.expect("pattern of the attack");
    [&bytes[..at], new, &bytes[at + old.len()..]].concat()
}

/// The digits of `/Contents`, angle brackets excluded.
pub(crate) fn contents(pdf: &[u8]) -> Range<usize> {
    let start = find(pdf, b"/Contents <").unwrap() + b"/Contents <".len();
    start..start + pdf[start..].iter().position(|byte| *byte == b'>').unwrap()
}

pub(crate) fn covered(pdf: &[u8]) -> Vec<u8> {
    let digits = contents(pdf);
    [&pdf[..digits.start - 1], &pdf[digits.end + 1..]].concat()
}

/// The CMS, padding removed by trusting its own length.
pub(crate) fn cms_of(pdf: &[u8]) -> Vec<u8> {
    let digits = &pdf[contents(pdf)];
    let pairs = digits
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).unwrap());
    let bytes: Vec<u8> = pairs
        .map(|pair| u8::from_str_radix(pair, 16).unwrap())
        .collect();
    let length = usize::from(u16::from_be_bytes([bytes[2], bytes[3]]));
    assert_eq!(bytes[1], 0x82);
    bytes[..4 + length].to_vec()
}

pub(crate) fn with_cms(pdf: &[u8], cms: &[u8]) -> Vec<u8> {
    let place = contents(pdf);
    let mut digits = cms.iter().fold(String::new(), |mut digits, byte| {
        write!(digits, "{byte:02x}").unwrap();
        digits
    });
    digits.extend(std::iter::repeat_n('0', place.len() - digits.len()));
    [&pdf[..place.start], digits.as_bytes(), &pdf[place.end..]].concat()
}

/// The file with its CMS changed, still canonical DER.
pub(crate) fn edit_cms(pdf: &[u8], edit: impl FnOnce(&mut SignedData)) -> Vec<u8> {
    let info = ContentInfo::from_der(&cms_of(pdf)).unwrap();
    let mut signed: SignedData = info.content.decode_as().unwrap();
    edit(&mut signed);
    let content = Any::encode_from(&signed).unwrap();
    with_cms(pdf, &ContentInfo { content, ..info }.to_der().unwrap())
}
