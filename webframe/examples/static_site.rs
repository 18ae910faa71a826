//! The files of a directory: `static_site [DIRECTORY]`, then open http://127.0.0.1:8000/.

use webframe::{
    App, Result, Server, ServerSettings, StaticFiles, Urls,
    middleware::{AccessLog, SecurityHeaders, compression},
};

fn main() -> Result<()> {
    let directory = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let files = StaticFiles::dir(directory).with_listing();
    let app = App::new(())
        .wrap(AccessLog::stderr()?)
        .wrap(compression)
        .wrap(SecurityHeaders::new())
        .urls(Urls::new().get("/{*path}", files));
    Server::bind(&ServerSettings::default())?.stop_on_signals()?.serve(app)?;
    Ok(())
}
