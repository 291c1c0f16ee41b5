//! Authentication tokens: JWTs signed with HS256, of exactly the vendor's shape. Pure; the time is handed in.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// The header of every token, with nothing else in it (observed).
const HEADER: &str = r#"{"alg":"HS256"}"#;

/// What a token says, in the vendor's order (observed).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The account's e-mail address.
    pub aud: String,
    /// When it expires, in seconds since 1970.
    pub exp: i64,
    /// When it was issued, in seconds since 1970.
    pub iat: i64,
    /// A list as a string: `[ROLE_USER]`.
    pub authorities: String,
}

/// Signs and checks the tokens of one account. Each account has a secret of its own: nothing in a token names the API key
/// that it was issued for, so the signature must tell.
#[derive(Clone)]
pub struct Signer(Hmac<Sha256>);

impl Signer {
    /// A signer with that secret.
    pub fn new(secret: &[u8; 32]) -> Signer {
        // HMAC pads a key to the block of its hash with zeros.
        let mut block = [0; 64];
        block[..secret.len()].copy_from_slice(secret);
        Signer(Hmac::new(&block.into()))
    }

    /// A token for `aud`, valid from `iat` for `ttl` seconds.
    pub fn issue(&self, aud: &str, iat: i64, ttl: i64) -> String {
        let claims = Claims { aud: aud.to_owned(), exp: iat.saturating_add(ttl), iat, authorities: "[ROLE_USER]".to_owned() };
        // Four plain fields always serialise.
        let claims = serde_json::to_vec(&claims).unwrap_or_default();
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(HEADER), URL_SAFE_NO_PAD.encode(claims));
        let signature = self.0.clone().chain_update(&signed).finalize().into_bytes();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The claims of a token that this signer issued; `None` for any other text. Expiry is the caller's to judge.
    pub fn check(&self, token: &str) -> Option<Claims> {
        let (signed, signature) = token.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        self.0.clone().chain_update(signed).verify_slice(&signature).ok()?;
        claims(token)
    }
}

/// What a text that looks like one of our tokens claims, whoever signed it.
pub fn claims(token: &str) -> Option<Claims> {
    let (signed, _) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    if URL_SAFE_NO_PAD.decode(header).ok()? != HEADER.as_bytes() {
        return None;
    }
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
}
