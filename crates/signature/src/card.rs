//! Signature cards behind a PKCS#11 module (a CPS card; `SoftHSM` in the tests), R76.
//!
//! The module is other people's code and runs in a process of its own, `relecture-card`, for one question: a module that
//! falls or never answers takes nothing else down. The process is given a digest and a PIN through its input, never the report,
//! and answers with a signature. Both messages are one line of JSON.

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use x509_cert::Certificate;
use zeroize::Zeroizing;

use crate::sign::{SignError, Signer};
use crate::verify::{SignerIdentity, VerifyError, identify};
use crate::x509::strict;

/// How long a module may take to say what cards there are.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long it may take to sign: the PIN may be typed on the reader.
const PATIENCE_FOR_A_PIN: Duration = Duration::from_mins(3);
/// The largest answer read: the certificates of a few cards.
const MAX_ANSWER: u64 = 1 << 20;

/// What `relecture-card` is asked.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CardQuestion {
    /// Which cards there are, and the certificates on them.
    Cards,
    /// A signature of a digest.
    Sign {
        /// Serial number of the card.
        card: String,
        /// `CKA_ID` of the key and of its certificate, hexadecimal.
        key: String,
        /// SHA-256, hexadecimal.
        digest: String,
        /// Nothing where the reader asks for it.
        pin: Option<Zeroizing<String>>,
    },
}

/// What `relecture-card` answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CardAnswer {
    /// To [`CardQuestion::Cards`].
    Cards(Vec<Card>),
    /// To [`CardQuestion::Sign`]: as [`Signer::sign_digest`] gives it, hexadecimal.
    Signature(String),
    /// Why not.
    Refused(CardError),
}

/// A card in a reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Its label, as the reader's software shows it.
    pub label: String,
    /// Its serial number.
    pub serial: String,
    /// The PIN is typed on the reader, or in a dialog of the module.
    pub asks_for_pin: bool,
    /// What the card says of the tries that are left.
    pub tries: PinTries,
    /// Every certificate on it: `CKA_ID` in hexadecimal, and DER in hexadecimal.
    pub certificates: Vec<(String, String)>,
}

/// What a card says of the tries of its PIN that are left; it does not count them aloud (PKCS#11, 3.2, `CK_TOKEN_INFO`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PinTries {
    /// All of them, or the card does not say.
    Enough,
    /// At least one was wrong since the last right one.
    Few,
    /// One more wrong one blocks the card.
    Last,
    /// It is blocked.
    None,
}

/// Why a card did not sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum CardError {
    /// The program beside the application cannot be started.
    #[error("the card program does not start")]
    ProgramMissing,
    /// The module is not there, or is none.
    #[error("the PKCS#11 module does not load")]
    ModuleMissing,
    /// The program ended without an answer: most likely the module brought it down.
    #[error("the PKCS#11 module fell")]
    Fell,
    /// No answer in time.
    #[error("no answer from the card in time")]
    TooLate,
    /// There is no such card, or it was taken out.
    #[error("the card is not there")]
    CardMissing,
    /// The card has no key for this certificate.
    #[error("no key for this certificate on the card")]
    KeyMissing,
    /// Wrong PIN.
    #[error("wrong PIN")]
    PinIncorrect(PinTries),
    /// The PIN is too short, too long, or none was given.
    #[error("not a PIN")]
    PinLength,
    /// The PIN is blocked.
    #[error("the PIN is blocked")]
    PinLocked,
    /// The card wants its PIN changed first.
    #[error("the PIN has to be changed")]
    PinExpired,
    /// The physician gave up on the reader.
    #[error("given up on the reader")]
    GivenUp,
    /// The module refuses; its own word for it.
    #[error("the card refuses: {0}")]
    Refused(String),
}

/// The cards that a module reaches.
#[derive(Debug, Clone)]
pub struct CardReader {
    /// The program `relecture-card`.
    pub program: PathBuf,
    /// The module, a library of the card's issuer.
    pub module: PathBuf,
}

/// A certificate with which a physician may sign, on a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardCertificate {
    /// The card.
    pub card: Card,
    /// Whose it is.
    pub identity: SignerIdentity,
    key: String,
    der: Vec<u8>,
}

impl CardReader {
    /// Every certificate of every card with which a report may be signed: those for authentication are left out.
    ///
    /// # Errors
    /// [`CardError`].
    pub fn certificates(&self) -> Result<Vec<CardCertificate>, CardError> {
        self.certificates_within(PATIENCE)
    }

    /// The same, for whoever cannot wait as long.
    ///
    /// # Errors
    /// [`CardError`].
    pub fn certificates_within(
        &self,
        patience: Duration,
    ) -> Result<Vec<CardCertificate>, CardError> {
        let CardAnswer::Cards(cards) = self.ask(&CardQuestion::Cards, patience)? else {
            return Err(CardError::Fell);
        };
        let mut found = Vec::new();
        for card in cards {
            for (key, der) in &card.certificates {
                let Ok(der) = hex::decode(der) else { continue };
                let Some(identity) = signing_identity(&der) else {
                    continue;
                };
                found.push(CardCertificate {
                    card: card.clone(),
                    identity,
                    key: key.clone(),
                    der,
                });
            }
        }
        Ok(found)
    }

    /// The signer of one of them. `chain` leads from it to an anchor; the PIN is nothing where the reader asks for it.
    pub fn signer(
        &self,
        certificate: CardCertificate,
        chain: Vec<Vec<u8>>,
        pin: Option<Zeroizing<String>>,
    ) -> CardSigner {
        CardSigner {
            reader: self.clone(),
            certificate,
            chain,
            pin,
        }
    }

    fn ask(&self, question: &CardQuestion, patience: Duration) -> Result<CardAnswer, CardError> {
        let question = serde_json::to_vec(question).map_err(|_| CardError::Fell)?;
        let mut question = Zeroizing::new(question);
        question.push(b'\n');
        let mut child = Command::new(&self.program)
            .arg(&self.module)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|_| CardError::ProgramMissing)?;
        let answer = answer(&mut child, question, patience);
        drop(child.kill());
        drop(child.wait());
        match answer? {
            CardAnswer::Refused(error) => Err(error),
            answer => Ok(answer),
        }
    }
}

/// What the child says within `patience`. It is killed by the caller, which ends the thread.
fn answer(
    child: &mut Child,
    question: Zeroizing<Vec<u8>>,
    patience: Duration,
) -> Result<CardAnswer, CardError> {
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(CardError::Fell);
    };
    let (said, heard) = mpsc::sync_channel(1);
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // A child that is gone already hears nothing: what it said before tells why.
        drop(input.write_all(&question));
        drop(input);
        let read = output.take(MAX_ANSWER).read_to_end(&mut bytes);
        drop(said.send(read.map(|_| bytes)));
    });
    let bytes = heard
        .recv_timeout(patience)
        .map_err(|_| CardError::TooLate)?
        .map_err(|_| CardError::Fell)?;
    serde_json::from_slice(&bytes).map_err(|_| CardError::Fell)
}

/// Who may sign documents with a certificate, as far as it says so itself.
fn signing_identity(der: &[u8]) -> Option<SignerIdentity> {
    let certificate: Certificate = strict(der)?;
    let identity: Result<_, VerifyError> = identify(&certificate);
    identity.ok()
}

/// A card that signs. Its key never leaves it (R76).
pub struct CardSigner {
    reader: CardReader,
    certificate: CardCertificate,
    chain: Vec<Vec<u8>>,
    pin: Option<Zeroizing<String>>,
}

impl std::fmt::Debug for CardSigner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("CardSigner")
            .field("card", &self.certificate.card.serial)
            .finish_non_exhaustive()
    }
}

impl Signer for CardSigner {
    fn certificate_der(&self) -> &[u8] {
        &self.certificate.der
    }

    fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    fn sign_digest(&self, digest: &[u8; 32]) -> Result<Vec<u8>, SignError> {
        let question = CardQuestion::Sign {
            card: self.certificate.card.serial.clone(),
            key: self.certificate.key.clone(),
            digest: hex::encode(digest),
            pin: self.pin.clone(),
        };
        match self.reader.ask(&question, PATIENCE_FOR_A_PIN) {
            Ok(CardAnswer::Signature(signature)) => {
                hex::decode(signature).map_err(|_| SignError::Card(CardError::Fell))
            }
            Ok(_) => Err(SignError::Card(CardError::Fell)),
            Err(error) => Err(SignError::Card(error)),
        }
    }
}

/// The `DigestInfo` of a SHA-256 (RFC 8017, 9.2, note 1): what a card signs with an RSA key.
pub fn digest_info(digest: &[u8]) -> Vec<u8> {
    const SHA256: [u8; 19] = [
        0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
        0x05, 0x00, 0x04, 0x20,
    ];
    [SHA256.as_slice(), digest].concat()
}

/// `ECDSA-Sig-Value` (RFC 3279, 2.2.3) of the two numbers that a card gives one after the other (PKCS#11, 2.3.1).
pub fn der_signature(raw: &[u8]) -> Vec<u8> {
    use der::Encode as _;
    #[derive(der::Sequence)]
    struct Value {
        r: der::asn1::Uint,
        s: der::asn1::Uint,
    }
    let (r, s) = raw.split_at(raw.len() / 2);
    let uint = |bytes| der::asn1::Uint::new(bytes);
    match (uint(r), uint(s)) {
        (Ok(r), Ok(s)) => Value { r, s }.to_der().unwrap_or_default(),
        _ => Vec::new(),
    }
}
