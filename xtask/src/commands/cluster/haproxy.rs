//! Runs HAProxy in front of two instances of dictapp, with the shipped conf/deploy/haproxy.cfg:
//! on free ports, without TLS, and for fewer connections.

use anyhow::{Context, Result, bail};
use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::harness::browser::Browser;
use crate::steps::cargo::workspace;

/// The address from which HAProxy connects to the instances. They expect the PROXY protocol from
/// it, and plain requests from other addresses.
pub(super) const SOURCE: &str = "127.0.0.2";
/// Maximum time until HAProxy listens, and until it serves both instances.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A running proxy; killed when dropped.
#[derive(Debug)]
pub(super) struct Haproxy {
    pub(super) address: SocketAddr,
    statistics: SocketAddr,
    child: Child,
}

impl Haproxy {
    pub(super) fn start(folder: &Path, instances: [SocketAddr; 2]) -> Result<Haproxy> {
        let file = workspace().join("conf/deploy/haproxy.cfg");
        let shipped = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let listeners = [TcpListener::bind("127.0.0.1:0")?, TcpListener::bind("127.0.0.1:0")?];
        let [address, statistics] = [listeners[0].local_addr()?, listeners[1].local_addr()?];
        drop(listeners);
        let config = folder.join("haproxy.cfg");
        fs::write(&config, adapted(&shipped, address, statistics, instances)?)?;
        let log = fs::File::create(folder.join("haproxy.log"))?;
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "haproxy", "-db", "-f"])
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("cannot start haproxy")?;
        let mut haproxy = Haproxy { address, statistics, child };
        haproxy.wait_until(|haproxy| TcpStream::connect(haproxy.address).is_ok())?;
        haproxy.wait_for_both()?;
        Ok(haproxy)
    }

    /// Waits until HAProxy's health checks have accepted both instances.
    pub(super) fn wait_for_both(&mut self) -> Result<()> {
        self.wait_until(|haproxy| {
            let page = Browser::new(haproxy.statistics).get("/;csv");
            page.is_ok_and(|page| page.count(",UP,") >= 3) // both instances and their backend
        })
    }

    fn wait_until(&mut self, condition: impl Fn(&Haproxy) -> bool) -> Result<()> {
        let began = Instant::now();
        while !condition(self) {
            if let Some(status) = self.child.try_wait()? {
                bail!("haproxy ended: {status}");
            }
            if began.elapsed() > TIMEOUT {
                bail!("haproxy does not serve both instances after {TIMEOUT:?}");
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Drop for Haproxy {
    fn drop(&mut self) {
        // Errors mean that it has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Changes the shipped configuration: replaces the addresses, removes TLS, adds a page of
/// statistics.
fn adapted(
    shipped: &str,
    address: SocketAddr,
    statistics: SocketAddr,
    instances: [SocketAddr; 2],
) -> Result<String> {
    let mut config = String::new();
    for line in shipped.lines() {
        let words = line.trim();
        if words.starts_with("bind :443") || words.contains("redirect scheme https") {
            continue;
        }
        config.push_str(&line.replace("bind :80", &format!("bind {address}")));
        config.push('\n');
    }
    for (shipped, own) in [("127.0.0.1:8000", instances[0]), ("127.0.0.1:8001", instances[1])] {
        if !config.contains(shipped) {
            bail!("conf/deploy/haproxy.cfg has no server {shipped}");
        }
        config = config.replace(shipped, &own.to_string());
    }
    // More connections would need more descriptors than a shell may have open.
    config = config.replace("maxconn 20000", "maxconn 2000");
    config = config.replace("default-server", &format!("default-server source {SOURCE}"));
    config.push_str(&format!(
        "\nlisten statistics\n    bind {statistics}\n    stats enable\n    stats uri /\n"
    ));
    Ok(config)
}
