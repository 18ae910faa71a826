//! The smallest app: `hello`, then open http://127.0.0.1:8000/.

use webframe::{App, Request, Response, Result, Server, ServerSettings, Urls};

fn hello(_: &(), _: &Request) -> Result<Response> {
    Ok(Response::text("hello, world\n"))
}

fn main() -> Result<()> {
    let app = App::new(()).urls(Urls::new().get("/", hello));
    Server::bind(&ServerSettings::default())?.stop_on_signals()?.serve(app)?;
    Ok(())
}
