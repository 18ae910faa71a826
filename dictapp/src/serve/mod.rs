//! Settings to a server that runs until it is told to stop: sockets, log, store, word books,
//! words in memory, and at last one line that says where it is.

mod app;
mod engine;
mod protocols;
mod service;
mod shipped;
mod upkeep;

use std::io::{self, Write};

use anyhow::{Context, anyhow};
use webframe::{Address, Server, Stopped};

use crate::log;
use crate::settings::Settings;
use crate::site::Site;
use crate::store::{DatabaseConfig, Store};

/// Serves until SIGTERM or Ctrl-C.
///
/// # Errors
/// Whatever keeps it from serving, in one sentence: an address that is taken, a database that
/// cannot be used, a log file that cannot be written.
pub fn run(settings: &Settings) -> anyhow::Result<()> {
    let log = log::start(&settings.log)?;
    // Before anything else is touched: another instance may serve there already.
    let server = Server::bind(&engine::settings(settings)?).map_err(|error| advised(&error))?;
    let mut server = server.stop_on_signals()?;
    server = server.on_hang_up({
        let log = log.clone();
        move || log.reopen()
    })?;
    let site = open(settings)?;
    let app = app::app(site, settings, log.queue.clone());
    app.state().metrics().connect(server.gauges_handle(), log.queue);
    let server = protocols::add(server, settings, app.state())?;
    let _upkeep = upkeep::start(app.state())?;
    announce(&server.addresses(), settings);
    service::report_ready();
    let Stopped { cut } = server.serve(app)?;
    match cut {
        0 => ::log::info!("stopped"),
        cut => ::log::warn!("stopped; {cut} connections were cut, their answers took too long"),
    }
    ::log::logger().flush();
    Ok(())
}

/// Says behind what to do, where the address is what is wrong.
fn advised(error: &io::Error) -> anyhow::Error {
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

/// The database that these settings name.
pub fn database(settings: &Settings) -> DatabaseConfig {
    engine::database(settings)
}

/// The store of these settings, as an import needs it.
///
/// # Errors
/// A database that cannot be used.
pub fn store(settings: &Settings) -> anyhow::Result<Store> {
    Ok(Store::open(&engine::database(settings))?)
}

/// The dictionary of these settings, ready to be asked.
///
/// # Errors
/// The database or the word books cannot be used.
pub fn open(settings: &Settings) -> anyhow::Result<Site> {
    let store = store(settings)?;
    let place = store.place();
    shipped::install(&store).context("cannot put the shipped word books into the database")?;
    let site = Site::new(settings.clone(), store)?;
    let words = site.shelf();
    ::log::info!(
        "{} entries of {} word books from {place}",
        words.lexicon().len(),
        words.books().len()
    );
    Ok(site)
}

/// The one line on standard output. Whoever started this without reading it goes on unharmed.
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
    ::log::logger().flush(); // a reader of the standard output finds the whole start in the log
    for line in lines {
        if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
            ::log::warn!("nobody reads the standard output");
        }
    }
}
