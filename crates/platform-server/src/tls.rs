//! TLS of the reference platform: its own small authority, made at first start, and a certificate for this machine.
//!
//! Real hosting puts a public certificate in front; clients of this one are given the authority's certificate.

use std::{fs, path::Path, sync::Arc};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs::default_provider,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
    version::{TLS12, TLS13},
};

use crate::keys::write_private;

/// Why TLS could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A certificate could not be made or read.
    #[error("certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// A file could not be read or written.
    #[error("file: {0}")]
    File(#[from] std::io::Error),
    /// TLS refuses the certificate or the key.
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
}

/// The authority's certificate, in PEM; made with its key at first use.
pub(crate) fn authority_pem(data_dir: &Path) -> Result<String, TlsError> {
    let (certificate, key) = (data_dir.join("tls-ca.pem"), data_dir.join("tls-ca.key"));
    // The certificate is written last: with it, the key is there too.
    if !certificate.exists() {
        let pair = KeyPair::generate()?;
        let mut params = lasting(Vec::new(), "Relecture: platform on this machine")?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        write_private(&key, pair.serialize_pem().as_bytes())?;
        write_private(&certificate, params.self_signed(&pair)?.pem().as_bytes())?;
    }
    Ok(fs::read_to_string(certificate)?)
}

/// A certificate for this machine and its key, which stays in memory; TLS 1.3 preferred, 1.2 at least (R57).
pub(crate) fn server_config(data_dir: &Path, hosts: &[String]) -> Result<ServerConfig, TlsError> {
    let authority = authority_pem(data_dir)?;
    let key = KeyPair::from_pem(&fs::read_to_string(data_dir.join("tls-ca.key"))?)?;
    let issuer = rcgen::Issuer::from_ca_cert_pem(&authority, key)?;
    let pair = KeyPair::generate()?;
    let mut params = lasting(hosts.to_vec(), "relecture-platform")?;
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let certificate = params.signed_by(&pair, &issuer)?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(pair.serialize_der()));
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])?
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(certificate.der().to_vec())], key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The dates are wide and fixed: the life of this certificate is not a matter of the platform's (simulated) clock.
fn lasting(names: Vec<String>, common_name: &str) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(names)?;
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2050, 1, 1);
    Ok(params)
}
