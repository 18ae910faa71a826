//! The lifetime of a session: how long a user stays logged in.

/// The lifetime that the user chose at the log-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// Ends with the browser, or after the time in the setting `session_browser` (half a day).
    Browser,
    /// "Keep me logged in": ends later, as the settings say.
    Kept,
}

impl Lifetime {
    /// The word in the database.
    pub fn name(self) -> &'static str {
        match self {
            Lifetime::Browser => "browser",
            Lifetime::Kept => "kept",
        }
    }

    /// The lifetime with this word in the database, if there is one.
    pub fn parse(name: &str) -> Option<Lifetime> {
        [Lifetime::Browser, Lifetime::Kept].into_iter().find(|lifetime| lifetime.name() == name)
    }
}
