//! Certificates: a CA of our own, made or read, and what a server shows in its name. Times are handed in; keys are drawn
//! by the TLS library, and no seed foretells them.

#[cfg(feature = "tls")]
mod ca;
#[cfg(feature = "tls")]
mod identity;
#[cfg(feature = "tls")]
mod names;

#[cfg(feature = "tls")]
pub use self::ca::{Ca, Unfit};
#[cfg(feature = "tls")]
pub use self::identity::Identity;
#[cfg(feature = "tls")]
pub use self::names::Names;

/// The first byte of whoever speaks TLS; no HTTP begins with it.
pub const HANDSHAKE: u8 = 0x16;

/// In a build without TLS nobody has one.
#[cfg(not(feature = "tls"))]
#[derive(Debug, Clone)]
pub enum Identity {}

#[cfg(not(feature = "tls"))]
impl Identity {
    pub fn names(&self) -> &[String] {
        match *self {}
    }

    pub fn ca(&self) -> &str {
        match *self {}
    }
}
