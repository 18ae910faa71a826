//! A form that comes back with what was typed and a message beside each mistake: `form`, then open http://127.0.0.1:8000/.

use serde::{Deserialize, Serialize};
use webframe::{
    App, BrokenTemplates, Request, Response, Result, Server, ServerSettings, Templates, Urls,
    http::StatusCode, minijinja::context,
};

const PAGE: &str = r#"<!doctype html><title>Guest</title>
<form method="post">
  <label>Name <input name="name" value="{{ guest.name }}"></label> {{ mistakes[0] or "" }}<br>
  <label>Age <input name="age" value="{{ guest.age }}"></label> {{ mistakes[1] or "" }}<br>
  <button>Save</button>
</form>"#;

/// The typed text: invalid input is shown again.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
struct Guest {
    name: String,
    age: String,
}

fn page(pages: &Templates, guest: &Guest, mistakes: [Option<&str>; 2]) -> Result<Response> {
    pages.render("page.html", context!(guest, mistakes))
}

fn show(pages: &Templates, _: &Request) -> Result<Response> {
    page(pages, &Guest::default(), [None; 2])
}

fn submit(pages: &Templates, request: &Request) -> Result<Response> {
    let guest: Guest = request.form()?;
    let no_name = guest.name.trim().is_empty().then_some("Please give a name.");
    let no_age = guest.age.parse::<u8>().is_err().then_some("The age is a number up to 255.");
    if no_name.or(no_age).is_some() {
        let page = page(pages, &guest, [no_name, no_age])?;
        return Ok(page.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    }
    Response::see_other("/")
}

pub(crate) fn app() -> Result<App<Templates>, BrokenTemplates> {
    let pages = Templates::embedded([("page.html", PAGE)])?;
    Ok(App::new(pages).urls(Urls::new().get("/", show).post("/", submit)))
}

fn main() -> Result<()> {
    Server::bind(&ServerSettings::default())?.stop_on_signals()?.serve(app()?)?;
    Ok(())
}
