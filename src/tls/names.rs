//! The names that a certificate is for.

use std::net::IpAddr;

use rustls::pki_types::DnsName;

use crate::domain::secret;

/// The vendor's name, which comes first.
pub const VENDOR: &str = "vchatcloud.com";
/// The vendor's, and those of this machine.
const OWN: [&str; 5] = [VENDOR, "www.vchatcloud.com", "localhost", "127.0.0.1", "::1"];

/// DNS names in lower case and IP addresses, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names(Vec<String>);

/// A text that no certificate can be for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be a DNS name or an IP address, got \"{0}\"")]
pub struct BadName(String);

impl Names {
    /// The vendor's and this machine's names, and more.
    ///
    /// # Errors
    /// [`BadName`] for the first that is none.
    pub fn and<S: AsRef<str>>(more: &[S]) -> Result<Names, BadName> {
        let mut names: Vec<String> = OWN.map(str::to_owned).into();
        for text in more.iter().map(AsRef::as_ref) {
            let name = normal(text).ok_or_else(|| BadName(secret::scrubbed(text).into_owned()))?;
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Ok(Names(names))
    }

    /// All of them.
    pub fn all(&self) -> &[String] {
        &self.0
    }

    /// Whether the certificate is for that name too.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|own| own.eq_ignore_ascii_case(name))
    }
}

fn normal(text: &str) -> Option<String> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address.to_string());
    }
    // A final dot is none of a certificate's.
    let name = text.strip_suffix('.').unwrap_or(text);
    DnsName::try_from(name).ok().map(|name| name.as_ref().to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_texts_that_are_none() {
        let names = Names::and(&["Mock.Test.", "mock.test", "10.0.0.1", "0:0::1", "_x.test", "xn--9n2bp8q.test"]).unwrap();
        assert_eq!(names.all()[OWN.len()..], ["mock.test", "10.0.0.1", "_x.test", "xn--9n2bp8q.test"]);
        assert!(names.has("MOCK.test") && names.has("vchatcloud.com") && !names.has("test") && !names.has("api.vchatcloud.com"));
        for bad in ["", ".", "a b", "http://x", "x:443", "[::1]", "*.test", "1.2.3.400", "한글.test", "a..b", &"x".repeat(64)] {
            assert_eq!(Names::and(&["ok.test", bad]), Err(BadName(bad.to_owned())));
        }
    }
}
