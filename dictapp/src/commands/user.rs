//! The command `dictapp user`: adds, lists, changes and deletes users. Servers of the same database
//! apply changes within two seconds.

use std::io::{self, Write};

use anyhow::{Context, Result, anyhow};
use clap::Subcommand;
use serde::Serialize;

use super::Output;
use super::client::terminal;
use crate::model::{Role, Username};
use crate::session::Token;
use crate::settings::Settings;
use crate::site::Site;
use crate::store::{Store, User, UserId};

/// A query or a change of users.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum UserCommand {
    /// Add a user, with a one-time code for their first password or with the password on stdin
    Add {
        /// The name to log in with
        name: String,
        /// What the user may do: user, teacher or admin
        #[arg(long, default_value = "user", value_parser = role)]
        role: Role,
        /// Read the password from standard input
        #[arg(long)]
        password: bool,
    },
    /// List all users
    List,
    /// Show a user with their sessions and the newest entries of the audit log
    Show {
        /// The name
        name: String,
    },
    /// Block a user from logging in, and end their sessions
    Disable {
        /// The name
        name: String,
    },
    /// Let a blocked user log in again
    Enable {
        /// The name
        name: String,
    },
    /// Give a user a role; more rights end their sessions
    Role {
        /// The name
        name: String,
        /// What the user may do: user, teacher or admin
        #[arg(value_parser = role)]
        role: Role,
    },
    /// Set a user's password, read from standard input, and end their sessions
    Passwd {
        /// The name
        name: String,
    },
    /// Make a one-time code with which a user sets a new password
    Reset {
        /// The name
        name: String,
    },
    /// Delete a user with their history and everything else that is stored about them
    Delete {
        /// The name
        name: String,
    },
}

/// A user as the command prints it. `sessions` and `audit` are filled by `show`, `reset_code` by
/// `reset` and by `add` without a password.
#[derive(Serialize)]
struct Row {
    id: i64,
    name: String,
    role: &'static str,
    created: String,
    disabled: Option<String>,
    /// What the user has to do after the change; only in the output as text.
    #[serde(skip)]
    advice: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reset_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sessions: Option<Vec<SessionRow>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audit: Option<Vec<AuditRow>>,
}

#[derive(Serialize)]
struct SessionRow {
    created: String,
    last_use: String,
    device: String,
    network: String,
}

#[derive(Serialize)]
struct AuditRow {
    time: String,
    event: &'static str,
    network: Option<String>,
}

/// Number of entries of the audit log that `show` prints.
const AUDIT_SHOWN: u32 = 20;

/// Number of users that one query returns.
const PAGE: u32 = 1000;

/// Runs the command and prints the users that it lists or has changed.
///
/// # Errors
/// If the user does not exist, the change is refused, or the database is unavailable.
pub fn run(settings: &Settings, store: Store, command: &UserCommand, output: Output) -> Result<()> {
    let site = Site::without_words(settings.clone(), store)?;
    let rows = apply(&site, command)?;
    let text = match (output, command) {
        (Output::Text, UserCommand::Delete { name }) => format!("deleted {name}\n"),
        (Output::Text, _) => table(&rows),
        (Output::Json, UserCommand::List) => serde_json::to_string_pretty(&rows)? + "\n",
        (Output::Json, _) => serde_json::to_string_pretty(&rows.first())? + "\n",
    };
    io::stdout().write_all(text.as_bytes()).context("cannot write to standard output")
}

fn apply(site: &Site, command: &UserCommand) -> Result<Vec<Row>> {
    let row = match command {
        UserCommand::List => return list(site),
        UserCommand::Add { name, role, password: false } => {
            // A random password that nobody knows, until the user sets one with the code.
            let unknown = Token::random()?.to_text();
            // `None`, here and below: the audit log gets no administrator and no client, since a
            // command makes the change.
            reset(site, site.add_user(&Username::parse(name)?, &unknown, *role, None)?)?
        }
        UserCommand::Add { name, role, password: true } => {
            site.add_user(&Username::parse(name)?, &read_password()?, *role, None)?.into()
        }
        UserCommand::Show { name } => show(site, find(site, name)?)?,
        UserCommand::Reset { name } => reset(site, find(site, name)?)?,
        UserCommand::Disable { name } => {
            site.disable_user(&find(site, name)?, None, None)?;
            find(site, name)?.into()
        }
        UserCommand::Enable { name } => {
            site.enable_user(&find(site, name)?, None, None)?;
            find(site, name)?.into()
        }
        UserCommand::Role { name, role } => {
            let before = find(site, name)?;
            site.set_role(&before, *role, None, None)?;
            let advice = (*role > before.role).then(|| format!("{name} has to log in again"));
            Row { advice, ..find(site, name)?.into() }
        }
        UserCommand::Passwd { name } => {
            let user = find(site, name)?;
            site.set_password(&user, &read_password()?, None)?;
            user.into()
        }
        UserCommand::Delete { name } => {
            let user = find(site, name)?;
            site.delete_user(&user, None, None)?;
            user.into()
        }
    };
    Ok(vec![row])
}

/// Makes a one-time code with which the user sets a password.
fn reset(site: &Site, user: User) -> Result<Row> {
    let code = site.make_reset_code(user.id, None, None).map_err(|e| anyhow!("{e}"))?;
    Ok(Row { reset_code: Some(code.to_text()), ..user.into() })
}

fn list(site: &Site) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    let mut after = UserId::BEFORE_ALL;
    loop {
        let users = site.users_after(after, PAGE)?;
        let Some(last) = users.last() else { return Ok(rows) };
        after = last.id;
        rows.extend(users.into_iter().map(Row::from));
    }
}

fn show(site: &Site, user: User) -> Result<Row> {
    let sessions = site.sessions_of(user.id)?.into_iter().map(|session| SessionRow {
        created: session.created.to_string(),
        last_use: session.seen.to_string(),
        device: session.device,
        network: session.network,
    });
    let audit = site.audit_log(Some(user.id), AUDIT_SHOWN)?.into_iter().map(|entry| AuditRow {
        time: entry.at.to_string(),
        event: entry.event.name(),
        network: entry.network,
    });
    let sessions = Some(sessions.collect());
    let audit = Some(audit.collect());
    Ok(Row { sessions, audit, ..user.into() })
}

fn find(site: &Site, name: &str) -> Result<User> {
    let user = site.user(&Username::parse(name)?)?;
    user.with_context(|| format!("there is no user {name}"))
}

/// Reads one line of standard input, without echo if it is a terminal.
fn read_password() -> Result<String> {
    let password = terminal::password("Password: ")?.filter(|password| !password.is_empty());
    password.context("there is no password on standard input")
}

fn role(name: &str) -> Result<Role, String> {
    Role::parse(name).ok_or_else(|| "the role is not user, teacher or admin".to_owned())
}

/// The rows as a table. Below a user are the lines with the code, the sessions and the audit log.
fn table(rows: &[Row]) -> String {
    let mut text = format!("{:>6}  {:8} {:20}  {:8}  name\n", "id", "role", "since", "state");
    for row in rows {
        let Row { id, name, role, created, disabled, .. } = row;
        let since = created.get(..19).unwrap_or(created); // without fractions of a second
        let state = disabled.as_ref();
        let state = state.map_or("enabled", |_| "disabled");
        text += &format!("{id:>6}  {role:8} {since:20}  {state:8}  {name}\n");
        if let Some(advice) = &row.advice {
            text += &format!("{advice}\n");
        }
        if let Some(code) = &row.reset_code {
            text += &format!("one-time code for a new password: {code}\n");
        }
        for session in row.sessions.iter().flatten() {
            let SessionRow { last_use, device, network, .. } = session;
            text += &format!("session  {last_use}  {network}  {device}\n");
        }
        for entry in row.audit.iter().flatten() {
            // A change without a network was made by a command.
            let network = entry.network.as_deref().unwrap_or("command");
            text += &format!("audit    {}  {network}  {}\n", entry.time, entry.event);
        }
    }
    text
}

impl From<User> for Row {
    fn from(user: User) -> Row {
        Row {
            id: user.id.number(),
            name: user.name.to_string(),
            role: user.role.name(),
            created: user.created.to_string(),
            disabled: user.disabled.map(|since| since.to_string()),
            advice: None,
            reset_code: None,
            sessions: None,
            audit: None,
        }
    }
}
