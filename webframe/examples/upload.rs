//! Shows the sizes of the files of a form: `upload`, then open http://127.0.0.1:8000/.

use webframe::{App, Request, Response, Result, Urls};

const PAGE: &str = r#"<!doctype html><title>Upload</title>
<form method="post" enctype="multipart/form-data">
  <input type="file" name="files" multiple> <button>Send</button>
</form>"#;

fn show(_: &(), _: &Request) -> Result<Response> {
    Ok(Response::html(PAGE))
}

/// A large file waits in a temporary file; only pieces of it are in memory.
fn receive(_: &(), request: &Request) -> Result<Response> {
    let (mut parts, mut text) = (request.part_stream()?, String::new());
    while let Some(mut part) = parts.next_part()? {
        let bytes = std::io::copy(&mut part, &mut std::io::sink())?;
        text.push_str(&format!("{}: {bytes} bytes\n", part.file_name().unwrap_or("no file")));
    }
    Ok(Response::text(text))
}

pub(crate) fn app() -> App<()> {
    App::new(()).urls(Urls::new().get("/", show).post("/", receive).body_limit(64 << 20))
}

fn main() -> std::io::Result<()> {
    app().run()
}
