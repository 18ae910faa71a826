//! Actions that are limited for each user, because they cost time, memory or rows.

/// An action that each user may repeat only a number of times within the window (the setting
/// `login_failures_window`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// An export of all data: it takes time and memory.
    Export,
    /// A join code that no class has: it may be a guess.
    WrongJoinCode,
    /// A review: it adds a row.
    Review,
    /// An entry in the audit log; carries the name of its kind. Each kind is counted by itself, so
    /// that a flood of one kind does not keep other kinds out of the log.
    Audited(&'static str),
}

/// Maximum number of entries of one kind in the audit log within the window, for entries without a
/// user, such as failed log-ins with unknown names.
const AUDITED_WITHOUT_USER_MAX: u32 = 1000;

impl Action {
    /// The name under which the action is counted.
    pub(super) fn name(self) -> &'static str {
        match self {
            Action::Export => "export",
            Action::WrongJoinCode => "wrong join code",
            Action::Review => "review",
            Action::Audited(event) => event,
        }
    }

    /// How often this user may do it in the window. `None`: the limit for all actions without a
    /// user together.
    pub(super) fn max(self, user: Option<i64>) -> u32 {
        match self {
            Action::Audited(_) if user.is_none() => AUDITED_WITHOUT_USER_MAX,
            Action::Audited(_) => 100,
            Action::Export => 10,
            Action::WrongJoinCode => 20,
            // One in a second of the default window of 15 minutes.
            Action::Review => 900,
        }
    }
}
