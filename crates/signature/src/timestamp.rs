//! Timestamps (RFC 3161): asking for one, reading it, and the authority that the reference platform brings along.

use ::cms::content_info::ContentInfo;
use der::asn1::{Any, Int, ObjectIdentifier, OctetString};
use der::oid::db::rfc5912::ID_SHA_256;
use der::{Encode as _, Enumerated, Sequence, Tag, Tagged as _};
use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};
use relecture_crypto::make_bytes;
use x509_cert::Certificate;
use x509_cert::ext::Extensions;
use x509_cert::spki::AlgorithmIdentifierOwned;

use crate::algorithm::Hash;
use crate::cms::{self, CmsFault, Content, Opened};
use crate::sha256;
use crate::sign::{SignError, Signer};
use crate::verify::{TrustAnchors, VerifyError, path_to_anchor};
use crate::x509::{may_timestamp, strict, validity};

/// The largest answer read: a token with a chain of large certificates.
pub const MAX_TIMESTAMP: usize = 10 << 10;
/// The policy of [`TimestampAuthority`]: an arc for examples (RFC 5612), for it claims none.
const POLICY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.32473.3161.1");
/// How far the clock of a timestamping service may be ahead of the one that judges its token.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// `MessageImprint` (RFC 3161, 2.4.1).
#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
struct MessageImprint {
    hash_algorithm: AlgorithmIdentifierOwned,
    hashed_message: OctetString,
}

/// `TimeStampReq` (RFC 3161, 2.4.1).
#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
struct TimeStampReq {
    version: u8,
    message_imprint: MessageImprint,
    req_policy: Option<ObjectIdentifier>,
    nonce: Option<Int>,
    #[asn1(default = "Default::default")]
    cert_req: bool,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    extensions: Option<Extensions>,
}

/// `PKIStatus` (RFC 3161, 2.4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enumerated)]
#[asn1(type = "INTEGER")]
#[repr(u8)]
enum PkiStatus {
    Granted = 0,
    GrantedWithMods = 1,
    Rejection = 2,
    Waiting = 3,
    RevocationWarning = 4,
    RevocationNotification = 5,
}

/// `PKIStatusInfo` (RFC 3161, 2.4.2). The words and the bits of a failure are not read.
#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
struct PkiStatusInfo {
    status: PkiStatus,
    status_string: Option<Vec<String>>,
    fail_info: Option<der::asn1::BitString>,
}

/// `TimeStampResp` (RFC 3161, 2.4.2).
#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
struct TimeStampResp {
    status: PkiStatusInfo,
    time_stamp_token: Option<ContentInfo>,
}

/// `Accuracy` (RFC 3161, 2.4.2).
#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
struct Accuracy {
    seconds: Option<u32>,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    millis: Option<u16>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    micros: Option<u16>,
}

/// `TSTInfo` (RFC 3161, 2.4.2).
#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
struct TstInfo {
    version: u8,
    policy: ObjectIdentifier,
    message_imprint: MessageImprint,
    serial_number: Int,
    /// `GeneralizedTime`, which may have fractions of a second here.
    gen_time: Any,
    accuracy: Option<Accuracy>,
    #[asn1(default = "Default::default")]
    ordering: bool,
    nonce: Option<Int>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    tsa: Option<Any>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    extensions: Option<Extensions>,
}

/// Why there is no timestamp, or none that is believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimestampError {
    /// The request, or the answer, is not one of RFC 3161 in strict DER; the text names the part.
    #[error("timestamp: {0}")]
    Shape(&'static str),
    /// The service refused.
    #[error("the timestamping service refused")]
    Refused,
    /// The token is for other bytes, or answers another request.
    #[error("timestamp of something else")]
    OtherImprint,
    /// Its signature, or the certificate behind it, does not hold.
    #[error("timestamp not trusted: {0}")]
    Untrusted(&'static str),
    /// It tells a time that has not come.
    #[error("timestamp of the future")]
    Future,
    /// The authority's own key.
    #[error("the authority's key")]
    Sign(#[from] SignError),
}

impl From<CmsFault> for TimestampError {
    fn from(fault: CmsFault) -> Self {
        match fault {
            CmsFault::Shape(what) => Self::Shape(what),
            CmsFault::Algorithm => Self::Untrusted("algorithm"),
            CmsFault::Binding => Self::Untrusted("binding"),
        }
    }
}

/// A question to a timestamping service, and what its answer must repeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimestampRequest {
    /// `application/timestamp-query` (RFC 3161, 3.4).
    pub der: Vec<u8>,
    imprint: [u8; 32],
    nonce: Vec<u8>,
}

impl TimestampRequest {
    /// Asks for the time of a SHA-256 digest; what was digested is not told.
    pub fn new(imprint: [u8; 32]) -> Result<Self, TimestampError> {
        let shape = |_| TimestampError::Shape("request");
        let nonce = positive(make_bytes());
        let request = TimeStampReq {
            version: 1,
            message_imprint: sha256_imprint(&imprint).map_err(shape)?,
            req_policy: None,
            nonce: Some(Int::new(&nonce).map_err(shape)?),
            cert_req: true,
            extensions: None,
        };
        Ok(Self {
            der: request.to_der().map_err(shape)?,
            imprint,
            nonce,
        })
    }

    /// The token of an answer, believed at the time `at`.
    pub fn read(
        &self,
        answer: &[u8],
        anchors: &TrustAnchors,
        at: Timestamp,
    ) -> Result<Vec<u8>, TimestampError> {
        const BAD: TimestampError = TimestampError::Shape("answer");
        if answer.len() > MAX_TIMESTAMP {
            return Err(TimestampError::Shape("size"));
        }
        let response: TimeStampResp = strict(answer).ok_or(BAD)?;
        let granted = matches!(
            response.status.status,
            PkiStatus::Granted | PkiStatus::GrantedWithMods
        );
        let token = response
            .time_stamp_token
            .filter(|_| granted)
            .ok_or(TimestampError::Refused)?;
        let token = token.to_der().map_err(|_| BAD)?;
        let read = read_token(&token, &self.imprint, anchors, at)?;
        if read.nonce.as_deref() != Some(&self.nonce) {
            return Err(TimestampError::OtherImprint);
        }
        Ok(token)
    }
}

/// A random number of 64 bits that DER writes in eight bytes.
fn positive(mut bytes: [u8; 8]) -> Vec<u8> {
    if let Some(first) = bytes.first_mut() {
        *first = *first & 0x3F | 0x40;
    }
    bytes.to_vec()
}

fn sha256_imprint(digest: &[u8; 32]) -> der::Result<MessageImprint> {
    Ok(MessageImprint {
        hash_algorithm: AlgorithmIdentifierOwned {
            oid: ID_SHA_256,
            parameters: None,
        },
        hashed_message: OctetString::new(digest.as_slice())?,
    })
}

/// What a token proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) time: Timestamp,
    /// The certificate of the service and of its authorities, in DER, the anchor included.
    pub(crate) path: Vec<Certificate>,
    nonce: Option<Vec<u8>>,
}

/// Reads a token (`ContentInfo`, DER) of this SHA-256 digest. Its certificates must be valid at the time that it tells.
pub(crate) fn read_token(
    der: &[u8],
    imprint: &[u8; 32],
    anchors: &TrustAnchors,
    at: Timestamp,
) -> Result<Stamp, TimestampError> {
    let opened = cms::open(der, Content::Timestamp)?;
    let info: TstInfo = strict(&opened.content).ok_or(TimestampError::Shape("info"))?;
    let stamped = &info.message_imprint;
    if Hash::of(&stamped.hash_algorithm) != Some(Hash::Sha256)
        || stamped.hashed_message.as_bytes() != imprint
    {
        return Err(TimestampError::OtherImprint);
    }
    if info.version != 1 {
        return Err(TimestampError::Shape("version"));
    }
    // RFC 3161, 2.4.2: an extension that must be understood is one that is not.
    if info
        .extensions
        .iter()
        .flatten()
        .any(|extension| extension.critical)
    {
        return Err(TimestampError::Shape("extensions"));
    }
    let time = generalized_time(&info.gen_time).ok_or(TimestampError::Shape("time"))?;
    if at
        .checked_add(CLOCK_TOLERANCE)
        .is_ok_and(|latest| time > latest)
    {
        return Err(TimestampError::Future);
    }
    let path = trusted(opened, anchors, time)?;
    Ok(Stamp {
        time,
        path,
        nonce: info.nonce.map(|nonce| nonce.as_bytes().to_vec()),
    })
}

/// The service's certificates up to the anchor, each valid at the time that it tells.
fn trusted(
    opened: Opened,
    anchors: &TrustAnchors,
    time: Timestamp,
) -> Result<Vec<Certificate>, TimestampError> {
    let untrusted = TimestampError::Untrusted;
    if opened.hash.digest(&opened.content) != opened.message_digest {
        return Err(untrusted("digest"));
    }
    if !opened.is_signed() {
        return Err(untrusted("signature"));
    }
    if !may_timestamp(&opened.certificate) {
        return Err(untrusted("usage"));
    }
    let above = path_to_anchor(&opened.certificate, opened.others, anchors.of_timestamps())
        .map_err(|error| match error {
            VerifyError::Structure(what) => TimestampError::Shape(what),
            _ => untrusted("authority"),
        })?;
    let mut path = vec![opened.certificate];
    path.extend(above);
    for certificate in &path {
        let (first, last) = validity(certificate).ok_or(untrusted("validity"))?;
        if time < first || time > last {
            return Err(untrusted("validity"));
        }
    }
    Ok(path)
}

/// `GeneralizedTime` in universal time, with seconds and maybe fractions of one (RFC 3161, 2.4.2).
fn generalized_time(value: &Any) -> Option<Timestamp> {
    if value.tag() != Tag::GeneralizedTime {
        return None;
    }
    let text = std::str::from_utf8(value.value()).ok()?.strip_suffix('Z')?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() != 14
        || !digits(whole)
        || !digits(fraction)
        || !(1..=9).contains(&fraction.len())
    {
        return None;
    }
    let civil = DateTime::strptime("%Y%m%d%H%M%S", whole).ok()?;
    let nanoseconds: i32 = format!("{fraction:0<9}").parse().ok()?;
    let time = civil.to_zoned(TimeZone::UTC).ok()?.timestamp();
    time.checked_add(SignedDuration::new(0, nanoseconds)).ok()
}

/// The timestamping service that the reference platform brings along: its own key, certified by its own authority.
///
/// It proves when the platform says it was, not more; a production platform names a qualified service instead.
#[derive(Debug)]
pub struct TimestampAuthority<S> {
    signer: S,
    certificate: Certificate,
}

impl<S: Signer> TimestampAuthority<S> {
    /// Joins a key with its certificate; refuses one that is not for timestamps.
    pub fn new(signer: S) -> Result<Self, TimestampError> {
        let certificate: Certificate = strict(signer.certificate_der())
            .filter(may_timestamp)
            .ok_or(TimestampError::Untrusted("usage"))?;
        Ok(Self {
            signer,
            certificate,
        })
    }

    /// The service's certificate, in DER.
    pub fn certificate_der(&self) -> &[u8] {
        self.signer.certificate_der()
    }

    /// Answers a `TimeStampReq` with a `TimeStampResp`, both in DER. What is no request gets a refusal as RFC 3161 writes it.
    pub fn answer(&self, request: &[u8], now: Timestamp) -> Result<Vec<u8>, TimestampError> {
        let shape = |_| TimestampError::Shape("answer");
        let request: Option<TimeStampReq> = strict(request).filter(|request: &TimeStampReq| {
            let imprint = &request.message_imprint;
            request.version == 1
                && request.extensions.is_none()
                && request.req_policy.is_none_or(|policy| policy == POLICY)
                && Hash::of(&imprint.hash_algorithm) == Some(Hash::Sha256)
                && imprint.hashed_message.as_bytes().len() == 32
        });
        let token = request
            .map(|request| self.token(request, now))
            .transpose()?;
        let status = if token.is_some() {
            PkiStatus::Granted
        } else {
            PkiStatus::Rejection
        };
        let response = TimeStampResp {
            status: PkiStatusInfo {
                status,
                status_string: None,
                fail_info: None,
            },
            time_stamp_token: token,
        };
        response.to_der().map_err(shape)
    }

    fn token(&self, request: TimeStampReq, now: Timestamp) -> Result<ContentInfo, TimestampError> {
        use der::Decode as _;
        let shape = |_| TimestampError::Shape("token");
        let mut serial = positive(make_bytes());
        serial.extend(make_bytes::<8>());
        let time = now
            .to_zoned(TimeZone::UTC)
            .strftime("%Y%m%d%H%M%SZ")
            .to_string();
        let info = TstInfo {
            version: 1,
            policy: POLICY,
            message_imprint: request.message_imprint,
            serial_number: Int::new(&serial).map_err(shape)?,
            gen_time: Any::new(Tag::GeneralizedTime, time.into_bytes()).map_err(shape)?,
            accuracy: Some(Accuracy {
                seconds: Some(1),
                millis: None,
                micros: None,
            }),
            ordering: false,
            nonce: request.nonce,
            tsa: None,
            extensions: None,
        }
        .to_der()
        .map_err(shape)?;
        let attributes = cms::signed_attributes(
            Content::Timestamp,
            &sha256(&info),
            self.signer.certificate_der(),
        )
        .map_err(shape)?;
        let (algorithm, signature) =
            crate::sign::sign_attributes(&self.signer, &self.certificate, &attributes)?;
        let token = cms::assemble(&cms::Parts {
            attributes: &attributes,
            algorithm,
            signature: &signature,
            certificate: &self.certificate,
            chain: &[],
            token: Some(&info),
        })
        .map_err(shape)?;
        ContentInfo::from_der(&token).map_err(shape)
    }
}
