//! The command `dictapp serve`. It starts in this order: log, sockets, store, shipped dictionaries,
//! words in memory, line protocols, monitoring, periodic work. Then it prints its addresses and
//! serves.
//!
//! Other commands open the database with [`store`], [`existing_store`] and [`open`].

mod app;
mod engine;
mod monitoring;
mod protocols;
mod reload;
mod service;
mod shipped;
mod upkeep;

use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, anyhow, bail};
use webframe::{Address, Server, Stopped};

use crate::log;
use crate::settings::{Settings, Sources};
use crate::site::Site;
use crate::store::{DatabaseConfig, DatabaseUrl, Store};

/// Serves until SIGTERM or Ctrl-C. Then finishes the answers in flight, within the time limit of
/// the settings.
///
/// # Errors
/// If the server cannot start, for instance because an address is in use, the database cannot be
/// opened, or the log file cannot be written.
pub fn run(settings: &Settings, sources: &Sources) -> anyhow::Result<()> {
    let log = log::start(&settings.log)?;
    // The sockets are bound before the store is opened: if another instance already listens at the
    // address, this one ends without touching the database.
    let server = Server::bind(&engine::settings(settings)?).map_err(|error| with_advice(&error))?;
    let mut server = server.stop_on_signals()?;
    server = server.on_hang_up({
        let (log, settings, sources) = (log.clone(), settings.clone(), sources.clone());
        move || {
            log.reopen();
            reload::report_changes(&settings, &sources);
        }
    })?;
    let site = site(settings, Store::open(&engine::database(settings))?)?;
    let app = app::app(site, settings, log.queue.clone());
    app.state().metrics().watch(server.gauges_handle());
    app.state().watch_log(log.queue);
    let server = protocols::add(server, settings, app.state())?;
    let _monitoring = monitoring::start(settings, app.state())?;
    let _upkeep = upkeep::start(app.state())?;
    announce(&server.addresses(), settings);
    service::report_ready();
    let Stopped { cut } = server.serve(app)?;
    match cut {
        0 => ::log::info!("stopped"),
        cut => ::log::warn!(
            "stopped; {cut} connections were closed before their answers were complete"
        ),
    }
    ::log::logger().flush();
    Ok(())
}

/// Adds advice to an error of `bind`: which setting to change.
fn with_advice(error: &io::Error) -> anyhow::Error {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            anyhow!(
                "{error}; stop the program that listens there, or set server.address to another"
            )
        }
        io::ErrorKind::AddrNotAvailable => {
            anyhow!("{error}; set server.address to one that this machine has")
        }
        _ => anyhow!("{error}"),
    }
}

/// Converts the settings to the store's configuration.
pub fn database(settings: &Settings) -> DatabaseConfig {
    engine::database(settings)
}

/// Opens the store for a command. If the database is an SQLite file that is missing, creates it and
/// says so on standard error.
///
/// # Errors
/// If the database cannot be opened.
pub fn store(settings: &Settings) -> anyhow::Result<Store> {
    if let Some(file) = missing_file(settings) {
        writeln!(io::stderr(), "creating a new database: {}", file.display()).unwrap_or_default();
    }
    Ok(Store::open(&engine::database(settings))?)
}

/// Opens the store for a command that needs existing data. Does not create an SQLite file.
///
/// # Errors
/// If the SQLite file is missing, or the database cannot be opened.
pub fn existing_store(settings: &Settings) -> anyhow::Result<Store> {
    if let Some(file) = missing_file(settings) {
        bail!(
            "there is no database {}: run the command in the folder in which the server was \
             started, or with the same --settings and --database; a new database is created by \
             the first start of the server",
            file.display()
        );
    }
    store(settings)
}

/// Whether there is a database: an SQLite file that exists, or a server.
pub fn has_database(settings: &Settings) -> bool {
    missing_file(settings).is_none()
}

/// The database's file, if the database is an SQLite file that does not exist.
fn missing_file(settings: &Settings) -> Option<&Path> {
    match &settings.database.url {
        DatabaseUrl::Sqlite(file) if matches!(file.try_exists(), Ok(false)) => Some(file),
        DatabaseUrl::Sqlite(_) | DatabaseUrl::Mysql(_) => None,
    }
}

/// Opens the store for a command, imports the shipped dictionaries and loads all words.
///
/// # Errors
/// If the database or its dictionaries cannot be read.
pub fn open(settings: &Settings) -> anyhow::Result<Site> {
    site(settings, store(settings)?)
}

/// Imports the shipped dictionaries into the store and loads all words.
fn site(settings: &Settings, store: Store) -> anyhow::Result<Site> {
    let place = store.place();
    shipped::install(&store).context("cannot put the shipped dictionaries into the database")?;
    let site = Site::new(settings.clone(), store)?;
    let shelf = site.shelf();
    ::log::info!(
        "{} entries of {} dictionaries from {place}",
        shelf.lexicon().len(),
        shelf.books().len()
    );
    Ok(site)
}

/// The URL that a local browser can open, if the server listens at all addresses of the machine.
/// `None`: it listens at one address only.
fn local_url(scheme: &str, address: &Address) -> Option<String> {
    match address {
        Address::Tcp(address) if address.ip().is_unspecified() => {
            Some(format!("{scheme}://localhost:{}", address.port()))
        }
        Address::Tcp(_) | Address::Unix(_) => None,
    }
}

/// Prints one line for each address to standard output. For an address that means all addresses of
/// the machine, also prints a URL that a local browser can open. A closed output is not an error.
fn announce(addresses: &[Address], settings: &Settings) {
    let mut out = io::stdout().lock();
    let scheme = if settings.tls.cert.is_some() { "https" } else { "http" };
    let line = |address: &Address| match address {
        Address::Tcp(address) => format!("{scheme}://{address}"),
        Address::Unix(_) => address.to_string(),
    };
    let lines: Vec<String> = addresses.iter().map(line).collect();
    for line in &lines {
        ::log::info!("listening at {line}");
    }
    // The log must be complete before the program that started the server reads the address.
    ::log::logger().flush();
    let local = addresses.iter().filter_map(|address| local_url(scheme, address));
    for line in lines.into_iter().chain(local) {
        if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
            ::log::warn!("standard output is closed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_at_all_addresses_names_a_url_that_a_browser_opens() {
        let url = |text: &str| local_url("http", &Address::Tcp(text.parse().unwrap()));
        assert_eq!(url("0.0.0.0:8000").as_deref(), Some("http://localhost:8000"));
        assert_eq!(url("[::]:80").as_deref(), Some("http://localhost:80"));
        assert_eq!(url("127.0.0.1:8000"), None);
    }
}
