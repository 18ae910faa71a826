//! A log-in with a session: `login`, then open http://127.0.0.1:8000/ and enter `ada` and
//! `lovelace`.

use serde::Deserialize;
use webframe::session::{Session, Sessions};
use webframe::{App, Error, Request, Response, Result, Urls};

const FORM: &str = r#"<!doctype html><title>Log in</title>
<form method="post">
  <input name="name"> <input name="password" type="password"> <button>Log in</button>
</form>"#;

#[derive(Deserialize)]
struct LogIn {
    name: String,
    password: String,
}

fn form(_: &(), _: &Request) -> Result<Response> {
    Ok(Response::html(FORM))
}

fn log_in(_: &(), request: &Request) -> Result<Response> {
    let given: LogIn = request.form()?;
    // A real app stores a slow hash of the password, such as Argon2, and limits the attempts.
    if (given.name.as_str(), given.password.as_str()) != ("ada", "lovelace") {
        return Err(Error::forbidden("wrong name or password"));
    }
    let session = Session::of(request)?;
    session.renew()?;
    session.set("user", &given.name)?;
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
    let urls = Urls::new().get("/", home).get("/login", form).post("/login", log_in);
    App::new(()).wrap(Sessions::in_memory()).urls(urls.post("/logout", log_out))
}

fn main() -> std::io::Result<()> {
    app().run()
}
