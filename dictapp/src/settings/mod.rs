//! The settings: built-in defaults, a file, the environment and flags, in this order, become one
//! [`Settings`] of typed values, or every [`Mistake`] in them at once. The list of keys is the
//! code that reads them (`engine.rs`, `site.rs`); all else follows from it, and a test holds
//! conf/settings.toml against it. Nothing here opens a socket, a database or a log.

mod layers;
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
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use webframe::{Limits, Timeouts};

pub use engine::{Server, Tls};
pub use layers::Flag;
pub use mistake::{Mistake, Mistakes};
pub use network::Address;
pub use protocols::{Course, Dict, QueryReply};
pub use site::{Accounts, CookieSecure, Database, Dictionary, Log, LogFormat, LogLevel};

use layers::Given;
use mistake::Place;
use reader::{Asked, Reader};

/// The file that is read when none is named and it exists, under the working directory.
pub const DEFAULT_FILE: &str = "conf/settings.toml";

/// A settings file is a page; this much is a wrong file.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Everything that can be set, a field for each section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `[server]`
    pub server: Server,
    /// `[tls]`
    pub tls: Tls,
    /// `[limits]`, and what `[server]` says of connections
    pub limits: Limits,
    /// `[timeouts]`
    pub timeouts: Timeouts,
    /// `[database]`
    pub database: Database,
    /// `[dictionary]`
    pub dictionary: Dictionary,
    /// `[accounts]`
    pub accounts: Accounts,
    /// `[course]`
    pub course: Course,
    /// `[dict]`
    pub dict: Dict,
    /// `[log]`
    pub log: Log,
}

/// What settings are read from, besides the built-in defaults.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The file that was named; none: [`DEFAULT_FILE`], if it exists.
    pub file: Option<PathBuf>,
    /// The environment, of which the names that begin with `DICTAPP_` count.
    pub environment: Vec<(OsString, OsString)>,
    /// Flags of the command line.
    pub flags: Vec<Flag>,
}

/// Valid settings, and where they came from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// A line such as `conf/settings.toml (12 keys), environment (1 key)`.
    pub origin: String,
}

impl Settings {
    /// Reads all the sources.
    ///
    /// # Errors
    /// Everything that is wrong in any of them.
    pub fn load(sources: &Sources) -> Result<Loaded, Mistakes> {
        let mut mistakes = Vec::new();
        let named = sources.file.as_deref();
        let path = named.unwrap_or(Path::new(DEFAULT_FILE));
        let mut given = match read_bounded(path) {
            Ok(bytes) => layers::read_file(path, &bytes, &mut mistakes),
            Err(e) if e.kind() == io::ErrorKind::NotFound && named.is_none() => Vec::new(),
            Err(e) => {
                let place = Place::File(path.to_owned(), None);
                mistakes.push(Mistake { place, text: format!("cannot be read: {e}") });
                Vec::new()
            }
        };
        given.extend(layers::read_environment(&sources.environment, &mut mistakes));
        given.extend(sources.flags.iter().map(Flag::given));
        let origin = origin(&given);
        let (settings, _) = read(given, mistakes)?;
        Ok(Loaded { settings, origin })
    }
}

impl Default for Settings {
    /// The built-in values, as when there is no file, no environment and no flag.
    fn default() -> Settings {
        let (settings, _) = read(Vec::new(), Vec::new()).expect("nothing given, nothing wrong");
        settings
    }
}

/// Asks each section for its keys; adds to the mistakes that are known already.
fn read(given: Vec<Given>, mut mistakes: Vec<Mistake>) -> Result<(Settings, Vec<Asked>), Mistakes> {
    let mut reader = Reader::new(given);
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
        course: Course::read(&mut reader),
        dict: Dict::read(&mut reader),
        log: Log::read(&mut reader),
    };
    let (more, asked) = reader.finish();
    mistakes.extend(more);
    match Mistakes::new(mistakes) {
        None => Ok((settings, asked)),
        Some(mistakes) => Err(mistakes),
    }
}

fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        let text = format!("it is larger than {FILE_BYTES_MAX} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, text));
    }
    Ok(bytes)
}

/// How many keys each source gives.
fn origin(given: &[Given]) -> String {
    let mut sources: Vec<(String, usize)> = Vec::new();
    for given in given.iter().filter(|given| !given.key.is_empty()) {
        let name = match &given.place {
            Place::File(path, _) => path.display().to_string(),
            Place::Environment(_) => "environment".to_owned(),
            Place::Flag(_) => "flags".to_owned(),
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
