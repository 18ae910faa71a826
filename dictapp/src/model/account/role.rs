//! The roles of users and their rights.

use std::fmt;

/// The role of a user. Each role includes the rights of the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Looks words up, and has a history and saved words.
    User,
    /// Also has classes, and makes reset codes with which the pupils of a class set a new password.
    Teacher,
    /// Also administers users and books (dictionaries).
    Admin,
}

impl Role {
    /// All roles.
    pub const ALL: [Role; 3] = [Role::User, Role::Teacher, Role::Admin];

    /// The word in the database and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Role::User => "user",
            Role::Teacher => "teacher",
            Role::Admin => "admin",
        }
    }

    /// The role with this name, if there is one.
    pub fn parse(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
