//! A second server, at an address of its own, for the paths of monitoring. It answers until the
//! site has stopped, so a monitor sees the site drain.

use std::sync::Arc;
use std::thread::{self, JoinHandle};

use anyhow::Context;
use webframe::{App, Server, ServerSettings, StopHandle};

use super::engine::resolve;
use crate::settings::Settings;
use crate::site::Site;
use crate::urls;

/// Threads for the requests of monitors: they come one after another, seconds apart.
const WORKERS_MAX: usize = 4;

/// The server of monitoring. Dropping it stops the server.
#[derive(Debug)]
pub(super) struct Monitoring {
    stop: StopHandle,
    thread: Option<JoinHandle<()>>,
}

/// Starts the server if the settings name an address. The site's server must be bound before: the
/// sockets that the process inherited belong to the first server.
pub(super) fn start(settings: &Settings, site: &Arc<Site>) -> anyhow::Result<Option<Monitoring>> {
    let Some(address) = &settings.monitoring.address else { return Ok(None) };
    let rules = ServerSettings {
        addresses: vec![resolve(address, "[monitoring]")?],
        shards: 1,
        workers_min: 1,
        workers_max: WORKERS_MAX,
        ..ServerSettings::default()
    };
    let server = Server::bind(&rules).context("[monitoring]")?;
    let address = server.addresses().first().map(ToString::to_string).unwrap_or_default();
    log::info!("monitoring listens at {address}");
    let stop = server.stop_handle();
    let app = App::new(Arc::clone(site)).urls(urls::monitoring());
    let serve = move || match server.serve(app) {
        Ok(_) => {}
        Err(error) => log::error!("monitoring has ended: {error}"),
    };
    let thread = thread::Builder::new().name("monitoring".to_owned()).spawn(serve)?;
    Ok(Some(Monitoring { stop, thread: Some(thread) }))
}

impl Drop for Monitoring {
    fn drop(&mut self) {
        self.stop.stop();
        self.stop.stop(); // without waiting for open connections of monitors
        if let Some(thread) = self.thread.take() {
            // It catches the panics of handlers, and logs its own errors.
            thread.join().ok();
        }
    }
}
