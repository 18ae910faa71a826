//! A guestbook: a page from a template, a form that is shown again with a message, entries in
//! memory.

use std::sync::{Mutex, PoisonError};

use serde::Deserialize;
use webframe::middleware::{AccessLog, SameOrigin, SecurityHeaders};
use webframe::{
    App, Request, Response, Result, Templates, Urls, http::StatusCode, minijinja::context,
};

struct Site {
    pages: Templates,
    entries: Mutex<Vec<String>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry {
    text: String,
}

impl Site {
    fn open() -> Result<Site> {
        let pages = Templates::embedded([("home.html", include_str!("home.html"))])?;
        Ok(Site { pages, entries: Mutex::default() })
    }

    fn page(&self, mistake: Option<&str>) -> Result<Response> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        self.pages.render("home.html", context!(entries => *entries, mistake))
    }

    fn add(&self, text: String) {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).push(text);
    }
}

fn show(site: &Site, _: &Request) -> Result<Response> {
    site.page(None)
}

fn submit(site: &Site, request: &Request) -> Result<Response> {
    let entry: Entry = request.form()?;
    if entry.text.trim().is_empty() {
        let page = site.page(Some("Please write something."))?;
        return Ok(page.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    }
    site.add(entry.text);
    Response::see_other("/")
}

fn app() -> Result<App<Site>> {
    let app = App::new(Site::open()?).wrap(SecurityHeaders::new()).wrap(SameOrigin::new());
    Ok(app.urls(Urls::new().get("/", show).post("/", submit)))
}

fn main() -> Result<()> {
    Ok(app()?.wrap(AccessLog::stderr()?).run()?)
}

#[cfg(test)]
mod tests {
    use webframe::TestClient;

    use super::*;

    #[test]
    fn an_entry_is_shown_and_an_empty_one_is_refused() {
        let app = app().expect("the templates are valid");
        let client = TestClient::new(&app);
        assert_eq!(client.post("/", &[("text", "<hello>")]).send().status(), StatusCode::SEE_OTHER);
        assert!(client.get("/").send().text().contains("<li>&lt;hello&gt;</li>"));
        let refused = client.post("/", &[("text", " ")]).send();
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("Please write something."));
    }
}
