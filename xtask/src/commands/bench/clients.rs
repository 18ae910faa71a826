//! `cargo xtask bench clients`: measures the memory and the threads that idle DICT clients cost the
//! server. Fails if a client costs too much.

use anyhow::{Context, Result, bail};
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use crate::arguments::Arguments;
use crate::harness::instance::{Instance, Launch, Profile, build};
use crate::harness::mariadb::scratch_folder;
use crate::harness::visitors::connect;
use crate::steps::step;

/// Maximum resident memory of the server for one idle client.
const BYTES_MAX: u64 = 600;
/// Clients that connect and leave before the measurement, so that the allocator and the pool have
/// their final size.
const WARM_UP: u64 = 200;
/// Maximum time until the server notices that the clients of the warm-up have gone.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The resources in use at one moment. The difference of two is what the clients cost.
struct Cost {
    resident_kib: u64,
    threads: u64,
    /// Memory of the kernel for all processes. It changes mostly by the sockets of both ends.
    kernel_kib: u64,
}

/// Measures twice: with a tenth of the clients, and with all of them.
pub(super) fn run(mut arguments: Arguments) -> Result<()> {
    let clients: u64 = arguments.take_option("--clients")?.unwrap_or(10_000).max(10);
    let program: Option<PathBuf> = arguments.take_option("--program")?;
    arguments.finish()?;
    let program = match program {
        Some(program) => program,
        // A debug build will do: what a client costs does not depend on optimisation.
        None => step("dictapp", || build(Profile::Dev))?,
    };
    let folder = scratch_folder("dictapp-clients-")?;
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let room = 2 * clients + 1_000;
    let settings = vec![
        "dict.enabled=true".to_owned(),
        format!("dict.address={address}"),
        format!("server.connections_max={room}"),
        format!("server.connections_per_address_max={room}"),
    ];
    let database = format!("sqlite:{}", folder.path().join("dictapp.db").display());
    let launch = Launch { program, database, settings, ..Launch::default() };
    let instance = Instance::start(launch, &folder.path().join("dictapp.log"))?;
    let before = warm_up(&instance, address)?;
    let mut sockets = Vec::new();
    println!("| idle clients | bytes each | threads | kernel, both ends |\n|---|---|---|---|");
    println!("| 0 | | {} | |", before.threads);
    let mut each = 0;
    for count in [clients / 10, clients] {
        connect_clients(&mut sockets, count, address)?;
        let now = Cost::measure(&instance)?;
        // `<< 10`: KiB to bytes.
        each = (now.resident_kib.saturating_sub(before.resident_kib) << 10) / count;
        let kernel = (now.kernel_kib.saturating_sub(before.kernel_kib) << 10) / count;
        println!("| {count} | {each} | {} | {kernel} |", now.threads);
        if now.threads > before.threads {
            bail!("{count} idle clients hold {} threads", now.threads - before.threads);
        }
    }
    if each > BYTES_MAX {
        bail!("an idle client costs {each} bytes, more than {BYTES_MAX}");
    }
    Ok(())
}

/// Connects some clients, lets them leave, and waits until the server has closed their connections.
/// Returns the resources after that.
fn warm_up(instance: &Instance, address: SocketAddr) -> Result<Cost> {
    let idle = instance.resources()?.descriptors;
    let mut sockets = Vec::new();
    connect_clients(&mut sockets, WARM_UP, address)?;
    drop(sockets);
    let began = Instant::now();
    while instance.resources()?.descriptors > idle {
        if began.elapsed() > TIMEOUT {
            bail!("the server keeps connections of clients that have gone");
        }
        thread::sleep(Duration::from_millis(20));
    }
    Cost::measure(instance)
}

/// Connects until there are `count` clients, and reads the banner of each.
fn connect_clients(sockets: &mut Vec<TcpStream>, count: u64, address: SocketAddr) -> Result<()> {
    while (sockets.len() as u64) < count {
        let socket = connect(address).with_context(|| format!("client {}", sockets.len()))?;
        let mut banner = String::new();
        BufReader::new(&socket).read_line(&mut banner)?;
        if !banner.starts_with("220 ") {
            bail!("client {} read {banner:?}", sockets.len());
        }
        sockets.push(socket);
    }
    Ok(())
}

impl Cost {
    fn measure(instance: &Instance) -> Result<Cost> {
        let resources = instance.resources()?;
        let kernel_kib = slab(&fs::read_to_string("/proc/meminfo")?).context("no Slab")?;
        Ok(Cost { resident_kib: resources.resident_kib, threads: resources.threads, kernel_kib })
    }
}

/// The memory of the kernel's objects in KiB, from `/proc/meminfo`.
fn slab(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("Slab:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_memory_is_read_from_its_line() {
        assert_eq!(slab("MemTotal: 9 kB\nSlab:      28372 kB\nSReclaimable: 1 kB\n"), Some(28372));
        assert_eq!(slab("MemTotal: 9 kB\n"), None);
    }
}
