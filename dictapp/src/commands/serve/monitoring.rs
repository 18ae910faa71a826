//! A second server, at a separate address, for the paths of monitoring: health, readiness and
//! metrics. It answers until the site's server has stopped, so a monitor sees that the site is
//! finishing its last requests.

use std::sync::Arc;
use std::thread::{self, JoinHandle};

use anyhow::Context;
use webframe::{App, Server, ServerSettings, StopHandle};

use super::engine::resolve;
use crate::settings::Settings;
use crate::site::Site;
use crate::urls;

/// Maximum number of threads for the requests of monitors. A few suffice: the requests come one
/// after another, seconds apart.
const WORKERS_MAX: usize = 4;

/// The running server of monitoring. Dropping this stops the server.
#[derive(Debug)]
pub(super) struct Monitoring {
    stop: StopHandle,
    thread: Option<JoinHandle<()>>,
}

/// Starts the server if the settings name an address. The site's server must be bound before,
/// because the first server that is bound takes the sockets that systemd passed to the process.
pub(super) fn start(settings: &Settings, site: &Arc<Site>) -> anyhow::Result<Option<Monitoring>> {
    let Some(address) = &settings.monitoring.address else { return Ok(None) };
    let rules = ServerSettings {
        addresses: vec![resolve(address, "[monitoring]")?],
        shards: 1, // one event loop
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
        self.stop.stop(); // the second call closes the open connections of monitors at once
        if let Some(thread) = self.thread.take() {
            // The result is not needed: the thread logs its error, and handlers' panics are caught.
            thread.join().ok();
        }
    }
}
