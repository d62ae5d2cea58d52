//! Getting a key from a user who signs in: OAuth with PKCE.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openrouter_types::operations::ExchangeAuthCode;
use openrouter_types::{CodeChallengeMethod, ExchangeAuthCodeRequest};
use rustls::SupportedCipherSuite;
use rustls::crypto::CryptoProvider;
use rustls::crypto::hash::HashAlgorithm;

use crate::client::{Client, escape_into};
use crate::error::{Error, ErrorKind};
use crate::network::crypto_provider;

/// A sign-in that has begun: show the user [`url`](Self::url), get the code back, and exchange it for a key.
///
/// ```no_run
/// # async fn example() -> Result<(), openrouter_transport::Error> {
/// # fn ask_for_code() -> String { String::from("the code of the callback") }
/// use openrouter_transport::Client;
///
/// let client = Client::builder().build()?;
/// let sign_in = client.begin_sign_in()?;
/// println!("open {}", sign_in.url());
/// let code = ask_for_code();
/// let key = client.send(&sign_in.exchange(&code)).await?.answer.key;
/// # Ok(())
/// # }
/// ```
///
/// Without a callback address the page shows the code for the user to copy; with one it sends the user there, with
/// the code in the query as `code`. A code works once, within 10 minutes.
// Source: <https://openrouter.ai/docs/guides/overview/auth/oauth>, read 2026-08-22.
#[derive(Clone)]
pub struct SignIn {
    page: String,
    verifier: String,
    challenge: String,
    callback_url: Option<String>,
    key_label: Option<String>,
}

impl Client {
    /// Begins a sign-in with a new secret, which stays in the returned value.
    ///
    /// # Errors
    ///
    /// When there is no cryptography to make the secret with; see the features.
    pub fn begin_sign_in(&self) -> Result<SignIn, Error> {
        let provider = crypto_provider()?;
        let mut secret = [0; 32];
        provider.secure_random.fill(&mut secret).map_err(|_| {
            Error::new(
                ErrorKind::Config,
                "the system has no random numbers to give",
            )
        })?;
        // 43 characters, all unreserved: what RFC 7636 asks for.
        SignIn::with_verifier(self, URL_SAFE_NO_PAD.encode(secret), &provider)
    }

    /// Takes up a sign-in again, such as in the process that serves the callback, from its
    /// [`verifier`](SignIn::verifier).
    ///
    /// # Errors
    ///
    /// When the verifier is not one, or there is no cryptography; see the features.
    pub fn resume_sign_in(&self, verifier: impl Into<String>) -> Result<SignIn, Error> {
        let verifier = verifier.into();
        let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if !(43..=128).contains(&verifier.len()) || !verifier.bytes().all(is_unreserved) {
            return Err(Error::new(
                ErrorKind::Config,
                "a verifier has 43 to 128 characters: letters, digits, - . _ ~",
            ));
        }
        SignIn::with_verifier(self, verifier, &*crypto_provider()?)
    }
}

impl SignIn {
    fn with_verifier(
        client: &Client,
        verifier: String,
        provider: &CryptoProvider,
    ) -> Result<Self, Error> {
        let hash = sha256(provider, verifier.as_bytes())
            .ok_or_else(|| Error::new(ErrorKind::Config, "the TLS cryptography has no SHA-256"))?;
        Ok(Self {
            page: format!("{}/auth", client.origin()),
            challenge: URL_SAFE_NO_PAD.encode(hash),
            verifier,
            callback_url: None,
            key_label: None,
        })
    }

    /// Where to send the user when done, with the code in the query.
    #[must_use]
    pub fn with_callback_url(mut self, url: impl Into<String>) -> Self {
        self.callback_url = Some(url.into());
        self
    }

    /// What the key is called in the user's list of keys.
    #[must_use]
    pub fn with_key_label(mut self, label: impl Into<String>) -> Self {
        self.key_label = Some(label.into());
        self
    }

    /// The page to show the user.
    #[must_use]
    pub fn url(&self) -> String {
        let mut url = format!(
            "{}?code_challenge={}&code_challenge_method=S256",
            self.page, self.challenge
        );
        for (name, value) in [
            ("callback_url", &self.callback_url),
            ("key_label", &self.key_label),
        ] {
            if let Some(value) = value {
                url.push('&');
                url.push_str(name);
                url.push('=');
                escape_into(&mut url, value);
            }
        }
        url
    }

    /// The secret that the exchange needs. Keep it where only the process that exchanges the code can read it.
    #[must_use]
    pub fn verifier(&self) -> &str {
        &self.verifier
    }

    /// The call that turns the code into a key; send it with any client, a key is not needed.
    #[must_use]
    pub fn exchange(&self, code: &str) -> ExchangeAuthCode {
        let request = ExchangeAuthCodeRequest::new(code.trim())
            .with_code_verifier(self.verifier.as_str())
            .with_code_challenge_method(CodeChallengeMethod::S256);
        ExchangeAuthCode::new(request)
    }
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn")
            .field("url", &self.url())
            .field("verifier", &"…")
            .finish_non_exhaustive()
    }
}

/// The hash of TLS's own cryptography, so that no other implementation need be built.
fn sha256(provider: &CryptoProvider, data: &[u8]) -> Option<Vec<u8>> {
    let hash = provider.cipher_suites.iter().find_map(|suite| {
        let common = match suite {
            SupportedCipherSuite::Tls12(suite) => &suite.common,
            SupportedCipherSuite::Tls13(suite) => &suite.common,
        };
        (common.hash_provider.algorithm() == HashAlgorithm::SHA256).then_some(common.hash_provider)
    })?;
    Some(hash.hash(data).as_ref().to_vec())
}
