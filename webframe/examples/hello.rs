//! The smallest app: `hello`, then open http://127.0.0.1:8000/.
use webframe::{App, Request, Response, Result, Urls};

fn hello(_: &(), _: &Request) -> Result<Response> {
    Ok(Response::text("hello, world\n"))
}

fn main() -> std::io::Result<()> {
    App::new(()).urls(Urls::new().get("/", hello)).run()
}
