//! The CMS inside `/Contents` and inside a timestamp: `SignedData` of one signer (RFC 5652, ETSI EN 319 122-1, 6.3).

use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    CertificateSet, EncapsulatedContentInfo, SignedData, SignerIdentifier, SignerInfo, SignerInfos,
};
use der::asn1::{Any, ObjectIdentifier, OctetString, SetOfVec};
use der::oid::db::rfc3161::{ID_AA_TIME_STAMP_TOKEN, ID_CT_TST_INFO};
use der::oid::db::rfc5911::{
    ID_AA_SIGNING_CERTIFICATE_V_2, ID_CONTENT_TYPE, ID_DATA, ID_MESSAGE_DIGEST, ID_SIGNED_DATA,
};
use der::oid::db::rfc5912::ID_SHA_256;
use der::{Decode, Encode, Sequence};
use x509_cert::Certificate;
use x509_cert::attr::{Attribute, Attributes};
use x509_cert::spki::AlgorithmIdentifierOwned;

use crate::algorithm::{Algorithm, Hash};
use crate::sha256;
use crate::x509::strict;

/// `ESSCertIDv2` (RFC 5035, 4).
#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
struct EssCertIdV2 {
    /// SHA-256 when it is not there.
    hash_algorithm: Option<AlgorithmIdentifierOwned>,
    cert_hash: OctetString,
    issuer_serial: Option<Any>,
}

/// `SigningCertificateV2` (RFC 5035, 3), without policies.
#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
struct SigningCertificateV2 {
    certs: Vec<EssCertIdV2>,
}

/// What is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// A report, which stands outside.
    Report,
    /// The `TSTInfo` of a timestamp, inside (RFC 3161, 2.4.2).
    Timestamp,
}

impl Content {
    fn kind(self) -> ObjectIdentifier {
        match self {
            Self::Report => ID_DATA,
            Self::Timestamp => ID_CT_TST_INFO,
        }
    }

    /// RFC 5652, 5.1: what is not `data` makes it version 3.
    fn version(self) -> CmsVersion {
        match self {
            Self::Report => CmsVersion::V1,
            Self::Timestamp => CmsVersion::V3,
        }
    }
}

/// Why a CMS is not one this crate accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CmsFault {
    /// Not canonical DER, or not the one shape such a signature has.
    Shape(&'static str),
    /// An algorithm that is not accepted.
    Algorithm,
    /// The signing-certificate-v2 attribute is missing or names another certificate.
    Binding,
}

/// A CMS whose shape has been checked, and nothing else.
pub(crate) struct Opened {
    /// The signed attributes as they are hashed: a DER `SET OF`.
    pub(crate) attributes: Vec<u8>,
    pub(crate) message_digest: Vec<u8>,
    pub(crate) hash: Hash,
    pub(crate) algorithm: Algorithm,
    pub(crate) signature: Vec<u8>,
    pub(crate) certificate: Certificate,
    /// The other embedded certificates.
    pub(crate) others: Vec<Certificate>,
    /// What is signed, where it stands inside.
    pub(crate) content: Vec<u8>,
    /// The timestamp of the signature (RFC 3161, appendix A), as DER.
    pub(crate) timestamp: Option<Vec<u8>>,
}

impl Opened {
    /// Whether the signature is by the key of the certificate.
    pub(crate) fn is_signed(&self) -> bool {
        let key = self.certificate.tbs_certificate().subject_public_key_info();
        self.algorithm
            .verifies(key, &self.attributes, &self.signature)
    }
}

/// The signed attributes: content type, digest of the content and the certificate they bind to.
///
/// No signing time: EN 319 142-1 (6.3) wants the claimed time in `/M`, and a timestamp is a time.
pub(crate) fn signed_attributes(
    content: Content,
    digest: &[u8; 32],
    certificate: &[u8],
) -> der::Result<Vec<u8>> {
    let binding = SigningCertificateV2 {
        certs: vec![EssCertIdV2 {
            hash_algorithm: None,
            cert_hash: OctetString::new(sha256(certificate).as_slice())?,
            issuer_serial: None,
        }],
    };
    let attributes = SetOfVec::try_from(vec![
        attribute(ID_CONTENT_TYPE, &content.kind())?,
        attribute(ID_MESSAGE_DIGEST, &OctetString::new(digest.as_slice())?)?,
        attribute(ID_AA_SIGNING_CERTIFICATE_V_2, &binding)?,
    ])?;
    attributes.to_der()
}

fn attribute(
    oid: ObjectIdentifier,
    value: &(impl der::Tagged + der::EncodeValue),
) -> der::Result<Attribute> {
    Ok(Attribute {
        oid,
        values: SetOfVec::try_from(vec![Any::encode_from(value)?])?,
    })
}

/// What a CMS is put together from.
pub(crate) struct Parts<'a> {
    /// As [`signed_attributes`] made them.
    pub(crate) attributes: &'a [u8],
    pub(crate) algorithm: Algorithm,
    pub(crate) signature: &'a [u8],
    pub(crate) certificate: &'a Certificate,
    pub(crate) chain: &'a [Certificate],
    /// The `TSTInfo`, for a timestamp.
    pub(crate) token: Option<&'a [u8]>,
}

/// The whole CMS.
pub(crate) fn assemble(parts: &Parts<'_>) -> der::Result<Vec<u8>> {
    let content = if parts.token.is_some() {
        Content::Timestamp
    } else {
        Content::Report
    };
    let sha256 = AlgorithmIdentifierOwned {
        oid: ID_SHA_256,
        parameters: None,
    };
    let tbs = parts.certificate.tbs_certificate();
    let signer = SignerInfo {
        version: CmsVersion::V1,
        sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: tbs.issuer().clone(),
            serial_number: tbs.serial_number().clone(),
        }),
        digest_alg: sha256.clone(),
        signed_attrs: Some(Attributes::from_der(parts.attributes)?),
        signature_algorithm: parts.algorithm.identifier(),
        signature: OctetString::new(parts.signature)?,
        unsigned_attrs: None,
    };
    let certificates: Vec<_> = std::iter::once(parts.certificate)
        .chain(parts.chain)
        .cloned()
        .map(CertificateChoices::Certificate)
        .collect();
    let token = parts
        .token
        .map(|token| Any::encode_from(&OctetString::new(token)?));
    let data = SignedData {
        version: content.version(),
        digest_algorithms: SetOfVec::try_from(vec![sha256])?,
        encap_content_info: EncapsulatedContentInfo {
            econtent_type: content.kind(),
            econtent: token.transpose()?,
        },
        certificates: Some(CertificateSet::try_from(certificates)?),
        crls: None,
        signer_infos: SignerInfos::try_from(vec![signer])?,
    };
    wrapped(&data)
}

fn wrapped(data: &SignedData) -> der::Result<Vec<u8>> {
    ContentInfo {
        content_type: ID_SIGNED_DATA,
        content: Any::encode_from(data)?,
    }
    .to_der()
}

/// The CMS of a report with the timestamp of its signature (RFC 3161, appendix A). Nothing that is signed changes.
pub(crate) fn with_timestamp(der: &[u8], token: &[u8]) -> Result<Vec<u8>, CmsFault> {
    let bad = |_| CmsFault::Shape("encoding");
    let mut data = signed_data(der)?;
    let mut signers = data.signer_infos.0.into_vec();
    let [signer] = signers.as_mut_slice() else {
        return Err(CmsFault::Shape("number of signers"));
    };
    if signer.unsigned_attrs.is_some() {
        return Err(CmsFault::Shape("signer"));
    }
    let token = ContentInfo::from_der(token).map_err(bad)?;
    let attribute = attribute(ID_AA_TIME_STAMP_TOKEN, &token).map_err(bad)?;
    signer.unsigned_attrs = Some(SetOfVec::try_from(vec![attribute]).map_err(bad)?);
    data.signer_infos = SignerInfos::try_from(signers).map_err(bad)?;
    wrapped(&data).map_err(bad)
}

fn signed_data(der: &[u8]) -> Result<SignedData, CmsFault> {
    let encoding = || CmsFault::Shape("encoding");
    let info: ContentInfo = strict(der).ok_or_else(encoding)?;
    if info.content_type != ID_SIGNED_DATA {
        return Err(CmsFault::Shape("content type"));
    }
    let content = info.content.to_der().map_err(|_| encoding())?;
    strict(&content).ok_or_else(encoding)
}

/// Reads a CMS; every part is required, and no part may be there that is not required.
pub(crate) fn open(der: &[u8], content: Content) -> Result<Opened, CmsFault> {
    let shape = |what| move || CmsFault::Shape(what);
    let data = signed_data(der)?;
    let encapsulated = &data.encap_content_info;
    let inside = encapsulated
        .econtent
        .as_ref()
        .map(der::Any::decode_as::<OctetString>)
        .transpose()
        .map_err(|_| CmsFault::Shape("signed data"))?;
    if data.version != content.version()
        || encapsulated.econtent_type != content.kind()
        || inside.is_some() != (content == Content::Timestamp)
        || data.crls.is_some()
    {
        return Err(CmsFault::Shape("signed data"));
    }
    let [signer] = data.signer_infos.0.as_slice() else {
        return Err(CmsFault::Shape("number of signers"));
    };
    if signer.version != CmsVersion::V1 {
        return Err(CmsFault::Shape("signer"));
    }
    let [digest_algorithm] = data.digest_algorithms.as_slice() else {
        return Err(CmsFault::Algorithm);
    };
    let hash = Hash::of(&signer.digest_alg).ok_or(CmsFault::Algorithm)?;
    let algorithm =
        Algorithm::of_signer(&signer.signature_algorithm, hash).ok_or(CmsFault::Algorithm)?;
    let ours = content == Content::Timestamp
        || (hash == Hash::Sha256
            && signer.digest_alg.parameters.is_none()
            && signer.signature_algorithm == algorithm.identifier());
    if Hash::of(digest_algorithm) != Some(hash) || !ours {
        return Err(CmsFault::Algorithm);
    }
    let attributes = signer
        .signed_attrs
        .as_ref()
        .ok_or_else(shape("signed attributes"))?;
    let kind: ObjectIdentifier =
        only(attributes, ID_CONTENT_TYPE).ok_or_else(shape("content type attribute"))?;
    let message_digest: OctetString =
        only(attributes, ID_MESSAGE_DIGEST).ok_or_else(shape("digest attribute"))?;
    // A timestamping service may sign more of them; of a report there are those that we make.
    if kind != content.kind() || (content == Content::Report && attributes.len() != 3) {
        return Err(CmsFault::Shape("signed attributes"));
    }
    let timestamp = timestamp_of(signer, content)?;
    let encoded_attributes = attributes
        .to_der()
        .map_err(|_| CmsFault::Shape("signed attributes"))?;
    let binding: SigningCertificateV2 =
        only(attributes, ID_AA_SIGNING_CERTIFICATE_V_2).ok_or(CmsFault::Binding)?;
    let signature = signer.signature.as_bytes().to_vec();
    let (certificate, others) = split_certificates(data.certificates, &signer.sid)?;
    if !binds(&binding, &certificate, content) {
        return Err(CmsFault::Binding);
    }
    Ok(Opened {
        attributes: encoded_attributes,
        message_digest: message_digest.as_bytes().to_vec(),
        hash,
        algorithm,
        signature,
        certificate,
        others,
        content: inside.map_or_else(Vec::new, |inside| inside.as_bytes().to_vec()),
        timestamp,
    })
}

/// What is not signed could be changed by anyone, so that there is at most the timestamp of a report, which proves itself.
fn timestamp_of(signer: &SignerInfo, content: Content) -> Result<Option<Vec<u8>>, CmsFault> {
    let bad = CmsFault::Shape("signer");
    let Some(unsigned) = &signer.unsigned_attrs else {
        return Ok(None);
    };
    let [attribute] = unsigned.as_slice() else {
        return Err(bad);
    };
    let [value] = attribute.values.as_slice() else {
        return Err(bad);
    };
    if content != Content::Report || attribute.oid != ID_AA_TIME_STAMP_TOKEN {
        return Err(bad);
    }
    value.to_der().map(Some).map_err(|_| bad)
}

/// Whether the signed attribute names the certificate of the signer (RFC 5035, 3).
fn binds(binding: &SigningCertificateV2, certificate: &Certificate, content: Content) -> bool {
    let (Some(first), Ok(encoded)) = (binding.certs.first(), certificate.to_der()) else {
        return false;
    };
    let hash = match &first.hash_algorithm {
        Some(named) => Hash::of(named),
        None => Some(Hash::Sha256),
    };
    // Of a report there is one way to write it (EN 319 122-1, 5.2.2.3); a timestamping service may name its issuers too.
    let ours =
        binding.certs.len() == 1 && first.hash_algorithm.is_none() && first.issuer_serial.is_none();
    (ours || content == Content::Timestamp)
        && hash.is_some_and(|hash| hash.digest(&encoded) == first.cert_hash.as_bytes())
}

/// The single value of an attribute that is there exactly once.
fn only<T: for<'a> Decode<'a> + Encode>(
    attributes: &Attributes,
    oid: ObjectIdentifier,
) -> Option<T> {
    let mut found = attributes.iter().filter(|attribute| attribute.oid == oid);
    let (attribute, None) = (found.next()?, found.next()) else {
        return None;
    };
    let [value] = attribute.values.as_slice() else {
        return None;
    };
    strict(&value.to_der().ok()?)
}

/// The certificate the signer names, and the others.
fn split_certificates(
    certificates: Option<CertificateSet>,
    signer: &SignerIdentifier,
) -> Result<(Certificate, Vec<Certificate>), CmsFault> {
    const BAD: CmsFault = CmsFault::Shape("certificates");
    let SignerIdentifier::IssuerAndSerialNumber(named) = signer else {
        return Err(CmsFault::Shape("signer"));
    };
    let mut found = None;
    let mut others = Vec::new();
    for choice in certificates.ok_or(BAD)?.0.into_vec() {
        let CertificateChoices::Certificate(certificate) = choice else {
            return Err(BAD);
        };
        let tbs = certificate.tbs_certificate();
        if *tbs.issuer() != named.issuer || *tbs.serial_number() != named.serial_number {
            others.push(certificate);
        } else if found.replace(certificate).is_some() {
            return Err(BAD);
        }
    }
    Ok((found.ok_or(BAD)?, others))
}
