//! What is said when another machine's certificate is refused: what is wrong with it, and what mends it.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{CertificateError, Error};
use std::path::Path;

/// Words that follow "the collector" or "the other machine".
pub(super) fn words(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(why) => certificate(why),
        other => format!("and we agree on no TLS: {other}"),
    }
}

/// What is wrong with a certificate.
fn certificate(why: &CertificateError) -> String {
    use CertificateError as E;
    match why {
        E::UnknownIssuer => "shows a certificate of an issuer that is not trusted here: name the issuer's certificate (PEM) in `ca`, \
                             and let the machine send the certificates in between"
            .to_owned(),
        E::Expired | E::ExpiredContext { .. } => {
            "shows a certificate that has expired: it has to be renewed there".to_owned()
        }
        E::NotValidYet | E::NotValidYetContext { .. } => {
            "shows a certificate that is not valid yet: compare the clocks".to_owned()
        }
        E::NotValidForName | E::NotValidForNameContext { .. } => {
            "shows a certificate for another name than the one in the settings".to_owned()
        }
        // The library that checks certificates has no kind of its own for this one here.
        E::Other(other) if format!("{other:?}").contains("CaUsedAsEndEntity") => {
            "shows an authority's certificate as its own (CA:TRUE, as `openssl req -x509` makes it): make an authority, let it sign a \
             certificate for the machine's name, and name the authority's in `ca`"
                .to_owned()
        }
        other => format!("shows a certificate that is refused: {other}"),
    }
}

/// The error of TLS within another error.
pub(super) fn cause<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<Error>() {
            return Some(found);
        }
        // What an error of input and output wraps is not among its sources, only what lies behind that.
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if let Some(found) = wrapped.and_then(|wrapped| cause(wrapped)) {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// The certificates in a file that a setting names as `ca`.
pub(super) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let unreadable = |why: String| format!("{}, which `ca` names, cannot be used: {why}", path.display());
    let found = CertificateDer::pem_file_iter(path).map_err(|error| unreadable(error.to_string()))?;
    let found: Vec<_> = found.collect::<Result<_, _>>().map_err(|error| unreadable(error.to_string()))?;
    if found.is_empty() { Err(unreadable("it holds no certificate (PEM)".to_owned())) } else { Ok(found) }
}
