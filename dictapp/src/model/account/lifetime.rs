//! The lifetime of a session.

/// The lifetime that the user chose at the log-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// Ends with the browser, or after half a day.
    Browser,
    /// "Keep me logged in".
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
