//! The page of the users for administrators: finds users, blocks and unblocks them, gives them
//! roles, and makes one-time codes for a new password.

use askama::Template;
use serde::Deserialize;
use webframe::http::StatusCode;
use webframe::{Error, Request, Response, Result};

use super::admin;
use crate::model::Role;
use crate::paths;
use crate::site::{AdminError, Site};
use crate::store::{User, UserId};
use crate::texts::Texts;
use crate::views::account::role_name;
use crate::views::filters;
use crate::views::page::Page;

/// Maximum number of users on a page.
const PAGE_USERS: u32 = 50;

#[derive(Deserialize)]
struct UsersQuery {
    /// Only names that begin with this text are listed.
    #[serde(default)]
    q: String,
    /// The last name on the page before; empty: this is the first page.
    #[serde(default)]
    after: String,
    /// If present: a change was made.
    done: Option<String>,
}

#[derive(Template)]
#[template(path = "admin/users.html")]
struct UsersPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    form_token: String,
    q: String,
    users: Vec<UserLine>,
    /// The last name on this page, if there is another page.
    after: Option<String>,
    notice: UsersNotice,
    /// All roles with their names, as the page shows them.
    roles: [(Role, &'static str); 3],
}

/// The message above the list.
enum UsersNotice {
    None,
    Done,
    LastAdmin,
    Code { name: String, code: String, hours: u64 },
}

struct UserLine {
    id: i64,
    name: String,
    role: Role,
    role_name: &'static str,
    since: String,
    is_disabled: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum UserAction {
    Disable,
    Enable,
    Role,
    Reset,
}

#[derive(Deserialize)]
struct UserForm {
    form_token: String,
    action: UserAction,
    user: i64,
    #[serde(default)]
    role: String,
    #[serde(default)]
    q: String,
}

/// `GET`: the list.
pub(crate) fn show(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let query: UsersQuery = request.query()?;
    let notice = if query.done.is_some() { UsersNotice::Done } else { UsersNotice::None };
    list(&page, StatusCode::OK, query.q, &query.after, notice)
}

/// `POST`: changes one user.
pub(crate) fn submit(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let form: UserForm = request.form()?;
    page.check_form(&form.form_token)?;
    let actor = Some(admin(&page)?.id);
    let client = page.visitor.client();
    let user = site.user_by_id(UserId::new(form.user))?.ok_or_else(|| Error::not_found(""))?;
    let changed = match form.action {
        UserAction::Disable => site.disable_user(&user, actor, Some(&client)),
        UserAction::Enable => Ok(site.enable_user(&user, actor, Some(&client))?),
        UserAction::Role => {
            let role = Role::parse(&form.role);
            let role = role.ok_or_else(|| Error::bad_request("unknown role"))?;
            site.set_role(&user, role, actor, Some(&client))
        }
        UserAction::Reset => {
            // The code is only in this response: no later request can show it again.
            let code = site.make_reset_code(user.id, actor, Some(&client))?.to_text();
            let hours = site.settings().accounts.reset_code_valid.as_secs().div_ceil(3600);
            let notice = UsersNotice::Code { name: user.name.to_string(), code, hours };
            return list(&page, StatusCode::OK, form.q, "", notice);
        }
    };
    match changed {
        Ok(()) => Response::see_other(&format!("{}&done", paths::users_named(&form.q))),
        Err(AdminError::LastAdmin) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            list(&page, status, form.q, "", UsersNotice::LastAdmin)
        }
        Err(AdminError::Failed(error)) => Err(error),
        Err(error) => Err(Error::internal(error.to_string())),
    }
}

/// The list of the users whose names begin with `q` and come after `after`.
fn list(
    page: &Page<'_>,
    status: StatusCode,
    q: String,
    after: &str,
    notice: UsersNotice,
) -> Result<Response> {
    let mut users = page.site.users_named(&q, after, PAGE_USERS + 1)?;
    let has_more = users.len() > PAGE_USERS as usize;
    users.truncate(PAGE_USERS as usize);
    let after = users.last().filter(|_| has_more).map(|user| user.name.to_string());
    let t = page.texts();
    let line = |user: User| UserLine {
        id: user.id.number(),
        name: user.name.to_string(),
        role: user.role,
        role_name: role_name(user.role, t),
        since: page.time(user.created),
        is_disabled: user.disabled.is_some(),
    };
    let users = users.into_iter().map(line).collect();
    let (roles, form_token) =
        (Role::ALL.map(|role| (role, role_name(role, t))), page.form_token()?);
    page.send_as(status, &UsersPage { page, t, form_token, q, users, after, notice, roles })
}
