//! Which keys and tokens pass.

use std::collections::HashMap;
use std::sync::Arc;

use super::account::{self, Account};
use super::{AuthMode, Emulator, lock, read, write};
use crate::domain::ids::{ApiKey, Token, UserId};
use crate::token;

/// Who has been issued tokens, by the e-mail address in them, and whether by this process: one before it may have left a state.
pub(super) type Issued = HashMap<UserId, HashMap<ApiKey, bool>>;

/// Why a key or a token was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthRefusal {
    /// `--auth strict`, and no fixture has this key.
    UnknownKey,
    /// `--auth strict`, and neither a fixture has this token nor was it issued here.
    UnknownToken,
    /// The token was issued here for another API key, or with `--auth strict` is another account's of the fixture.
    TokenOfAnotherKey,
    /// The account's clock has reached the token's `exp`.
    ExpiredToken {
        /// Seconds since then.
        seconds_ago: i64,
    },
}

impl Emulator {
    /// The account that may call with this key alone, as issueToken does. It comes into being here if it must.
    ///
    /// # Errors
    /// [`AuthRefusal::UnknownKey`]
    pub fn authenticate_key(&self, key: &ApiKey) -> Result<Arc<Account>, AuthRefusal> {
        self.check_key(key)?;
        Ok(self.account(key))
    }

    /// Whether requests with this key can have an account.
    ///
    /// # Errors
    /// [`AuthRefusal::UnknownKey`]
    pub fn check_key(&self, key: &ApiKey) -> Result<(), AuthRefusal> {
        if self.knows(&read(&self.0.world), key) { Ok(()) } else { Err(AuthRefusal::UnknownKey) }
    }

    /// The account that may call with this pair. It comes into being here if it must.
    ///
    /// # Errors
    /// [`AuthRefusal`], and then no account has come into being.
    pub fn authenticate(&self, key: &ApiKey, token: &Token) -> Result<Arc<Account>, AuthRefusal> {
        let existing = {
            let world = read(&self.0.world);
            let existing = world.accounts.get(key).cloned();
            if existing.is_none() && !self.knows(&world, key) {
                return Err(AuthRefusal::UnknownKey);
            }
            existing
        };
        let account = || existing.clone().unwrap_or_else(|| self.account(key));
        // One that has not come into being again after a restore has its fixture's.
        let own = match &existing {
            Some(account) => Some(&account.tokens),
            None => self.0.settings.fixtures.accounts.get(key).map(|fixture| &fixture.tokens),
        };
        if own.is_some_and(|tokens| tokens.contains(token)) {
            return Ok(account());
        }
        let claims = match &existing {
            Some(account) => account.signer.check(token.as_str()),
            None => account::signer(&self.0.seed, key).check(token.as_str()),
        };
        if let Some(claims) = claims {
            let seconds_ago = self.now(Some(key)).timestamp() - claims.exp;
            // assumed: leeway
            return if seconds_ago >= 0 { Err(AuthRefusal::ExpiredToken { seconds_ago }) } else { Ok(account()) };
        }
        if self.issued_for_another(token) {
            return Err(AuthRefusal::TokenOfAnotherKey);
        }
        if token.is_real() {
            self.warn_of_live_credential(key);
        }
        match self.0.settings.auth {
            AuthMode::Open => Ok(account()),
            AuthMode::Strict if read(&self.0.world).accounts.values().any(|account| account.tokens.contains(token)) => {
                Err(AuthRefusal::TokenOfAnotherKey)
            }
            AuthMode::Strict => Err(AuthRefusal::UnknownToken),
        }
    }

    /// A new token for the account; older ones stay valid.
    pub fn issue_token(&self, account: &Account) -> String {
        let ttl = i64::try_from(self.0.settings.token_ttl.as_secs()).unwrap_or(i64::MAX);
        if read(&self.0.issued_to).get(&account.user_id).is_none_or(|keys| keys.get(&account.key) != Some(&true)) {
            write(&self.0.issued_to).entry(account.user_id.clone()).or_default().insert(account.key.clone(), true);
        }
        let now = self.now(Some(&account.key)).timestamp();
        if let Some(state) = &mut *write(&account.state) {
            state.expires(now.saturating_add(ttl));
        }
        account.signer.issue(account.user_id.as_str(), now, ttl)
    }

    /// Says once per account that somebody may have sent what opens a real one.
    pub fn warn_of_live_credential(&self, key: &ApiKey) {
        /// Nobody reads so many warnings.
        const WARNINGS: usize = 10_000;
        let mut warned = lock(&self.0.warned);
        if warned.len() < WARNINGS && warned.insert(key.clone()) {
            let account = key.masked();
            tracing::warn!(
                "account {account}: a key or a token of the vendor's real shape was sent that is not of this mock's making; \
                 a live credential has no business here"
            );
        }
    }

    /// Whether a token was issued here for this key before.
    pub fn has_issued_to(&self, key: &ApiKey) -> bool {
        read(&self.0.issued_to).values().any(|keys| keys.get(key) == Some(&true))
    }

    /// Whether the token was issued here for any key.
    fn issued_for_another(&self, token: &Token) -> bool {
        let Some(claimed) = token::claims(token.as_str()).and_then(|claims| claims.aud.parse::<UserId>().ok()) else { return false };
        let issued_to = read(&self.0.issued_to);
        let mut suspects = issued_to.get(&claimed).into_iter().flat_map(HashMap::keys);
        suspects.any(|key| account::signer(&self.0.seed, key).check(token.as_str()).is_some())
    }
}
