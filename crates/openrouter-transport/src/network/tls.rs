//! TLS: whom to trust, and the handshake.

use std::sync::{Arc, OnceLock};

use http::Uri;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

use super::connect::ByteStream;
use crate::error::{Error, ErrorKind};

pub(super) struct Tls {
    given: Option<Arc<ClientConfig>>,
    offers_http2: bool,
    // Reading the certificate authorities takes milliseconds, which plain HTTP need not pay.
    config: OnceLock<Arc<ClientConfig>>,
}

impl Tls {
    pub(super) fn new(given: Option<Arc<ClientConfig>>, offers_http2: bool) -> Self {
        Self {
            given,
            offers_http2,
            config: OnceLock::new(),
        }
    }

    /// Secures a connection to the server; the protocols offered are those of the client.
    pub(super) async fn to_server(
        &self,
        io: ByteStream,
        server: &Uri,
    ) -> Result<(ByteStream, bool), Error> {
        let stream = handshake(self.config()?, io, server).await?;
        let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        Ok((Box::new(stream), is_http2))
    }

    /// Secures a connection to a proxy, which speaks HTTP/1.1.
    pub(super) async fn to_proxy(&self, io: ByteStream, proxy: &Uri) -> Result<ByteStream, Error> {
        let mut config = (*self.config()?).clone();
        config.alpn_protocols = Vec::new();
        Ok(Box::new(handshake(Arc::new(config), io, proxy).await?))
    }

    fn config(&self) -> Result<Arc<ClientConfig>, Error> {
        if let Some(config) = self.config.get() {
            return Ok(config.clone());
        }
        let mut config = match &self.given {
            Some(given) => (**given).clone(),
            None => default_config()?,
        };
        if self.offers_http2 {
            config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        } else {
            config.alpn_protocols = vec![b"http/1.1".to_vec()];
        }
        Ok(self.config.get_or_init(|| Arc::new(config)).clone())
    }
}

async fn handshake(
    config: Arc<ClientConfig>,
    io: ByteStream,
    peer: &Uri,
) -> Result<tokio_rustls::client::TlsStream<ByteStream>, Error> {
    let host = peer
        .host()
        .unwrap_or_default()
        .trim_start_matches('[')
        .trim_end_matches(']');
    let name = ServerName::try_from(host.to_owned()).map_err(|error| {
        Error::new(
            ErrorKind::Tls,
            format!("{host} cannot be checked in a certificate"),
        )
        .with_source(error)
    })?;
    TlsConnector::from(config)
        .connect(name, io)
        .await
        .map_err(|error| {
            let is_other = error
                .get_ref()
                .and_then(|cause| cause.downcast_ref())
                .is_some_and(|cause| matches!(cause, rustls::Error::InvalidMessage(_)));
            let why = if is_other {
                "it does not speak TLS: "
            } else {
                ""
            };
            let text = format!("no secure connection to {host}: {why}{error}");
            Error::new(ErrorKind::Tls, text).with_source(error)
        })
}

fn default_config() -> Result<ClientConfig, Error> {
    let provider = crypto_provider()?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::new(ErrorKind::Tls, "TLS is not set up").with_source(error))?
        .with_root_certificates(roots()?)
        .with_no_client_auth();
    Ok(config)
}

/// `ring` where it is there, else `aws-lc-rs`, else whatever the program installed.
pub(crate) fn crypto_provider() -> Result<Arc<rustls::crypto::CryptoProvider>, Error> {
    #[cfg(feature = "tls-ring")]
    return Ok(Arc::new(rustls::crypto::ring::default_provider()));
    #[cfg(all(feature = "tls-aws-lc-rs", not(feature = "tls-ring")))]
    return Ok(Arc::new(rustls::crypto::aws_lc_rs::default_provider()));
    #[cfg(not(any(feature = "tls-ring", feature = "tls-aws-lc-rs")))]
    return rustls::crypto::CryptoProvider::get_default()
        .cloned()
        .ok_or_else(|| {
            Error::new(
                ErrorKind::Tls,
                "no TLS cryptography: turn on the feature `tls-ring` or `tls-aws-lc-rs`",
            )
        });
}

/// The certificate authorities of the operating system, else the bundled ones.
fn roots() -> Result<RootCertStore, Error> {
    #[cfg_attr(
        not(any(feature = "native-roots", feature = "webpki-roots")),
        expect(unused_mut)
    )]
    let mut roots = RootCertStore::empty();
    #[cfg(feature = "native-roots")]
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    #[cfg(feature = "webpki-roots")]
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    if roots.is_empty() {
        let text = "no certificate authority is known: turn on the feature `webpki-roots`, or give a TLS configuration";
        return Err(Error::new(ErrorKind::Tls, text));
    }
    Ok(roots)
}
