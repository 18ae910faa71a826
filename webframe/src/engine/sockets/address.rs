//! Addresses of listeners: a TCP address or the path of a Unix socket.

use std::{
    fmt,
    net::{SocketAddr, ToSocketAddrs},
    path::PathBuf,
    str::FromStr,
};

/// An address to listen on: `127.0.0.1:8000`, `[::1]:8000`, `localhost:8000` or
/// `unix:/run/app.sock`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A TCP address; port 0 lets the system choose.
    Tcp(SocketAddr),
    /// The path of a Unix socket.
    Unix(PathBuf),
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Address, String> {
        if let Some(path) = text.strip_prefix("unix:") {
            return match path {
                "" => Err("a Unix socket needs a path: unix:/run/app.sock".to_owned()),
                path => Ok(Address::Unix(PathBuf::from(path))),
            };
        }
        let mut found = text.to_socket_addrs().map_err(|error| {
            format!("invalid address {text:?}, expected one like 127.0.0.1:8000: {error}")
        })?;
        found.next().map(Address::Tcp).ok_or_else(|| format!("{text:?} resolves to no address"))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Tcp(address) => address.fmt(f),
            Address::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_kinds_of_address() {
        assert!(matches!("127.0.0.1:80".parse(), Ok(Address::Tcp(_))));
        assert!(matches!("[::1]:80".parse(), Ok(Address::Tcp(_))));
        assert_eq!("unix:/run/a".parse(), Ok(Address::Unix("/run/a".into())));
        for wrong in ["127.0.0.1", "unix:", "", "127.0.0.1:99999"] {
            assert!(wrong.parse::<Address>().is_err(), "{wrong}");
        }
    }
}
