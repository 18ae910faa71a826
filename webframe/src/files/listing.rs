//! Renders the listing of a directory, if the app allows listings.

use std::{fs, io};

use minijinja::{Environment, context};

use super::{disk::Directory, name::is_plain};
use crate::{Response, Result, url::encode_segment};

/// Maximum number of names in a listing; a larger directory is shown in part.
const NAMES_MAX: usize = 10_000;

const PAGE: &str = include_str!("../../templates/listing.html");

/// The names that are shown, in order.
#[derive(Default)]
struct Names {
    names: Vec<String>,
    /// Whether the directory has more names.
    is_cut: bool,
}

/// The listing of the directory `name` below the root, without files that are not served.
pub(super) fn page(directory: &Directory, name: &str) -> Result<Response> {
    let Names { names, is_cut: cut } = names(directory, name)?;
    // Links begin with "./": otherwise the text before a colon in a name would be read as a scheme.
    let entries: Vec<_> = names
        .into_iter()
        .map(|name| match name.strip_suffix('/') {
            Some(plain) => (name.clone(), format!("./{}/", encode_segment(plain))),
            None => (name.clone(), format!("./{}", encode_segment(&name))),
        })
        .collect();
    let title = format!("/{name}");
    let page =
        Environment::new().render_named_str("listing.html", PAGE, context!(title, entries, cut))?;
    Ok(Response::html(page))
}

/// The names of the visible files and directories in a directory; those of directories end in `/`.
fn names(directory: &Directory, name: &str) -> io::Result<Names> {
    let Some((real, _)) = directory.resolve(&directory.root.join(name))? else {
        return Ok(Names::default());
    };
    let mut names = Vec::new();
    let mut entries = fs::read_dir(&real)?;
    for entry in entries.by_ref().take(NAMES_MAX) {
        let Ok(name) = entry?.file_name().into_string() else { continue };
        if !is_plain(name.as_bytes()) {
            continue;
        }
        match directory.resolve(&real.join(&name))? {
            Some((_, metadata)) if metadata.is_dir() => names.push(format!("{name}/")),
            Some((_, metadata)) if metadata.is_file() => names.push(name),
            _ => {}
        }
    }
    names.sort();
    Ok(Names { names, is_cut: entries.next().is_some() })
}
