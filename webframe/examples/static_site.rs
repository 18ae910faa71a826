//! Serves the files of a directory: `static_site [DIRECTORY]`, then open http://127.0.0.1:8000/.

use webframe::middleware::{AccessLog, SecurityHeaders, compression};
use webframe::{App, StaticFiles, Urls};

fn main() -> std::io::Result<()> {
    let directory = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let files = StaticFiles::dir(directory).with_listing();
    App::new(())
        .wrap(AccessLog::stderr()?)
        .wrap(compression)
        .wrap(SecurityHeaders::new())
        .urls(Urls::new().files("/", files))
        .run()
}
