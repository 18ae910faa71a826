//! Serves stylesheets, scripts and images. They are compiled into the program; a debug build reads
//! them from disk.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use rust_embed::RustEmbed;
use webframe::StaticFiles;
use webframe::http::HeaderValue;

use crate::{hex, paths};

#[derive(RustEmbed)]
#[folder = "../static"]
struct Assets;

/// The folder that a debug build reads the files from.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("static")
}

/// `Cache-Control` of the embedded files. A link contains the version of its file, so caches may
/// keep the file for a week.
const CACHE: HeaderValue = HeaderValue::from_static("public, max-age=604800");

/// The handler that serves the files.
pub(crate) fn files() -> StaticFiles {
    if cfg!(debug_assertions) && folder().is_dir() {
        return StaticFiles::dir(folder());
    }
    let embedded = Assets::iter().filter_map(|name| Some((Assets::get(&name)?.data, name)));
    StaticFiles::embedded(embedded.map(|(data, name)| (name, data))).with_cache_control(CACHE)
}

/// The bytes of a file; `None`: there is no such file.
pub(super) fn read(name: &str) -> Option<Vec<u8>> {
    Some(Assets::get(name)?.data.into_owned())
}

/// The link to a file, with a version that changes with its bytes. Empty if there is no such file;
/// a test checks the links of every page.
pub(super) fn link(name: &str) -> &'static str {
    static LINKS: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
        let link = |name: &str| {
            let hash = Assets::get(name)?.metadata.sha256_hash();
            Some(paths::static_file(name, &hex::encode(&hash[..6])))
        };
        Assets::iter().filter_map(|name| Some((name.to_string(), link(&name)?))).collect()
    });
    LINKS.get(name).map_or("", String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_names_the_version_of_a_file() {
        let link = link("css/site.css");
        let (path, version) = link.split_once("?v=").unwrap();
        assert_eq!(path, "/static/css/site.css");
        assert_eq!(version.len(), 12);
    }
}
