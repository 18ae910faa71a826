//! Accounts: registration, log-in, passwords, sessions, API tokens, administration, the audit log,
//! and the export of a user's data.

mod administration;
mod audit;
pub(super) mod codes;
mod derived;
mod export;
mod log_in;
mod passwords;
mod register;
mod sessions;
mod tokens;

use std::fmt;
use std::net::IpAddr;

use crate::model::{Role, Username};
use crate::session::Token;
use crate::store::UserId;

pub use administration::AdminError;
pub(super) use derived::DerivedTokens;
pub use export::Export;
pub use log_in::{Credentials, LogIn};
pub use passwords::{NewPassword, PasswordChange, ResetCode};
pub use register::{Registration, SignUp};
pub use tokens::{ApiKey, TokenMaking};

/// The user of a request, who is logged in or has sent an API token.
#[derive(Clone, Debug)]
pub struct CurrentUser {
    /// The user.
    pub id: UserId,
    /// That user's name.
    pub name: Username,
    /// The role of the user.
    pub role: Role,
}

/// The browser or program that sent a request: for the list of sessions, the audit log and the
/// limits.
#[derive(Clone, Debug)]
pub struct Client {
    /// The IP address.
    pub address: IpAddr,
    /// A short name of the client, as in "Firefox, Windows", from its `User-Agent`.
    pub device: String,
}

/// A new session.
#[derive(Debug)]
pub struct SignedIn {
    /// The token for the session cookie.
    pub token: Token,
    /// The user who logged in.
    pub user: UserId,
    /// The proof for the device cookie, which the browser sends with later log-ins.
    pub device: DeviceProof,
}

/// The content of a device cookie: proof that the browser has logged in as a user before.
pub struct DeviceProof(pub(super) String);

impl DeviceProof {
    /// 64 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DeviceProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceProof(..)")
    }
}
