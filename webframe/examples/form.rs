//! A form that is shown again with the typed values and a message beside each mistake: `form`, then
//! open http://127.0.0.1:8000/.
use webframe::{App, CheckedForm, Request, Response, Result, Templates, Urls};
use webframe::{http::StatusCode, minijinja::context};

const PAGE: &str = r#"<!doctype html><title>Guest</title><form method="post">
  <label>Name <input name="name" value="{{ form.values.name }}"></label> {{ form.mistakes.name }}
  <label>Age <input name="age" value="{{ form.values.age }}"></label> {{ form.mistakes.age }}
  <button>Save</button></form>"#;

fn show(pages: &Templates, _: &Request) -> Result<Response> {
    pages.render("page.html", context!(form => CheckedForm::empty(&["name", "age"])))
}

fn submit(pages: &Templates, request: &Request) -> Result<Response> {
    let mut form = CheckedForm::of(request, &["name", "age"])?;
    let name = form.text("name", "Please give a name.");
    let age = form.parsed::<u8>("age", "The age is a number up to 255.");
    let (Some(_), Some(_)) = (name, age) else {
        let page = pages.render("page.html", context!(form))?;
        return Ok(page.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    Response::see_other("/")
}

pub(crate) fn app() -> Result<App<Templates>> {
    let pages = Templates::embedded([("page.html", PAGE)])?;
    Ok(App::new(pages).urls(Urls::new().get("/", show).post("/", submit)))
}
fn main() -> Result<()> {
    Ok(app()?.run()?)
}
