//! What a signature in a PDF holds: `SignedData` of CMS (RFC 5652), with one signer and without the signed bytes.

use super::certificate::{Algorithm, Certificate};
use super::der::{Element, Elements, Garbled, INTEGER, OBJECT_ID, OCTET_STRING, SEQUENCE, SET, numbered};

/// The kind of data that is signed data.
const SIGNED_DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02];
/// An attribute: what kind of data was signed.
pub(super) const CONTENT_TYPE: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x03];
/// An attribute: the digest of what was signed.
pub(super) const MESSAGE_DIGEST: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x04];
/// An attribute: when the signer says it was signed.
pub(super) const SIGNING_TIME: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x05];
/// An attribute that is not signed: what a timestamp authority says.
const TIMESTAMP: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x02, 0x0E];

/// Signed data of one signer.
#[derive(Debug)]
pub(super) struct SignedData<'a> {
    /// The kind of what was signed.
    pub(super) content_type: &'a [u8],
    /// How the signed bytes were digested.
    pub(super) digest: Algorithm<'a>,
    /// How was signed.
    pub(super) algorithm: Algorithm<'a>,
    /// The attributes that are signed instead of the bytes; when there are none, the bytes are.
    pub(super) attributes: Option<Attributes<'a>>,
    /// The signature.
    pub(super) signature: &'a [u8],
    /// Whether a timestamp is attached.
    pub(super) is_timestamped: bool,
    /// How many signed it; all else is of the first.
    pub(super) signers: usize,
    /// The signer's certificate, if it is there.
    pub(super) certificate: Option<Certificate<'a>>,
}

impl<'a> SignedData<'a> {
    /// Reads it; what follows is padding.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Garbled> {
        let mut outer = Elements::of(bytes).take(SEQUENCE)?.parts();
        if outer.take(OBJECT_ID)?.content != SIGNED_DATA {
            return Err(Garbled);
        }
        let mut data = outer.take(numbered(0))?.parts().take(SEQUENCE)?.parts();
        data.take(INTEGER)?;
        data.take(SET)?;
        let content_type = data.take(SEQUENCE)?.parts().take(OBJECT_ID)?.content;
        let certificates = data.take_if(numbered(0))?;
        data.take_if(numbered(1))?;
        let mut all = data.take(SET)?.parts();
        let signer = all.take(SEQUENCE)?;
        let mut signers = 1_usize;
        while !all.is_over() {
            all.take(SEQUENCE)?;
            signers = signers.saturating_add(1);
        }
        Self::of_signer((content_type, signers), signer, certificates)
    }
    /// The part of one signer.
    fn of_signer(
        (content_type, signers): (&'a [u8], usize),
        signer: Element<'a>,
        certificates: Option<Element<'a>>,
    ) -> Result<Self, Garbled> {
        let mut parts = signer.parts();
        parts.take(INTEGER)?;
        let who = parts.take_any()?;
        let digest = Algorithm::read(parts.take(SEQUENCE)?)?;
        let attributes = parts.take_if(numbered(0))?.map(Attributes);
        let algorithm = Algorithm::read(parts.take(SEQUENCE)?)?;
        let signature = parts.take(OCTET_STRING)?.content;
        let beside = parts.take_if(numbered(1))?.map(Attributes);
        let is_timestamped = beside.is_some_and(|beside| !matches!(beside.find(TIMESTAMP), Ok(None)));
        let certificate = match certificates {
            Some(all) => find(all, who)?,
            None => None,
        };
        Ok(Self {
            content_type,
            digest,
            algorithm,
            attributes,
            signature,
            is_timestamped,
            signers,
            certificate,
        })
    }
}

/// The signer's certificate among those that were sent along. Others may be of kinds we do not read.
fn find<'a>(all: Element<'a>, who: Element<'_>) -> Result<Option<Certificate<'a>>, Garbled> {
    let mut all = all.parts();
    while !all.is_over() {
        let one = all.take_any()?;
        if one.tag == SEQUENCE
            && let Ok(certificate) = Certificate::read(one)
            && certificate.is(who)
        {
            return Ok(Some(certificate));
        }
    }
    Ok(None)
}

/// Attributes of a signature.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attributes<'a>(Element<'a>);

impl<'a> Attributes<'a> {
    /// The bytes in them: what is signed is a set of just these.
    pub(super) const fn content(self) -> &'a [u8] {
        self.0.content
    }
    /// The one value of an attribute. One that stands there twice, or has two values, says nothing that could be checked.
    pub(super) fn find(self, wanted: &[u8]) -> Result<Option<Element<'a>>, Garbled> {
        let (mut all, mut found) = (self.0.parts(), None);
        while !all.is_over() {
            let mut attribute = all.take(SEQUENCE)?.parts();
            if attribute.take(OBJECT_ID)?.content != wanted {
                continue;
            }
            let mut values = attribute.take(SET)?.parts();
            let value = values.take_any()?;
            if !values.is_over() || found.replace(value).is_some() {
                return Err(Garbled);
            }
        }
        Ok(found)
    }
}
