//! A part of a site that needs a password: `admin`, then open http://127.0.0.1:8000/admin with the
//! name `ada` and the password `lovelace`.

use webframe::middleware::{Guard, RateLimit};
use webframe::{App, Request, Response, Result, Urls};

fn home(_: &(), request: &Request) -> Result<Response> {
    let admin = request.url("admin", ())?;
    Ok(Response::text(format!("everybody reads this; admins read {admin}\n")))
}

fn overview(_: &(), _: &Request) -> Result<Response> {
    Ok(Response::text("welcome\n"))
}

fn delete(_: &(), request: &Request) -> Result<Response> {
    Ok(Response::text(format!("user {} is deleted\n", request.param_as::<u64>("id")?)))
}

pub(crate) fn app() -> App<()> {
    let is_admin = |_: &(), name: &str, word: &str| (name, word) == ("ada", "lovelace");
    let admin = Urls::new().get("/", overview).named("admin").delete("/users/{id}", delete);
    let slowly = RateLimit::new(20, std::time::Duration::from_secs(1));
    let admin = admin.wrap(slowly).wrap(Guard::basic("admin", is_admin));
    App::new(()).urls(Urls::new().get("/", home).nest("/admin", admin))
}

fn main() -> std::io::Result<()> {
    app().run()
}
