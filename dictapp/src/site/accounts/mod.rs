//! The life of an account: registering, logging in, passwords, sessions, administration, and
//! everything that is stored about a user.

mod administration;
mod audit;
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
pub use export::Export;
pub use log_in::{Credentials, LogIn};
pub use passwords::{PasswordChange, ResetCode};
pub use register::{Registration, SignUp};
pub use tokens::{ApiKey, TokenMaking};

/// A visit of a user who is logged in.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The user.
    pub user: UserId,
    /// That user's name.
    pub name: Username,
    /// What that user may do.
    pub role: Role,
}

/// The browser that asks, as sessions and the audit log name it.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its address.
    pub address: IpAddr,
    /// What it says it is, as in "Firefox, Windows".
    pub device: String,
}

/// A session that began.
#[derive(Debug)]
pub struct SignedIn {
    /// For the browser's session cookie.
    pub token: Token,
    /// Who logged in.
    pub user: UserId,
    /// For the browser's device cookie: the proof of this log-in in later ones.
    pub device: DeviceProof,
}

/// The content of a device cookie.
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
