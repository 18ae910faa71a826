//! Reads the settings: built-in defaults, a file, the environment and flags; each overrides those
//! before it. The result is [`Settings`] with typed values, or all [`Mistakes`]. The code that
//! reads the keys (`engine.rs`, `site.rs`, `protocols.rs`) is the only list of keys; a test
//! compares conf/settings.toml with it. Nothing here opens a socket, a database or a log.

mod sources;
mod reader;
mod value;
mod network;
mod database_url;
mod engine;
mod site;
mod protocols;
mod nearest;
mod mistake;

use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use webframe::{Limits, Timeouts};

pub use engine::{Server, Tls};
pub use mistake::{Mistake, Mistakes};
pub use network::Address;
pub use protocols::{ANY_ORIGIN, Api, Course, Dict, Monitoring, QueryReply};
pub use site::{Accounts, CookieSecure, Database, Dictionary, Log, LogFormat, LogLevel};
pub use sources::Flag;

use mistake::Location;
use reader::{Key, Reader};
use sources::Assignment;

/// The default settings file, relative to the working directory. It need not exist.
pub const DEFAULT_FILE: &str = "conf/settings.toml";

/// Maximum size of a settings file. A valid one has a few kilobytes, so a larger file is a mistake.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// All settings, a field for each section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `[server]`
    pub server: Server,
    /// `[tls]`
    pub tls: Tls,
    /// `[limits]`, and the limits of connections, which are keys in `[server]`
    pub limits: Limits,
    /// `[timeouts]`
    pub timeouts: Timeouts,
    /// `[database]`
    pub database: Database,
    /// `[dictionary]`
    pub dictionary: Dictionary,
    /// `[accounts]`
    pub accounts: Accounts,
    /// `[api]`
    pub api: Api,
    /// `[course]`
    pub course: Course,
    /// `[dict]`
    pub dict: Dict,
    /// `[monitoring]`
    pub monitoring: Monitoring,
    /// `[log]`
    pub log: Log,
}

/// The sources of settings besides the built-in defaults.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The settings file. `None`: [`DEFAULT_FILE`], if it exists.
    pub file: Option<PathBuf>,
    /// The environment. Only names that begin with `DICTAPP_` are read.
    pub environment: Vec<(OsString, OsString)>,
    /// Flags of the command line.
    pub flags: Vec<Flag>,
}

/// Valid settings and their sources.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// A line such as `conf/settings.toml (12 keys), environment (1 key)`.
    pub origin: String,
}

impl Settings {
    /// Reads all sources.
    ///
    /// # Errors
    /// All mistakes in all sources.
    pub fn load(sources: &Sources) -> Result<Loaded, Mistakes> {
        let mut mistakes = Vec::new();
        let named = sources.file.as_deref();
        let path = named.unwrap_or(Path::new(DEFAULT_FILE));
        let mut assignments = match read_bounded(path) {
            Ok(bytes) => sources::read_file(path, &bytes, &mut mistakes),
            Err(e) if e.kind() == io::ErrorKind::NotFound && named.is_none() => Vec::new(),
            Err(e) => {
                let location = Location::File(path.to_owned(), None);
                mistakes.push(Mistake { location, text: format!("cannot be read: {e}") });
                Vec::new()
            }
        };
        assignments.extend(sources::read_environment(&sources.environment, &mut mistakes));
        assignments.extend(sources.flags.iter().map(Flag::assignment));
        let origin = origin(&assignments);
        let (settings, _) = read(assignments, mistakes)?;
        Ok(Loaded { settings, origin })
    }

    /// The names of the sections in which the two settings differ, such as `[log]`. The limits of
    /// connections, which are keys in `[server]`, count as `[limits]`.
    pub fn differing_sections(&self, other: &Settings) -> Vec<&'static str> {
        let sections = [
            ("[server]", self.server != other.server),
            ("[tls]", self.tls != other.tls),
            ("[limits]", self.limits != other.limits),
            ("[timeouts]", self.timeouts != other.timeouts),
            ("[database]", self.database != other.database),
            ("[dictionary]", self.dictionary != other.dictionary),
            ("[accounts]", self.accounts != other.accounts),
            ("[api]", self.api != other.api),
            ("[course]", self.course != other.course),
            ("[dict]", self.dict != other.dict),
            ("[monitoring]", self.monitoring != other.monitoring),
            ("[log]", self.log != other.log),
        ];
        sections.into_iter().filter(|section| section.1).map(|section| section.0).collect()
    }
}

impl Default for Settings {
    /// The built-in defaults.
    fn default() -> Settings {
        let (settings, _) = read(Vec::new(), Vec::new()).expect("the defaults are valid");
        settings
    }
}

/// Converts the assignments to settings, and lists all keys. The error has `mistakes`, which were
/// found before, and the mistakes in the assignments.
fn read(
    assignments: Vec<Assignment>,
    mut mistakes: Vec<Mistake>,
) -> Result<(Settings, Vec<Key>), Mistakes> {
    let mut reader = Reader::new(assignments);
    let server = Server::read(&mut reader);
    let connections = engine::connection_limits(&mut reader);
    let settings = Settings {
        server,
        tls: Tls::read(&mut reader),
        limits: engine::limits(&mut reader, &connections),
        timeouts: engine::timeouts(&mut reader),
        database: Database::read(&mut reader),
        dictionary: Dictionary::read(&mut reader),
        accounts: Accounts::read(&mut reader),
        api: Api::read(&mut reader),
        course: Course::read(&mut reader),
        dict: Dict::read(&mut reader),
        monitoring: Monitoring::read(&mut reader),
        log: Log::read(&mut reader),
    };
    check_addresses(&mut reader, &settings);
    let (in_assignments, keys) = reader.finish();
    mistakes.extend(in_assignments);
    match Mistakes::new(mistakes) {
        None => Ok((settings, keys)),
        Some(mistakes) => Err(mistakes),
    }
}

/// An address at which the server listens, and the key that sets it.
struct UsedAddress<'a> {
    key: Key,
    address: &'a Address,
}

/// Reports pairs of addresses that cannot both be used. The address of a protocol that is not
/// enabled is ignored.
fn check_addresses(reader: &mut Reader, settings: &Settings) {
    let used = used_addresses(settings);
    for (at, later) in used.iter().enumerate() {
        let overlaps = |earlier: &&UsedAddress<'_>| {
            let is_one_server = earlier.key == later.key;
            earlier.address.overlaps(later.address)
                && !(is_one_server && earlier.address.are_both_families(later.address))
        };
        if let Some(earlier) = used[..at].iter().find(overlaps) {
            let text = format!("{later} and {earlier} cannot both be used");
            reader.contradiction_of(&[earlier.key, later.key], &text);
        }
    }
}

fn used_addresses(settings: &Settings) -> Vec<UsedAddress<'_>> {
    let Settings { server, tls, course, dict, monitoring, .. } = settings;
    let set_by = |section, name| move |address| UsedAddress { key: Key { section, name }, address };
    let mut used: Vec<UsedAddress<'_>> = Vec::new();
    used.extend(server.address.iter().map(set_by("server", "address")));
    used.extend(tls.redirect_address.iter().map(set_by("tls", "redirect_address")));
    used.extend(course.enabled.then_some(&course.address).map(set_by("course", "address")));
    used.extend(dict.enabled.then_some(&dict.address).map(set_by("dict", "address")));
    used.extend(monitoring.address.iter().map(set_by("monitoring", "address")));
    used
}

impl fmt::Display for UsedAddress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Key { section, name } = self.key;
        write!(f, "[{section}] {name} {:?}", self.address.to_string())
    }
}

/// The bytes of a file, which must not be larger than [`FILE_BYTES_MAX`].
fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        let text = format!("it is larger than {FILE_BYTES_MAX} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, text));
    }
    Ok(bytes)
}

/// The sources with the number of keys that each sets, as in [`Loaded::origin`].
fn origin(assignments: &[Assignment]) -> String {
    let mut sources: Vec<(String, usize)> = Vec::new();
    // An assignment with an empty key stands for a section.
    for assignment in assignments.iter().filter(|assignment| !assignment.key.is_empty()) {
        let name = match &assignment.location {
            Location::File(path, _) => path.display().to_string(),
            Location::Environment(_) => "environment".to_owned(),
            Location::Flag(_) => "flags".to_owned(),
        };
        match sources.last_mut() {
            Some((last, keys)) if *last == name => *keys += 1,
            _ => sources.push((name, 1)),
        }
    }
    let shown = |(name, keys): &(String, usize)| {
        format!("{name} ({keys} {})", if *keys == 1 { "key" } else { "keys" })
    };
    match sources.as_slice() {
        [] => "built-in defaults".to_owned(),
        sources => sources.iter().map(shown).collect::<Vec<_>>().join(", "),
    }
}

#[cfg(test)]
mod tests;
