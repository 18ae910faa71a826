//! Remembers what is derived from the tokens of valid sessions, so that most requests of users need
//! no SHA-256: a processor without special instructions for it executes 3,400 for each block.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use crate::form_token::form_token;
use crate::lock::lock;
use crate::session::{Token, TokenHash};

/// Maximum number of tokens, which take some megabytes.
const TOKENS_MAX: usize = 16_384;

/// What is derived from the token of a session.
pub(super) struct Derived {
    /// The hash, by which the session is stored.
    pub(super) hash: TokenHash,
    /// The token for forms.
    pub(super) form_token: Arc<str>,
}

/// The derived values of sessions by their tokens.
#[derive(Default)]
pub(crate) struct DerivedTokens(Mutex<HashMap<Token, Arc<Derived>>>);

impl Derived {
    pub(super) fn from_token(token: &Token) -> Arc<Derived> {
        Arc::new(Derived { hash: token.hash(), form_token: form_token(token).into() })
    }
}

impl DerivedTokens {
    pub(super) fn get(&self, token: &Token) -> Option<Arc<Derived>> {
        lock(&self.0).get(token).cloned()
    }

    /// Remembers the token of a valid session. The tokens of other sessions must not be remembered:
    /// clients can invent any number of them.
    pub(super) fn keep(&self, token: &Token, derived: &Arc<Derived>) {
        let mut known = lock(&self.0);
        if known.len() >= TOKENS_MAX {
            known.clear();
        }
        known.insert(token.clone(), Arc::clone(derived));
    }

    pub(super) fn forget(&self, token: &Token) {
        lock(&self.0).remove(token);
    }
}

// Omits the tokens, which must not get into a log.
impl fmt::Debug for DerivedTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DerivedTokens({} tokens)", lock(&self.0).len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_remembered_until_it_is_forgotten() {
        let (known, token) = (DerivedTokens::default(), Token::random().unwrap());
        assert!(known.get(&token).is_none());
        known.keep(&token, &Derived::from_token(&token));
        let derived = known.get(&token).unwrap();
        assert_eq!(derived.hash, token.hash());
        assert_eq!(*derived.form_token, form_token(&token));
        assert!(known.get(&Token::random().unwrap()).is_none());
        assert_eq!(format!("{known:?}"), "DerivedTokens(1 tokens)");
        known.forget(&token);
        assert!(known.get(&token).is_none());
    }

    #[test]
    fn the_number_of_remembered_tokens_is_limited() {
        let known = DerivedTokens::default();
        let derived = Derived::from_token(&Token::random().unwrap());
        for _ in 0..=TOKENS_MAX {
            known.keep(&Token::random().unwrap(), &derived);
        }
        assert_eq!(lock(&known.0).len(), 1);
    }
}
