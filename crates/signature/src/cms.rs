//! The CMS inside `/Contents`: `SignedData` of one signer (RFC 5652, ETSI EN 319 122-1, 6.3).

use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    CertificateSet, EncapsulatedContentInfo, SignedData, SignerIdentifier, SignerInfo, SignerInfos,
};
use der::asn1::{Any, ObjectIdentifier, OctetString, SetOfVec};
use der::oid::db::rfc5911::{
    ID_AA_SIGNING_CERTIFICATE_V_2, ID_CONTENT_TYPE, ID_DATA, ID_MESSAGE_DIGEST, ID_SIGNED_DATA,
};
use der::oid::db::rfc5912::{ECDSA_WITH_SHA_256, ID_SHA_256};
use der::{Decode, Encode, Sequence};
use x509_cert::Certificate;
use x509_cert::attr::{Attribute, Attributes};
use x509_cert::spki::AlgorithmIdentifierOwned;

use crate::sha256;
use crate::x509::{is_ecdsa_sha256, strict};

/// `ESSCertIDv2` (RFC 5035, 4) as EN 319 122-1 wants it: SHA-256 by default, no issuer and serial.
#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
struct EssCertIdV2 {
    cert_hash: OctetString,
}

/// `SigningCertificateV2` (RFC 5035, 3), without policies.
#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
struct SigningCertificateV2 {
    certs: Vec<EssCertIdV2>,
}

/// Why a CMS is not one this crate accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CmsFault {
    /// Not canonical DER, or not the one shape a baseline B-B signature has.
    Shape(&'static str),
    /// Another algorithm than ECDSA P-256 with SHA-256.
    Algorithm,
    /// The signing-certificate-v2 attribute is missing or names another certificate.
    Binding,
}

/// A CMS whose shape has been checked, and nothing else.
pub(crate) struct Opened {
    /// The signed attributes as they are hashed: a DER `SET OF`.
    pub(crate) attributes: Vec<u8>,
    pub(crate) message_digest: Vec<u8>,
    pub(crate) signature: Vec<u8>,
    pub(crate) certificate: Certificate,
    /// The other embedded certificates.
    pub(crate) others: Vec<Certificate>,
}

/// The signed attributes: content type, digest of the document and the certificate they bind to.
///
/// No signing time: EN 319 142-1 (6.3) wants the claimed time in `/M`.
pub(crate) fn signed_attributes(digest: &[u8; 32], certificate: &[u8]) -> der::Result<Vec<u8>> {
    let binding = SigningCertificateV2 {
        certs: vec![EssCertIdV2 {
            cert_hash: OctetString::new(sha256(certificate).as_slice())?,
        }],
    };
    let attributes = SetOfVec::try_from(vec![
        attribute(ID_CONTENT_TYPE, &ID_DATA)?,
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

/// The whole CMS, from its signed attributes and their signature.
pub(crate) fn assemble(
    attributes: &[u8],
    signature: &[u8],
    certificate: &Certificate,
    chain: &[Certificate],
) -> der::Result<Vec<u8>> {
    let sha256 = AlgorithmIdentifierOwned {
        oid: ID_SHA_256,
        parameters: None,
    };
    let tbs = certificate.tbs_certificate();
    let signer = SignerInfo {
        version: CmsVersion::V1,
        sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: tbs.issuer().clone(),
            serial_number: tbs.serial_number().clone(),
        }),
        digest_alg: sha256.clone(),
        signed_attrs: Some(Attributes::from_der(attributes)?),
        signature_algorithm: AlgorithmIdentifierOwned {
            oid: ECDSA_WITH_SHA_256,
            parameters: None,
        },
        signature: OctetString::new(signature)?,
        unsigned_attrs: None,
    };
    let certificates: Vec<_> = std::iter::once(certificate)
        .chain(chain)
        .cloned()
        .map(CertificateChoices::Certificate)
        .collect();
    let content = SignedData {
        version: CmsVersion::V1,
        digest_algorithms: SetOfVec::try_from(vec![sha256])?,
        encap_content_info: EncapsulatedContentInfo {
            econtent_type: ID_DATA,
            econtent: None,
        },
        certificates: Some(CertificateSet::try_from(certificates)?),
        crls: None,
        signer_infos: SignerInfos::try_from(vec![signer])?,
    };
    ContentInfo {
        content_type: ID_SIGNED_DATA,
        content: Any::encode_from(&content)?,
    }
    .to_der()
}

/// Reads a CMS; every part is required, and no part may be there that is not required.
pub(crate) fn open(der: &[u8]) -> Result<Opened, CmsFault> {
    let shape = |what| move || CmsFault::Shape(what);
    let info: ContentInfo = strict(der).ok_or_else(shape("encoding"))?;
    if info.content_type != ID_SIGNED_DATA {
        return Err(CmsFault::Shape("content type"));
    }
    let content = info
        .content
        .to_der()
        .map_err(|_| CmsFault::Shape("encoding"))?;
    let data: SignedData = strict(&content).ok_or_else(shape("encoding"))?;
    let encapsulated = &data.encap_content_info;
    if data.version != CmsVersion::V1
        || encapsulated.econtent_type != ID_DATA
        || encapsulated.econtent.is_some()
        || data.crls.is_some()
    {
        return Err(CmsFault::Shape("signed data"));
    }
    let [signer] = data.signer_infos.0.as_slice() else {
        return Err(CmsFault::Shape("number of signers"));
    };
    // What is not signed could be changed by anyone, so a baseline B-B file has none of it.
    if signer.version != CmsVersion::V1 || signer.unsigned_attrs.is_some() {
        return Err(CmsFault::Shape("signer"));
    }
    let [digest_algorithm] = data.digest_algorithms.as_slice() else {
        return Err(CmsFault::Algorithm);
    };
    if !is_sha256(digest_algorithm)
        || !is_sha256(&signer.digest_alg)
        || !is_ecdsa_sha256(&signer.signature_algorithm)
    {
        return Err(CmsFault::Algorithm);
    }
    let attributes = signer
        .signed_attrs
        .as_ref()
        .ok_or_else(shape("signed attributes"))?;
    let content_type: ObjectIdentifier =
        only(attributes, ID_CONTENT_TYPE).ok_or_else(shape("content type attribute"))?;
    let message_digest: OctetString =
        only(attributes, ID_MESSAGE_DIGEST).ok_or_else(shape("digest attribute"))?;
    if content_type != ID_DATA || attributes.len() != 3 {
        return Err(CmsFault::Shape("signed attributes"));
    }
    let binding: SigningCertificateV2 =
        only(attributes, ID_AA_SIGNING_CERTIFICATE_V_2).ok_or(CmsFault::Binding)?;

    let (certificate, others) = split_certificates(data.certificates, &signer.sid)?;
    let encoded = certificate
        .to_der()
        .map_err(|_| CmsFault::Shape("certificates"))?;
    match binding.certs.as_slice() {
        [only] if only.cert_hash.as_bytes() == sha256(&encoded) => {}
        _ => return Err(CmsFault::Binding),
    }
    Ok(Opened {
        attributes: attributes
            .to_der()
            .map_err(|_| CmsFault::Shape("signed attributes"))?,
        message_digest: message_digest.as_bytes().to_vec(),
        signature: signer.signature.as_bytes().to_vec(),
        certificate,
        others,
    })
}

fn is_sha256(algorithm: &AlgorithmIdentifierOwned) -> bool {
    algorithm.oid == ID_SHA_256 && algorithm.parameters.is_none()
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
