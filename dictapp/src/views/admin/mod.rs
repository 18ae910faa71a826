//! The pages of administrators. The middleware [`only_admins`] around their routes refuses all
//! other visitors.

mod audit;
mod books;
mod overview;
mod preview;
mod reports;
mod uploads;
mod users;

use webframe::{Error, Next, Request, Response, Result};

use super::error;
use super::page::Page;
use crate::model::Role;
use crate::paths;
use crate::site::{CurrentUser, Site};

pub(crate) use audit::show as show_audit;
pub(crate) use books::{show as show_books, submit as change_book};
pub(crate) use overview::{forget, show as show_overview};
pub(crate) use reports::{settle as settle_report, show as show_reports};
pub(crate) use uploads::{begin as begin_import, events, receive as receive_upload};
pub(crate) use uploads::{show as show_upload, to_books};
pub(crate) use users::{show as show_users, submit as change_user};

/// Middleware that lets only administrators in. Guests are redirected to the log-in page; other
/// users are refused.
pub(crate) fn only_admins(site: &Site, request: &Request, next: Next<'_, Site>) -> Response {
    let page = Page::new(site, request);
    let refusal = match page.user() {
        Ok(Some(user)) if user.role == Role::Admin => return next.run(request),
        Ok(Some(_)) => Error::forbidden(error::ADMINS_ONLY),
        Ok(None) => match Response::see_other(&paths::login_then(&page.here())) {
            Ok(to_login) => return to_login,
            Err(error) => error,
        },
        Err(error) => error,
    };
    error::page(site, request, &refusal)
}

/// The administrator who sent the request. An error is not expected: [`only_admins`] lets nobody
/// else in.
fn admin<'p>(page: &'p Page<'_>) -> Result<&'p CurrentUser> {
    let user = page.user()?.filter(|user| user.role == Role::Admin);
    user.ok_or_else(|| Error::forbidden(error::ADMINS_ONLY))
}
