//! Files compiled into the program, found by name in a table. Their header fields and compressed
//! variants are made when the app is created.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{
    Resolved,
    entry::{Bytes, Caching, Entry, with_codings},
};

/// The files by name, and the names of their directories.
#[derive(Debug, Default)]
pub(super) struct Embedded {
    files: HashMap<String, Arc<Entry>>,
    directories: HashSet<String>,
}

impl Embedded {
    /// Adds a file, compressed if that makes it smaller, and its directories.
    pub(super) fn insert(&mut self, name: &str, bytes: Cow<'static, [u8]>) {
        let bytes = match bytes {
            Cow::Borrowed(bytes) => Bytes::Static(bytes),
            Cow::Owned(bytes) => Bytes::Shared(bytes.into()),
        };
        let entry = Entry::new(name, None, with_codings(name, &bytes), &Caching::default());
        self.files.insert(name.to_owned(), Arc::new(entry));
        let mut above = name;
        while let Some((directory, _)) = above.rsplit_once('/') {
            self.directories.insert(directory.to_owned());
            above = directory;
        }
    }

    /// Sets `Cache-Control` of all files. No request shares an entry yet, so none is skipped.
    pub(super) fn set_caching(&mut self, caching: &Caching) {
        for (name, entry) in &mut self.files {
            if let Some(entry) = Arc::get_mut(entry) {
                entry.set_caching(name, caching);
            }
        }
    }

    pub(super) fn find(&self, name: &str) -> Resolved {
        match self.files.get(name) {
            Some(entry) => Resolved::File(Arc::clone(entry)),
            None if name.is_empty() || self.directories.contains(name) => Resolved::Directory,
            None => Resolved::Nothing,
        }
    }
}
