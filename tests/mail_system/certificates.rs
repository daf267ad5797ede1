//! The certificate authority of the throw-away servers, and one certificate for `localhost` and 127.0.0.1.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use std::path::{Path, PathBuf};

/// Where the PEM files stand.
#[derive(Clone, Debug)]
pub struct Certificates {
    /// The authority: what a client must trust.
    pub authority: PathBuf,
    /// The servers' certificate.
    pub server: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

/// Makes them anew in `folder`.
pub fn make(folder: &Path) -> Certificates {
    let authority_key = KeyPair::generate().expect("key of the authority");
    let mut authority = CertificateParams::default();
    authority.distinguished_name.push(
        DnType::CommonName,
        "throw-away authority of a handoffd test",
    );
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority_certificate = authority
        .self_signed(&authority_key)
        .expect("certificate of the authority");

    let server_key = KeyPair::generate().expect("key of the servers");
    let mut server = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()])
        .expect("names of the servers");
    server
        .distinguished_name
        .push(DnType::CommonName, "localhost");
    let issuer = Issuer::from_params(&authority, &authority_key);
    let server_certificate = server
        .signed_by(&server_key, &issuer)
        .expect("certificate of the servers");

    let written = |name: &str, text: String| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("write a certificate");
        path
    };
    Certificates {
        authority: written("authority.pem", authority_certificate.pem()),
        server: written("server.pem", server_certificate.pem()),
        key: written("server.key", server_key.serialize_pem()),
    }
}
