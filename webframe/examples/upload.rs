//! Files from a form to their sizes: `upload`, then open http://127.0.0.1:8000/.

use webframe::{App, Request, Response, Result, Server, ServerSettings, Urls};

const PAGE: &str = r#"<!doctype html><title>Upload</title>
<form method="post" enctype="multipart/form-data">
  <input type="file" name="files" multiple> <button>Send</button>
</form>"#;

const BYTES_MAX: u64 = 64 << 20;

fn show(_: &(), _: &Request) -> Result<Response> {
    Ok(Response::html(PAGE))
}

fn receive(_: &(), request: &Request) -> Result<Response> {
    let form = request.multipart()?;
    let mut text = String::new();
    for file in form.all("files") {
        let name = file.file_name().unwrap_or("no name");
        text.push_str(&format!("{name}: {} bytes\n", file.bytes().len()));
    }
    Ok(Response::text(text))
}

pub(crate) fn app() -> App<()> {
    App::new(()).urls(Urls::new().get("/", show).post("/", receive).body_limit(BYTES_MAX))
}

fn main() -> Result<()> {
    Server::bind(&ServerSettings::default())?.stop_on_signals()?.serve(app())?;
    Ok(())
}
