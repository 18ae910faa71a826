//! Actions that each user may do only so often, because they cost time, memory or rows.

/// Something that each user may do only a number of times within the window, which is the setting
/// `login_failures_window`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// An export of all data: it takes time and memory.
    Export,
    /// A join code that no class has: it may be a guess.
    WrongJoinCode,
    /// A review: it adds a row.
    Review,
    /// An entry of the kind with this name in the audit log. Each kind is counted by itself, so
    /// that a flood of one kind hides no other.
    Audited(&'static str),
}

/// Maximum number of entries of one kind in the audit log that concern no user, such as failed
/// log-ins with unknown names, within the window.
const AUDITED_OF_NOBODY_MAX: u32 = 1000;

impl Action {
    pub(super) fn name(self) -> &'static str {
        match self {
            Action::Export => "export",
            Action::WrongJoinCode => "wrong join code",
            Action::Review => "review",
            Action::Audited(event) => event,
        }
    }

    /// How often this user may do it in the window. `None`: the limit for all callers together who
    /// are not a known user.
    pub(super) fn max(self, user: Option<i64>) -> u32 {
        match self {
            Action::Audited(_) if user.is_none() => AUDITED_OF_NOBODY_MAX,
            Action::Audited(_) => 100,
            Action::Export => 10,
            Action::WrongJoinCode => 20,
            // One in a second of the default window of 15 minutes.
            Action::Review => 900,
        }
    }
}
