//! The file that keeps a user logged in: the token of a session, in the user's configuration
//! folder. Only that user can read the file.

use std::env;
use std::fs::{self, DirBuilder};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The path of the file. `None`: the user has no home folder, so no token is stored.
#[derive(Debug)]
pub(super) struct TokenFile(Option<PathBuf>);

/// The content of the file: the URL of the server, and the token there.
#[derive(Serialize, Deserialize)]
struct Content {
    url: String,
    token: String,
}

impl TokenFile {
    /// `dictapp/token.json` in `$XDG_CONFIG_HOME`, or in `.config` of the user's home.
    pub(super) fn of_user() -> TokenFile {
        let folder = |name: &str| env::var_os(name).filter(|path| !path.is_empty());
        let base = folder("XDG_CONFIG_HOME").map(PathBuf::from);
        let base = base.or_else(|| Some(PathBuf::from(folder("HOME")?).join(".config")));
        TokenFile(base.map(|base| base.join("dictapp").join("token.json")))
    }

    /// The token for the server at this URL. `None`: there is no file, it cannot be read, or it has
    /// the token of another server.
    pub(super) fn read(&self, url: &str) -> Option<String> {
        let text = fs::read_to_string(self.0.as_ref()?).ok()?;
        let content: Content = serde_json::from_str(&text).ok()?;
        (content.url == url).then_some(content.token)
    }

    /// Stores the token for the server at this URL. The file has one token, which is replaced.
    pub(super) fn write(&self, url: &str, token: &str) -> io::Result<()> {
        let Some(path) = &self.0 else { return Ok(()) };
        let folder = path.parent().ok_or_else(|| io::Error::other("the file has no folder"))?;
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let content = Content { url: url.to_owned(), token: token.to_owned() };
        // The new file has mode 0600 and replaces a file with another mode.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(&serde_json::to_vec(&content)?)?;
        file.persist(path).map(drop).map_err(|error| error.error)
    }

    /// Deletes the file.
    pub(super) fn remove(&self) {
        if let Some(path) = &self.0 {
            fs::remove_file(path).unwrap_or_default(); // it may not exist
        }
    }
}
