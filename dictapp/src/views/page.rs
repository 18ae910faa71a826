//! The context that all pages share: the site and the visitor. It also converts a template to a
//! response, with the header fields for caches.

use std::cell::OnceCell;
use std::sync::Arc;

use askama::Template;
use jiff::tz::TimeZone;
use webframe::accept::{Coding, best_coding};
use webframe::http::{HeaderValue, StatusCode, header};
use webframe::{Body, Error, Request, Response, Result};

use super::appearance::{APPEARANCE_COOKIE, Appearance};
use super::frame::Frame;
use super::visitor::{TextAuthor, Visitor, Who};
use crate::model::Role;
use crate::paths;
use crate::site::{CurrentUser, Site};
use crate::store::BookId;
use crate::texts::{Language, Texts};

/// The context of a page: the site, and the visitor who asked. Every template has it as `page`.
pub(super) struct Page<'r> {
    pub(super) site: &'r Site,
    pub(super) visitor: Visitor<'r>,
    /// The visitor's time zone; empty until the page needs it.
    pub(super) known_zone: OnceCell<TimeZone>,
}

/// Initial capacity of a rendered page, in bytes. Most pages are smaller.
const PAGE_BYTES: usize = 16 << 10;

/// The `Cache-Control` of a response that no cache may keep.
pub(super) const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

impl<'r> Page<'r> {
    /// Identifies the visitor.
    pub(super) fn new(site: &'r Site, request: &'r Request) -> Page<'r> {
        Page { site, visitor: Visitor::from_request(site, request), known_zone: OnceCell::new() }
    }

    /// The request.
    pub(super) fn request(&self) -> &'r Request {
        self.visitor.request
    }

    /// The texts in the visitor's language.
    pub(super) fn texts(&self) -> &'static Texts {
        self.visitor.language.texts()
    }

    /// The user; `None` for a guest.
    ///
    /// # Errors
    /// 503: there is a session cookie, and the database is unavailable.
    pub(super) fn user(&self) -> Result<Option<&CurrentUser>> {
        self.visitor.user()
    }

    /// The dictionaries that the visitor switched off; none for a guest.
    ///
    /// # Errors
    /// The database is unavailable.
    pub(super) fn books_off(&self) -> Result<Vec<BookId>> {
        match self.user()? {
            Some(user) => Ok(self.site.books_off(user)?),
            None => Ok(Vec::new()),
        }
    }

    /// The token for a form on this page.
    ///
    /// # Errors
    /// The system provides no random bytes.
    pub(super) fn form_token(&self) -> Result<String> {
        self.visitor.form_token()
    }

    /// Refuses a form that does not come from a page sent to this visitor.
    ///
    /// # Errors
    /// 403: the token is wrong. 503: there is a session cookie, and the database is unavailable.
    pub(super) fn check_form(&self, given: &str) -> Result<()> {
        self.visitor.check_form(given)
    }

    /// Renders a page as a response with status 200. The page may contain text of other people; see
    /// [`Page::send_with_author`].
    ///
    /// # Errors
    /// 500: the template cannot be rendered.
    pub(super) fn send(&self, template: &impl Template) -> Result<Response> {
        self.send_with_author(TextAuthor::Anybody, template)
    }

    /// Like [`Page::send`]; `author` says who may have chosen text in the page. A page with a form
    /// token is compressed only if nobody but the visitor can have chosen text in it.
    ///
    /// # Errors
    /// 500: the template cannot be rendered.
    pub(super) fn send_with_author(
        &self,
        author: TextAuthor,
        template: &impl Template,
    ) -> Result<Response> {
        let page = Response::html(self.render(template)?)
            .with_field(header::CACHE_CONTROL, self.cache_control())
            .with_field(header::VARY, HeaderValue::from_static("Cookie, Accept-Language"));
        self.visitor.complete_page(page, author)
    }

    /// Renders a page as text.
    ///
    /// # Errors
    /// 500: the template cannot be rendered.
    pub(super) fn render(&self, template: &impl Template) -> Result<String> {
        // A string that outgrows its capacity is copied, so the capacity is larger than most pages.
        let mut page = String::with_capacity(PAGE_BYTES);
        template.render_into(&mut page).map_err(Error::internal)?;
        Ok(page)
    }

    /// Whether the visitor is a guest with the default appearance, and no form token was made. All
    /// such visitors see the same page at a path in one language, so it may be cached.
    pub(super) fn is_plain(&self) -> bool {
        matches!(self.visitor.who, Who::Guest)
            && self.visitor.has_no_form_token()
            && self.request().cookie(APPEARANCE_COOKIE).is_none()
    }

    /// The coding that the browser prefers.
    pub(super) fn coding(&self) -> Coding {
        let accepted = self.request().field(&header::ACCEPT_ENCODING);
        best_coding(accepted, &[Coding::Brotli, Coding::Gzip])
    }

    /// A response with status 200. Many visitors share its page, which is in this coding.
    pub(super) fn send_shared(&self, page: Arc<[u8]>, coding: Coding) -> Response {
        let html = HeaderValue::from_static("text/html; charset=utf-8");
        let response = Response::typed(html, Body::Shared(page))
            .with_field(header::CACHE_CONTROL, self.cache_control())
            .with_field(
                header::VARY,
                HeaderValue::from_static("Cookie, Accept-Language, Accept-Encoding"),
            );
        match coding {
            Coding::Identity => response.without_compression(),
            coding => response
                .with_field(header::CONTENT_ENCODING, HeaderValue::from_static(coding.token())),
        }
    }

    /// Like [`Page::send`], with another status.
    ///
    /// # Errors
    /// 500: the template cannot be rendered.
    pub(super) fn send_as(&self, status: StatusCode, template: &impl Template) -> Result<Response> {
        Ok(self.send(template)?.with_status(status))
    }

    /// The `Cache-Control` of pages. A user's page is not stored: it must not be visible after the
    /// log-out.
    fn cache_control(&self) -> HeaderValue {
        match self.visitor.who {
            Who::Guest => HeaderValue::from_static("private, no-cache"),
            Who::User(_) | Who::Unknown(_) => NO_STORE,
        }
    }
}

/// Values for the layout of all pages.
impl Page<'_> {
    pub(super) fn language(&self) -> Language {
        self.visitor.language
    }

    pub(super) fn frame(&self) -> &'static Frame {
        Frame::for_language(self.language())
    }

    pub(super) fn appearance(&self) -> Appearance {
        Appearance::from_request(self.request())
    }

    pub(super) fn user_name(&self) -> Option<&str> {
        match self.visitor.who {
            Who::User(user) => Some(user.name.as_str()),
            Who::Guest | Who::Unknown(_) => None,
        }
    }

    /// Whether the user administers the site.
    pub(super) fn is_admin(&self) -> bool {
        matches!(self.visitor.who, Who::User(user) if user.role == Role::Admin)
    }

    /// The form token of the log-out form, which every page of a user has; `None` without a
    /// session.
    pub(super) fn logout_token(&self) -> Option<&str> {
        self.visitor.session_form_token()
    }

    /// Whether the visitor could be identified. `false`: there is a session cookie, and the
    /// database is unavailable.
    pub(super) fn is_known(&self) -> bool {
        !matches!(self.visitor.who, Who::Unknown(_))
    }

    pub(super) fn takes_registrations(&self) -> bool {
        self.site.settings().accounts.registration
    }

    /// Whether this visitor may report a fault of an entry.
    pub(super) fn may_report(&self) -> bool {
        let guests_may = self.site.settings().dictionary.guests_may_report;
        guests_may || matches!(self.visitor.who, Who::User(_))
    }

    /// The link to the log-in page. After the log-in the user returns to this page, unless this is
    /// the log-in or the registration page.
    pub(super) fn login_url(&self) -> String {
        let here = self.here();
        match here.as_str() {
            paths::HOME => paths::LOGIN.to_owned(),
            here if here.starts_with(paths::LOGIN) || here.starts_with(paths::REGISTER) => {
                paths::LOGIN.to_owned()
            }
            here => paths::login_then(here),
        }
    }

    /// The path and the query of this page, for links that return to it; the home page if this page
    /// cannot be the target of a redirect.
    pub(super) fn here(&self) -> String {
        let here = self.request().path_and_query();
        paths::local_path(&here).unwrap_or(paths::HOME).to_owned()
    }
}
