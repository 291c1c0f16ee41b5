//! Where everything random comes from: 32 bytes, given with `--seed`, kept in a state file or drawn once at start, and
//! expanded by purpose.

use sha2::{Digest, Sha256};

/// The root of all that looks random in one server. The same seed gives the same ids and the same signing keys.
#[derive(Clone, PartialEq, Eq)]
pub struct Seed([u8; 32]);

impl Seed {
    /// A seed that repeats.
    pub fn repeatable(number: u64) -> Seed {
        Seed(Sha256::digest(number.to_be_bytes()).into())
    }

    /// A seed that nobody can guess.
    #[expect(clippy::disallowed_methods, reason = "the one place that draws at random")]
    pub fn random() -> Seed {
        let entropy = [uuid::Uuid::new_v4(), uuid::Uuid::new_v4(), uuid::Uuid::new_v4()];
        Seed(entropy.iter().fold(Sha256::new(), Sha256::chain_update).finalize().into())
    }

    /// The seed that [`hex`](Seed::hex) has written.
    pub fn from_hex(text: &str) -> Option<Seed> {
        let digits: Option<Vec<u8>> = text.chars().map(|digit| u8::try_from(digit.to_digit(16)?).ok()).collect();
        let bytes: Vec<u8> = digits?.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect();
        let root = bytes.try_into().ok().filter(|_| text.len() == 2 * size_of::<Seed>());
        root.map(Seed)
    }

    /// As a state file keeps it: whoever knows it can make tokens.
    pub fn hex(&self) -> String {
        use std::fmt::Write as _;
        self.0.iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}"); // a String takes everything
            hex
        })
    }

    /// 32 bytes for the `count`th thing of a `purpose` in an account: independent of every other account and purpose.
    pub fn bytes(&self, purpose: &str, account: &str, count: u64) -> [u8; 32] {
        let Seed(root) = self;
        let named = Sha256::new().chain_update(root).chain_update(purpose).chain_update([0]).chain_update(account).chain_update([0]);
        named.chain_update(count.to_be_bytes()).finalize().into()
    }
}

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_sixty_four_digits_and_nothing_else() {
        let hex = Seed::repeatable(1).hex();
        assert_eq!(Seed::from_hex(&hex).map(|seed| seed.hex()), Some(hex.clone()));
        for other in ["", "00", &hex[1..], &format!("{hex}0"), &format!("g{}", &hex[1..]), &format!("{}g", &hex[1..])] {
            assert_eq!(Seed::from_hex(other).map(|seed| seed.hex()), None, "{other}");
        }
    }
}
