//! Uploads of dictionaries by administrators: receives the files, shows the preview, starts the
//! import and shows its progress. With JavaScript an event stream updates the progress; without it
//! the page reloads itself.

use askama::Template;
use serde::Deserialize;
use webframe::http::StatusCode;
use webframe::{Error, Request, Response, Result};

use super::preview::{self, WarningList};
use super::{admin, books};
use crate::paths;
use crate::site::{BOOK_NAME_CHARS_MAX, BookNaming, Site, Upload, UploadState, UploadedFile};
use crate::store::Book;
use crate::texts::Texts;
use crate::views::filters;
use crate::views::page::Page;

#[derive(Template)]
#[template(path = "admin/upload.html")]
struct UploadPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    form_token: String,
    upload: Upload,
    /// The book that the import replaces.
    replaced: Option<Book>,
}

#[derive(Deserialize)]
struct UploadFields {
    form_token: String,
    #[serde(default)]
    title: String,
}

#[derive(Deserialize)]
struct ImportForm {
    form_token: String,
    #[serde(default)]
    name: String,
    /// The id of the book that the import replaces; empty if it replaces none.
    #[serde(default)]
    replaces: String,
}

/// `POST`: receives the files and redirects to the page of the upload.
pub(crate) fn receive(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let form = request.multipart()?;
    let fields: UploadFields = form.fields()?;
    page.check_form(&fields.form_token)?;
    let files = form
        .all("files")
        .filter_map(|part| Some(UploadedFile { name: part.file_name()?, bytes: part.bytes() }));
    let files: Vec<UploadedFile<'_>> = files.collect();
    match site.receive_upload(admin(&page)?, &fields.title, &files) {
        Ok(id) => Response::see_other(&paths::upload(id)),
        Err(error) if error.status() == StatusCode::BAD_REQUEST => {
            books::refuse(&page, error.public().to_owned())
        }
        Err(error) => Err(error),
    }
}

/// `GET`: redirects to the form. The page that reports a refused upload has this path, so a visitor
/// who opens it again comes here.
pub(crate) fn to_books(_: &Site, _: &Request) -> Result<Response> {
    Response::see_other(paths::ADMIN_BOOKS)
}

/// `GET`: an upload: its preview, its progress or its result.
pub(crate) fn show(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let upload = site.upload(admin(&page)?, request.param_as("upload")?);
    let upload = upload.ok_or_else(|| Error::not_found(""))?;
    let t = page.texts();
    let form_token = page.form_token()?;
    let replaced = match upload.state {
        UploadState::Waiting => site.replaced_book(&upload.name)?,
        _ => None,
    };
    page.send(&UploadPage { page: &page, t, form_token, upload, replaced })
}

/// `POST`: starts the import. If another book has the name, nothing is imported yet: the page asks
/// whether to replace that book.
pub(crate) fn begin(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let form: ImportForm = request.form()?;
    page.check_form(&form.form_token)?;
    let id: u64 = request.param_as("upload")?;
    let naming = BookNaming { name: form.name, replaces: form.replaces.parse().ok() };
    site.begin_upload(id, &naming, admin(&page)?, &page.visitor.client())?;
    Response::see_other(&paths::upload(id))
}

/// `GET`: the event stream of all uploads.
pub(crate) fn events(site: &Site, request: &Request) -> Result<Response> {
    site.upload_events(request)
}

impl UploadPage<'_> {
    /// After the import: the warnings of the whole file. Before it: those of the preview.
    fn warnings(&self) -> Vec<WarningList> {
        let warnings = match &self.upload.report {
            Some(report) => &report.warnings,
            None => &self.upload.preview.warnings,
        };
        preview::warnings(warnings, self.t)
    }

    fn properties(&self) -> Vec<(&'static str, String)> {
        preview::properties(self.title(), &self.upload.preview, self.t)
    }

    /// The title after the import: the given one, else that of the replaced book, else that in the
    /// file, else the name of the upload.
    fn title(&self) -> String {
        let Upload { title, name, preview, .. } = &self.upload;
        let stored = self.replaced.as_ref().map(|book| &book.title);
        let given = Some(title).filter(|title| !title.is_empty());
        given.or(stored).or(preview.title.as_ref()).unwrap_or(name).clone()
    }

    fn entries(&self) -> String {
        preview::entries(&self.upload.preview)
    }

    /// The result of the import; empty before the import has ended.
    fn result(&self) -> String {
        let report = self.upload.report.as_ref();
        report.map(|report| preview::result(report, self.t)).unwrap_or_default()
    }

    /// The current step of the import, and its progress in percent.
    fn progress(&self) -> (&'static str, u64) {
        let t = &self.t.admin_books;
        match self.upload.state {
            UploadState::Checking(percent) => (t.checking, percent),
            UploadState::Storing(percent) => (t.storing, percent),
            UploadState::Waiting
            | UploadState::Committing
            | UploadState::Done
            | UploadState::Failed(_) => (t.committing, 100),
        }
    }
}
