//! The scopes of an API token: what a program may do with it.

use std::fmt;

/// A permission of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Look words up, also on a site that is closed to guests.
    Read,
    /// Read and change the user's history, saved words (word book) and reviews; look-ups are
    /// recorded.
    History,
    /// Administer users, if the user is an administrator.
    Admin,
}

/// A set of scopes: for each of [`Scope::ALL`], whether it is in the set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scopes([bool; 3]);

impl Scope {
    /// All scopes.
    pub const ALL: [Scope; 3] = [Scope::Read, Scope::History, Scope::Admin];

    /// The word in the database and in the API.
    pub fn name(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::History => "history",
            Scope::Admin => "admin",
        }
    }
}

impl Scopes {
    /// The scopes of a program that uses the token of a log-in instead of an API token.
    pub const OF_LOG_IN: Scopes = Scopes([true, true, false]);

    /// Parses the names of scopes, separated by spaces. Unknown names are ignored.
    pub fn parse(words: &str) -> Scopes {
        Scopes(Scope::ALL.map(|scope| words.split(' ').any(|word| word == scope.name())))
    }

    /// Whether a scope is in the set.
    pub fn has(self, scope: Scope) -> bool {
        self.iter().any(|one| one == scope)
    }

    /// The scopes in their order.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().zip(self.0).filter(|(_, is_in)| *is_in).map(|(scope, _)| scope)
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.iter().map(Scope::name).collect();
        f.write_str(&names.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read_as_they_are_written() {
        for text in ["", "read", "read history", "history admin", "read history admin"] {
            assert_eq!(Scopes::parse(text).to_string(), text);
        }
        assert_eq!(Scopes::parse("admin  nonsense read").to_string(), "read admin");
        assert!(Scopes::OF_LOG_IN.has(Scope::History) && !Scopes::OF_LOG_IN.has(Scope::Admin));
    }
}
