//! A CA (certificate CA) of our own: a key, and a certificate that it has signed itself.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PublicKeyData,
};
use rustls::pki_types::pem::{PemObject, SectionKind};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use x509_parser::certificate::X509Certificate;
use x509_parser::parse_x509_certificate;

use super::names::{Names, VENDOR};

/// What the name of every CA made here begins with; a part of its key's fingerprint follows. Were they all called the
/// same, a client that trusts an earlier one would report a bad signature, and not a CA that it does not know.
const NAME: &str = "vchatcloud-mock CA";
const LIFE: TimeDelta = TimeDelta::days(3650);
/// Apple's systems take no server's certificate that is valid for longer than 398.
const LEAF_LIFE: TimeDelta = TimeDelta::days(397);
/// Clients whose clock is behind ours must find it valid.
const BACKDATED: TimeDelta = TimeDelta::days(1);

/// What to do about one that is not as it should be; the files are called so wherever they are.
const ANEW: &str = "move ca.pem and ca-key.pem away to have both made anew";

/// Signs certificates for servers.
pub struct Ca {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    not_after: DateTime<Utc>,
}

/// Why a certificate and a key are no CA of ours: which of the two is at fault, how, and the cure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    Certificate(String),
    Key(String),
}

/// A certificate and its key.
pub struct Leaf {
    pub certificate: CertificateDer<'static>,
    pub key: PrivateKeyDer<'static>,
}

impl Ca {
    /// Makes one.
    ///
    /// # Errors
    /// What the library says; the machine has given no random bytes, say.
    pub fn make(now: DateTime<Utc>) -> Result<Ca, rcgen::Error> {
        let key = KeyPair::generate()?;
        let mut params = params(now, now + LIFE);
        let fingerprint = params.key_identifier(&key).into_iter().take(4).fold(0_u32, |number, byte| number << 8 | u32::from(byte));
        params.distinguished_name = common_name(&format!("{NAME} {fingerprint:08x}"));
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let pem = params.self_signed(&key)?.pem();
        Ok(Ca { issuer: Issuer::new(params, key), pem, not_after: now + LIFE })
    }

    /// Reads one that was made here, from two texts in PEM.
    ///
    /// # Errors
    /// [`Unfit`] for anything else, and for one that is not valid now.
    pub fn read(certificate: &str, key: &str, now: DateTime<Utc>) -> Result<Ca, Unfit> {
        let certificate_is = |what: &str| Unfit::Certificate(format!("{what}; put the right one there, or {ANEW}"));
        let key_is = |what: &str| Unfit::Key(format!("{what}; put the right one there, or {ANEW}"));
        let der = sole_certificate(certificate).ok_or_else(|| certificate_is("is no PEM with one certificate and nothing else"))?;
        let (_, parsed) = parse_x509_certificate(&der).map_err(|_| certificate_is("has no certificate that can be read"))?;
        if !parsed.is_ca() {
            return Err(certificate_is("is no CA's certificate"));
        }
        let not_after = check(&parsed, now).map_err(Unfit::Certificate)?;
        let key = KeyPair::from_pem(key).map_err(|_| key_is("is no PEM with a private key that can be used"))?;
        if parsed.public_key().raw != key.subject_public_key_info() {
            return Err(key_is("does not belong to the certificate"));
        }
        let issuer = Issuer::from_ca_cert_der(&der, key).map_err(|_| certificate_is("cannot be used"))?;
        Ok(Ca { issuer, pem: certificate.to_owned(), not_after })
    }

    /// Its certificate, for those who are to trust it.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// Its key, in PEM.
    pub fn key_pem(&self) -> String {
        self.issuer.key().serialize_pem()
    }

    /// A certificate for a server of these names, with a key of its own.
    ///
    /// # Errors
    /// What the library says.
    pub fn issue(&self, names: &Names, now: DateTime<Utc>) -> Result<Leaf, rcgen::Error> {
        let key = KeyPair::generate()?;
        let mut params = params(now, self.not_after.min(now - BACKDATED + LEAF_LIFE));
        params.subject_alt_names = CertificateParams::new(names.all())?.subject_alt_names;
        params.distinguished_name = common_name(VENDOR);
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let certificate = params.signed_by(&key, &self.issuer)?.into();
        Ok(Leaf { certificate, key: PrivatePkcs8KeyDer::from(key.serialize_der()).into() })
    }
}

fn params(now: DateTime<Utc>, not_after: DateTime<Utc>) -> CertificateParams {
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    let at = |moment: DateTime<Utc>| epoch + std::time::Duration::from_secs(moment.timestamp().unsigned_abs());
    let mut params = CertificateParams::default();
    params.not_before = at(now - BACKDATED);
    params.not_after = at(not_after);
    params
}

fn common_name(name: &str) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, name);
    names
}

/// Whoever keeps the key in the same file would have it published.
fn sole_certificate(pem: &str) -> Option<CertificateDer<'static>> {
    let mut sections = <(SectionKind, Vec<u8>)>::pem_slice_iter(pem.as_bytes());
    match (sections.next(), sections.next()) {
        (Some(Ok((SectionKind::Certificate, der))), None) => Some(der.into()),
        _ => None,
    }
}

/// Until when it is valid, if it is ours and valid now.
fn check(certificate: &X509Certificate, now: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
    let subject = certificate.subject();
    let name = subject.iter_common_name().next().and_then(|name| name.as_str().ok());
    if !name.is_some_and(|name| name.starts_with(NAME)) {
        return Err(format!("was made by somebody else, for \"{subject}\"; name a directory of its own"));
    }
    let moment = |time: x509_parser::time::ASN1Time| DateTime::from_timestamp_secs(time.timestamp()).unwrap_or_default();
    let shown = |moment: DateTime<Utc>| moment.to_rfc3339_opts(SecondsFormat::Secs, true);
    let (not_before, not_after) = (moment(certificate.validity().not_before), moment(certificate.validity().not_after));
    if now < not_before {
        return Err(format!("is not valid before {}; set this machine's clock, or {ANEW}", shown(not_before)));
    }
    if now >= not_after {
        return Err(format!("has expired at {}; {ANEW}, and have clients trust the new one", shown(not_after)));
    }
    Ok(not_after)
}
