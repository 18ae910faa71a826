//! Shows the two menus of the terminal client: 登录, 注册, 退出 (log in, register, leave) for guests, and
//! 查单词, 历史记录, 注销 (look up, history, log out) for users. They are the menus of the client of a
//! programming course, which `dictapp client` replaces.

use std::rc::Rc;

use anyhow::{Result, anyhow, bail};

use super::connection::{CallError, CallResult, Connection, LookUp};
use super::prompt::{Prompt, print_line};
use super::terminal;
use super::token_file::TokenFile;
use crate::commands::Output;
use crate::commands::look::{self, pager};
use crate::texts::{Client, fill};

/// The input that ends the look-ups.
pub(super) const END_OF_LOOK_UPS: &str = "##";

/// Number of rows of the history that are shown if the user does not choose all.
const HISTORY_ROWS: usize = 10;

/// The menus, with the server and the terminal.
pub(super) struct Menus<'a> {
    pub(super) connection: Rc<Connection>,
    pub(super) prompt: Prompt<'a>,
    /// The file with the token of the session.
    pub(super) tokens: TokenFile,
    /// The texts in the user's language.
    pub(super) t: &'static Client,
}

/// The next menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// The menu for guests.
    Guest,
    /// The menu for users.
    User,
    /// The end of the program.
    Exit,
}

impl Menus<'_> {
    /// Shows the menus until the user leaves.
    pub(super) fn run(mut self) -> Result<()> {
        let mut next = self.resume()?;
        loop {
            next = match next {
                Next::Guest => self.guest_menu()?,
                Next::User => self.user_menu()?,
                Next::Exit => {
                    print_line(self.t.bye);
                    return Ok(());
                }
            };
        }
    }

    /// Continues the session of the last log-in, if there is one. Fails if the server does not
    /// answer, so that the program ends before anything is typed.
    fn resume(&mut self) -> Result<Next> {
        if self.connection.token.borrow().is_none() {
            self.connection.reach().map_err(|error| anyhow!("{error}"))?;
            return Ok(Next::Guest);
        }
        match self.connection.own_name() {
            Ok(name) => {
                print_line(fill(self.t.welcome, "name", name));
                Ok(Next::User)
            }
            Err(CallError::Lost(error)) => bail!("{error}"),
            Err(error) => Ok(self.failed(&error)),
        }
    }

    /// Shows the menu for guests once and carries out the choice.
    fn guest_menu(&mut self) -> Result<Next> {
        print_line(format_args!("\n{}", self.t.first_menu));
        Ok(match self.prompt.line(self.t.choose)?.as_deref() {
            Some("1") => self.log_in()?,
            Some("2") => self.register()?,
            Some("3") | None => Next::Exit,
            Some(_) => {
                print_line(self.t.wrong_choice);
                Next::Guest
            }
        })
    }

    fn log_in(&mut self) -> Result<Next> {
        let Some(name) = self.prompt.line(self.t.name)? else { return Ok(Next::Exit) };
        let Some(password) = terminal::password(self.t.password)? else { return Ok(Next::Exit) };
        let entered = self.connection.log_in(&name, &password);
        Ok(self.show_entered(entered, self.t.logged_in, self.t.blocked))
    }

    fn register(&mut self) -> Result<Next> {
        let Some(name) = self.prompt.line(self.t.name)? else { return Ok(Next::Exit) };
        let Some(password) = terminal::password(self.t.password)? else { return Ok(Next::Exit) };
        let again = terminal::password(self.t.password_again)?;
        let Some(again) = again else { return Ok(Next::Exit) };
        if again != password {
            print_line(self.t.passwords_differ);
            return Ok(Next::Guest);
        }
        let entered = self.connection.register(&name, &password);
        Ok(self.show_entered(entered, self.t.registered, self.t.closed))
    }

    /// Prints the result of a log-in or a registration, and stores the token in its file. `done` is
    /// the text for success, `forbidden` the text for status 403.
    fn show_entered(&mut self, entered: CallResult<String>, done: &str, forbidden: &str) -> Next {
        match entered {
            Ok(token) => {
                print_line(done);
                if let Err(error) = self.tokens.write(&self.connection.base, &token) {
                    print_line(fill(self.t.not_kept, "error", error));
                }
                self.connection.token.replace(Some(token));
                Next::User
            }
            Err(CallError::Refused { status: 409, .. }) => self.refused(self.t.name_taken),
            Err(CallError::Refused { status: 401, .. }) => self.refused(self.t.wrong_password),
            Err(CallError::Refused { status: 403, .. }) => self.refused(forbidden),
            Err(CallError::Refused { status: 422, detail, .. }) => self.refused(&detail),
            Err(error) => self.failed(&error),
        }
    }

    /// Shows the menu for a logged-in user once and carries out the choice.
    fn user_menu(&mut self) -> Result<Next> {
        print_line(format_args!("\n{}", self.t.user_menu));
        Ok(match self.prompt.line(self.t.choose)?.as_deref() {
            Some("1") => self.look_up()?,
            Some("2") => self.history()?,
            Some("3") => self.log_out(),
            None => Next::Exit,
            Some(_) => {
                print_line(self.t.wrong_choice);
                Next::User
            }
        })
    }

    /// Looks words up until the user types `##`. A word that could not be sent is already in the
    /// next input line, so that the user need not type it again.
    fn look_up(&mut self) -> Result<Next> {
        let mut unsent = String::new();
        loop {
            let Some(word) = self.prompt.word(self.t.word, &unsent)? else { return Ok(Next::Exit) };
            unsent.clear();
            match word.as_str() {
                END_OF_LOOK_UPS => return Ok(Next::User),
                "" => continue,
                _ => {}
            }
            match self.connection.look_up(&word) {
                Ok(LookUp::Found(entry)) => look::print(entry, Output::Text, self.t)?,
                Ok(LookUp::Missing(near)) => {
                    print_line(self.t.no_word);
                    if !near.is_empty() {
                        print_line(fill(self.t.near, "words", near.join(", ")));
                    }
                }
                Err(CallError::Lost(error)) => {
                    print_line(&error);
                    unsent = word;
                }
                Err(CallError::Refused { status: 400, .. }) => print_line(self.t.odd_word),
                Err(error) => {
                    if self.failed(&error) == Next::Guest {
                        return Ok(Next::Guest);
                    }
                }
            }
        }
    }

    /// Shows the newest rows of the history, or all of them.
    fn history(&mut self) -> Result<Next> {
        let Some(choice) = self.prompt.line(self.t.how_many)? else { return Ok(Next::Exit) };
        let limit = match choice.to_lowercase().as_str() {
            "" | "10" => Some(HISTORY_ROWS),
            "a" | "all" | "全部" => None,
            _ => {
                print_line(self.t.wrong_choice);
                return Ok(Next::User);
            }
        };
        let rows = match self.connection.history(limit) {
            Ok(rows) => rows,
            Err(error) => return Ok(self.failed(&error)),
        };
        if rows.is_empty() {
            print_line(self.t.no_history);
            return Ok(Next::User);
        }
        let line = |row: &super::connection::HistoryRow| {
            format!("{}  {}  {}\n", row.name, row.word, in_local_time(&row.time))
        };
        pager::show(&rows.iter().map(line).collect::<String>(), self.t.pager)?;
        Ok(Next::User)
    }

    fn log_out(&mut self) -> Next {
        if let Err(error) = self.connection.log_out() {
            print_line(self.reason(&error));
        }
        self.forget();
        Next::Guest
    }

    /// Prints the error. Returns the next menu: that for users, or that for guests if the session
    /// has ended or nobody is logged in.
    fn failed(&mut self, error: &CallError) -> Next {
        match error {
            CallError::Refused { status: 401, .. } => {
                self.forget();
                self.refused(self.t.log_in_again)
            }
            error => {
                print_line(self.reason(error));
                if self.connection.token.borrow().is_some() { Next::User } else { Next::Guest }
            }
        }
    }

    /// The text of an error for the user.
    fn reason(&self, error: &CallError) -> String {
        match error {
            CallError::Refused { status: 429, wait, .. } => {
                let minutes = wait.unwrap_or_default().as_secs().div_ceil(60).max(1);
                fill(self.t.later, "minutes", minutes)
            }
            CallError::Refused { status: 500.., detail, .. } => {
                fill(self.t.unavailable, "detail", detail)
            }
            error => error.to_string(),
        }
    }

    /// Prints a text. The menu for guests follows.
    fn refused(&self, text: &str) -> Next {
        print_line(text);
        Next::Guest
    }

    /// Deletes the token of the session here and in its file.
    fn forget(&mut self) {
        self.connection.token.take();
        self.tokens.remove();
    }
}

/// Converts the time of a history row, in UTC, to the time zone of this machine. A text that is not
/// a time stays as it is.
fn in_local_time(time: &str) -> String {
    let Ok(time) = time.parse::<jiff::Timestamp>() else { return time.to_owned() };
    time.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}
