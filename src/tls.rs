//! Whose certificate do we take? One answer for every server that we speak TLS with: signed by an authority that the admin named (`ca_file`),
//! or by one of the machine's, for the name that was asked for, today, with TLS 1.2 or newer. Nothing can switch that off.
//! Reads hostile input: certificates (rustls bounds and checks them); their words reach nobody but as one safe line.

use crate::mail::HeaderText;
use std::error::Error;
use std::io;
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{self, CertificateError, ClientConfig, RootCertStore, crypto::ring};

/// How a protected connection is made: the authorities of `ca_file`, or the machine's.
///
/// # Errors
/// A sentence that names the file and what is wrong with it.
pub(crate) fn client_config(ca_file: Option<&Path>) -> Result<Arc<ClientConfig>, String> {
    let mut roots = RootCertStore::empty();
    if let Some(file) = ca_file {
        let name = file.display();
        let certificates = CertificateDer::pem_file_iter(file)
            .map_err(|error| format!("ca_file {name} cannot be read: {error}"))?;
        for certificate in certificates {
            let certificate =
                certificate.map_err(|error| format!("ca_file {name} is not PEM: {error}"))?;
            roots.add(certificate).map_err(|error| {
                format!("ca_file {name} holds an unusable certificate: {error}")
            })?;
        }
        if roots.is_empty() {
            return Err(format!("ca_file {name} holds no certificate"));
        }
    } else {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            return Err(
                "this machine has no certificate authorities: install ca-certificates, or set ca_file"
                    .to_owned(),
            );
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// What an error of TLS means, and what to do; `None` where it is no error of TLS.
pub(crate) fn in_words(error: &(dyn Error + 'static)) -> Option<String> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<rustls::Error>() {
            return Some(words(found));
        }
        let inner = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        if let Some(found) = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return Some(words(found));
        }
        next = error.source();
    }
    None
}

fn words(error: &rustls::Error) -> String {
    let certificate = match error {
        rustls::Error::InvalidCertificate(certificate) => certificate,
        rustls::Error::PeerIncompatible(_)
        | rustls::Error::AlertReceived(rustls::AlertDescription::ProtocolVersion) => {
            return format!(
                "the server speaks no TLS that is safe ({error}): TLS 1.2 or newer must be switched on there"
            );
        }
        other => return HeaderText::clean(&other.to_string()).to_string(),
    };
    match certificate {
        CertificateError::UnknownIssuer => {
            "the server's certificate is signed by no authority that is known here: if the server is yours, name the file with its authority's \
             certificate in ca_file; if not, somebody may stand between you and it"
                .to_owned()
        }
        CertificateError::NotValidForName => {
            "the server's certificate is for another name: write the name that stands in the certificate as host".to_owned()
        }
        CertificateError::NotValidForNameContext { expected, presented } => {
            let presented = match presented.is_empty() {
                true => "no name at all".to_owned(),
                false => presented.join(", "),
            };
            let found = HeaderText::clean(&presented);
            format!(
                "the server's certificate is not for {} but for {}: write the name that stands in the certificate as host, or get a certificate \
                 for this one",
                expected.to_str(),
                found.to_string().chars().take(200).collect::<String>()
            )
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the server's certificate has expired: it must be renewed on the server (and this machine's clock must be right)".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the server's certificate is not valid yet: is this machine's clock right?".to_owned()
        }
        other => format!(
            "the server's certificate cannot be used: {}; it must be replaced on the server",
            HeaderText::clean(&other.to_string())
        ),
    }
}
