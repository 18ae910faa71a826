//! Listening sockets: binding, accepting, and socket files.

use std::{
    fs, io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4},
    os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
};

#[cfg(feature = "activation")]
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

#[cfg(feature = "activation")]
use listenfd::ListenFd;
use mio::{
    Interest, Registry, Token,
    event::Source,
    net::{TcpListener, UnixListener},
};
use socket2::{Domain, Protocol, SockRef, Type};

use super::{address::Address, socket::Socket, transport::Transport};
use crate::report;

/// Number of connections that may wait to be accepted. The kernel lowers it to
/// `net.core.somaxconn`.
const BACKLOG: i32 = 4096;

/// Maximum number of bytes of unsent output that the kernel buffers for a connection: one piece of
/// a streamed body. The kernel's own limit is 4 MiB. A client that sends requests but reads no
/// answers fills this buffer at full speed: beside 4,000 such clients, others waited 0.1 s.
#[cfg(target_os = "linux")]
const UNSENT_BYTES: u32 = 128 << 10;

/// Stands for the address of a peer that has none, as on a Unix socket.
const NO_ADDRESS: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0));

/// A listening socket. Each shard has a clone of each listener.
#[derive(Debug)]
pub(crate) enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// The cause of a failed `accept`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AcceptFailure {
    /// No connection is waiting.
    Empty,
    /// The connection was closed before it was accepted; the next one may succeed.
    Gone,
    /// The process or the system is out of descriptors or memory.
    NoRoom,
}

impl Listener {
    /// Binds `address`, one of `all` addresses of a server.
    pub(crate) fn bind(address: &Address, all: &[Address]) -> io::Result<Listener> {
        match address {
            Address::Tcp(address) => bind_tcp(*address, all),
            Address::Unix(path) => {
                remove_stale_socket(path)?;
                UnixListener::bind(path).map(Listener::Unix)
            }
        }
    }

    /// The listening sockets that the process inherited, for example from systemd. The first call
    /// takes them: they belong to the first server of the process.
    #[cfg(feature = "activation")]
    pub(crate) fn inherited() -> io::Result<Vec<Listener>> {
        static TAKEN: AtomicBool = AtomicBool::new(false);
        if TAKEN.swap(true, Relaxed) {
            return Ok(Vec::new());
        }
        let mut sockets = ListenFd::from_env();
        (0..sockets.len()).map(|index| inherit(&mut sockets, index)).collect()
    }

    /// Returns no socket: without the feature `activation`, inherited sockets are not used.
    #[cfg(not(feature = "activation"))]
    pub(crate) fn inherited() -> io::Result<Vec<Listener>> {
        Ok(Vec::new())
    }

    pub(crate) fn address(&self) -> io::Result<Address> {
        Ok(match self {
            Listener::Tcp(listener) => Address::Tcp(listener.local_addr()?),
            Listener::Unix(listener) => Address::Unix(
                listener.local_addr()?.as_pathname().map(PathBuf::from).unwrap_or_default(),
            ),
        })
    }

    pub(crate) fn try_clone(&self) -> io::Result<Listener> {
        Ok(match self {
            Listener::Tcp(listener) => {
                let socket: socket2::Socket = SockRef::from(listener).try_clone()?;
                Listener::Tcp(TcpListener::from_std(socket.into()))
            }
            Listener::Unix(listener) => {
                let socket: socket2::Socket = SockRef::from(listener).try_clone()?;
                Listener::Unix(UnixListener::from_std(socket.into()))
            }
        })
    }

    pub(crate) fn accept(&self) -> Result<(Transport, SocketAddr), AcceptFailure> {
        match self {
            Listener::Tcp(listener) => {
                listener.accept().map(|(socket, peer)| (Socket::Tcp(socket), peer))
            }
            Listener::Unix(listener) => {
                listener.accept().map(|(socket, _)| (Socket::Unix(socket), NO_ADDRESS))
            }
        }
        .map(|(socket, peer)| (Transport::plain(socket), peer))
        .map_err(|error| classify(&error))
    }

    pub(crate) fn source(&mut self) -> &mut dyn Source {
        match self {
            Listener::Tcp(listener) => listener,
            Listener::Unix(listener) => listener,
        }
    }

    pub(crate) fn register(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        self.source().register(registry, token, Interest::READABLE)
    }
}

fn bind_tcp(address: SocketAddr, all: &[Address]) -> io::Result<Listener> {
    let socket =
        socket2::Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    if address.ip() == Ipv6Addr::UNSPECIFIED && all.contains(&all_ipv4_interfaces(address.port())) {
        socket.set_only_v6(true)?; // otherwise the port of the IPv4 listener is bound here too
    }
    set_inherited_options(&socket)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(Listener::Tcp(TcpListener::from_std(socket.into())))
}

/// The address of all IPv4 interfaces at this port.
fn all_ipv4_interfaces(port: u16) -> Address {
    Address::Tcp((Ipv4Addr::UNSPECIFIED, port).into())
}

/// Sets options that accepted connections inherit on Linux, which saves a call for each of them.
/// Without `TCP_NODELAY` an answer in two writes waits 40 ms for a delayed acknowledgement.
fn set_inherited_options(listener: &socket2::Socket) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    listener.set_tcp_notsent_lowat(UNSENT_BYTES)?;
    listener.set_tcp_nodelay(true)
}

/// Prepares an inherited socket. The file of a Unix socket belongs to the parent and is not
/// removed.
#[cfg(feature = "activation")]
fn inherit(sockets: &mut ListenFd, index: usize) -> io::Result<Listener> {
    if let Ok(Some(listener)) = sockets.take_tcp_listener(index) {
        listener.set_nonblocking(true)?;
        set_inherited_options(&SockRef::from(&listener))?;
        return Ok(Listener::Tcp(TcpListener::from_std(listener)));
    }
    match sockets.take_unix_listener(index)? {
        Some(listener) => {
            listener.set_nonblocking(true)?;
            Ok(Listener::Unix(UnixListener::from_std(listener)))
        }
        None => Err(io::ErrorKind::NotFound.into()),
    }
}

/// The file of a Unix socket. Dropping it removes the file, unless another server has replaced it.
#[derive(Debug)]
pub(crate) struct SocketFile {
    path: PathBuf,
    device_and_inode: (u64, u64),
}

impl SocketFile {
    /// Sets the mode of the file of a bound socket.
    pub(crate) fn take(path: &Path, mode: u32) -> io::Result<SocketFile> {
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
        let meta = path.symlink_metadata()?;
        Ok(SocketFile { path: path.to_owned(), device_and_inode: (meta.dev(), meta.ino()) })
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let same = |meta: &fs::Metadata| (meta.dev(), meta.ino()) == self.device_and_inode;
        if self.path.symlink_metadata().is_ok_and(|meta| same(&meta))
            && let Err(error) = fs::remove_file(&self.path)
        {
            report::warn(format_args!("{} cannot be removed: {error}", self.path.display()));
        }
    }
}

/// Removes a socket file on which nobody listens: a server that was killed has left it.
fn remove_stale_socket(path: &Path) -> io::Result<()> {
    let is_socket = path.symlink_metadata().is_ok_and(|meta| meta.file_type().is_socket());
    if is_socket && std::os::unix::net::UnixStream::connect(path).is_err() {
        fs::remove_file(path)?;
    }
    Ok(())
}

/// Finds the cause of a failed `accept` in the error numbers of Linux.
fn classify(error: &io::Error) -> AcceptFailure {
    const ENFILE: i32 = 23;
    const EMFILE: i32 = 24;
    const ENOBUFS: i32 = 105;
    const ENOMEM: i32 = 12;
    match (error.kind(), error.raw_os_error()) {
        (io::ErrorKind::WouldBlock, _) => AcceptFailure::Empty,
        (_, Some(ENFILE | EMFILE | ENOBUFS | ENOMEM)) => AcceptFailure::NoRoom,
        _ => AcceptFailure::Gone,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_lack_of_resources_pauses_accepting() {
        const EMFILE: i32 = 24;
        const ECONNABORTED: i32 = 103;
        let failure = |number| classify(&io::Error::from_raw_os_error(number));
        assert_eq!(failure(EMFILE), AcceptFailure::NoRoom);
        assert_eq!(failure(ECONNABORTED), AcceptFailure::Gone);
        assert_eq!(classify(&io::ErrorKind::WouldBlock.into()), AcceptFailure::Empty);
    }
}
