//! A part of a site for those with a password: `admin`, then open http://127.0.0.1:8000/admin as `ada` with `lovelace`.

use webframe::middleware::{Guard, RateLimit};
use webframe::{App, Next, Request, Response, Result, Server, ServerSettings, Urls};

/// Who passed the guard; for the handlers behind it.
struct Admin(&'static str);

fn home(_: &(), request: &Request) -> Result<Response> {
    Ok(Response::text(format!(
        "everybody reads this; admins read {}\n",
        request.url("admin", [""; 0])?
    )))
}

fn overview(_: &(), request: &Request) -> Result<Response> {
    let name = request.get::<Admin>().map_or("nobody", |admin| admin.0);
    Ok(Response::text(format!("welcome, {name}\n")))
}

fn delete(_: &(), request: &Request) -> Result<Response> {
    Ok(Response::text(format!("user {} is deleted\n", request.param_as::<u64>("id")?)))
}

/// A layer is a function: it may put values on the request, answer itself, or change the response.
fn note_admin(_: &(), request: &Request, next: Next<'_, ()>) -> Response {
    request.put(Admin("ada"));
    next.run(request)
}

pub(crate) fn app() -> App<()> {
    let guard =
        Guard::basic("admin", |_: &(), name, password| (name, password) == ("ada", "lovelace"));
    let admin = Urls::new()
        .get("/", overview)
        .named("admin")
        .delete("/users/{id}", delete)
        .wrap(RateLimit::new(20, std::time::Duration::from_secs(1)))
        .wrap(guard)
        .wrap(note_admin);
    App::new(()).urls(Urls::new().get("/", home).nest("/admin", admin))
}

fn main() -> Result<()> {
    Server::bind(&ServerSettings::default())?.stop_on_signals()?.serve(app())?;
    Ok(())
}
