//! The pages of an account: registration, log-in, changes, export and deletion, a new password with
//! a one-time code, and the privacy page.

mod login;
mod events;
mod registration;
mod account_page;
mod reset;
mod tokens;
mod privacy;

pub(crate) use account_page::{
    change_password, delete_account, delete_history, end_sessions, export, show,
};
pub(super) use events::{detail_text, event_text, role_name};
pub(crate) use login::{show_login, show_register, submit_login, submit_logout, submit_register};
pub(crate) use privacy::show_privacy;
pub(super) use registration::{password_text, username_text};
pub(crate) use reset::{show_reset, submit_reset};
pub(crate) use tokens::submit_tokens;
