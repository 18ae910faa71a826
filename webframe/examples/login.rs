//! A log-in with a session: `login`, then open http://127.0.0.1:8000/ and enter `ada` and
//! `lovelace`.

use webframe::session::{Session, Sessions};
use webframe::{App, CheckedForm, Error, Request, Response, Result, Urls};

const FORM: &str = r#"<!doctype html><title>Log in</title><form method="post">
  <input name="name"> <input name="password" type="password"> <button>Log in</button></form>"#;

fn log_in(_: &(), request: &Request) -> Result<Response> {
    let form = CheckedForm::of(request, &["name", "password"])?;
    // A real app stores a slow hash of the password, such as Argon2, and limits the attempts.
    if (form.value("name"), form.value("password")) != ("ada", "lovelace") {
        return Err(Error::forbidden("wrong name or password"));
    }
    let session = Session::of(request)?;
    session.renew()?; // against session fixation: an earlier session secret gets no rights
    session.set("user", &form.value("name"))?;
    session.flash("You are logged in.")?;
    Response::see_other("/")
}

fn log_out(_: &(), request: &Request) -> Result<Response> {
    Session::of(request)?.end()?;
    Response::see_other("/login")
}

fn home(_: &(), request: &Request) -> Result<Response> {
    let session = Session::of(request)?;
    let Some(user) = session.get::<String>("user")? else { return Response::see_other("/login") };
    Ok(Response::text(format!("{}\nHello, {user}!\n", session.take_flashes()?.join("\n"))))
}

pub(crate) fn app() -> App<()> {
    let urls = Urls::new().get("/", home).post("/login", log_in).post("/logout", log_out);
    let form = |_: &(), _: &Request| Ok(Response::html(FORM));
    App::new(()).wrap(Sessions::in_memory()).urls(urls.get("/login", form))
}

fn main() -> std::io::Result<()> {
    app().run()
}
