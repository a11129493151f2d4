//! Messages to other machines: checkpoints to witnesses and webhooks. Small, signed, never followed elsewhere.

use super::tls;
use crate::config::Webhook;
use crate::fault::Fault;
use crate::text::hex;
use reqwest::redirect::Policy;
use ring::hmac;
use std::path::Path;
use std::time::Duration;

/// How long another machine may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The most of an answer that is read.
const ANSWER_BYTES: usize = 64 * 1024;
/// The header with the signature: `sha256=` and the HMAC of the body, in hexadecimal digits.
pub const SIGNATURE: &str = "candor-signature";

/// What another machine answered.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The status.
    pub status: u16,
    /// The beginning of the body.
    pub text: String,
}

/// Why nothing was answered; the text holds no address with secrets in it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct PostError(String);

/// Sends messages. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Poster(reqwest::Client);

impl Poster {
    /// A client without redirects and proxies that trusts whom this machine trusts.
    ///
    /// # Errors
    /// When the system's certificates cannot be read.
    pub fn new() -> Result<Self, Fault> {
        client().build().map(Self).map_err(|error| Fault::new("client for webhooks", error))
    }

    /// The same, but it trusts whose certificates are in this file and nobody else.
    fn trusting(ca: &Path) -> Result<Self, String> {
        let named = tls::certificates(ca)?;
        let named: Result<Vec<_>, _> = named.iter().map(|one| reqwest::Certificate::from_der(one)).collect();
        let client = named.and_then(|named| client().tls_certs_only(named).build());
        client
            .map(Self)
            .map_err(|_| format!("{}, which `ca` names, holds no certificate that can be used", ca.display()))
    }

    /// Posts a body; `signature` goes into its header.
    pub async fn post(
        &self,
        url: &str,
        body: String,
        signature: Option<String>,
    ) -> Result<Answered, PostError> {
        let failed = |error: reqwest::Error| {
            let what = match tls::cause(&error) {
                Some(refused) => tls::words(refused),
                None if error.is_timeout() => "did not answer in time".to_owned(),
                None => "cannot be reached".to_owned(),
            };
            PostError(format!("the other machine {what}"))
        };
        let mut request = self.0.post(url).body(body);
        if let Some(signature) = signature {
            request = request.header(SIGNATURE, signature).header("content-type", "application/json");
        }
        let mut response = request.send().await.map_err(failed)?;
        let (status, mut bytes) = (response.status().as_u16(), Vec::new());
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > ANSWER_BYTES {
                return Err(PostError("the other machine answers without end".to_owned()));
            }
        }
        Ok(Answered { status, text: String::from_utf8_lossy(&bytes).into_owned() })
    }
}

/// Whether the certificates in a file can be trusted.
pub fn check(ca: &Path) -> Result<(), String> {
    Poster::trusting(ca).map(drop)
}

/// How every client begins.
fn client() -> reqwest::ClientBuilder {
    reqwest::Client::builder().timeout(TIMEOUT).redirect(Policy::none()).no_proxy()
}

/// A webhook of the settings. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Hook {
    poster: Poster,
    to: Webhook,
}

impl Hook {
    /// A client for it; in words when its `ca` cannot be used.
    pub fn open(to: &Webhook) -> Result<Self, String> {
        let poster = match &to.ca {
            Some(ca) => Poster::trusting(ca)?,
            None => Poster::new().map_err(|fault| format!("{fault:?}"))?,
        };
        Ok(Self { poster, to: to.clone() })
    }

    /// Posts a signed message, and says in words why it was not taken.
    pub async fn send(&self, body: String) -> Result<(), String> {
        let signature = sign(self.to.secret.expose(), &body);
        let answer = self.poster.post(&self.to.url, body, Some(signature)).await;
        match answer.map_err(|error| error.to_string())?.status {
            200..=299 => Ok(()),
            status => Err(format!("the webhook answered {status}")),
        }
    }
}

/// The signature of a message: whoever shares the secret can tell that it came from here.
pub fn sign(secret: &str, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    format!("sha256={}", hex(hmac::sign(&key, body.as_bytes()).as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_signed_as_others_compute_it() {
        // printf %s '{"size":7}' | openssl dgst -sha256 -hmac 0123456789abcdef
        let signed = "sha256=abbf2fac09c73c14f95a9fe7e6583d8f7059f9cbc6f6ae4441afd08129185912";
        assert_eq!(sign("0123456789abcdef", "{\"size\":7}"), signed);
    }
}
