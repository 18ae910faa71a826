//! Converts dictapp's settings to the settings of the framework and of the store. It resolves the
//! names of addresses, and warns of files with secrets that every user can read.

use std::fs;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::Path;

use anyhow::Context;
use webframe::{ServerSettings, TlsSettings};

use crate::settings::{Address, Settings};
use crate::store::{DatabaseConfig, DatabaseTimeouts};

/// The settings of the framework's server. Logs a warning for each file with a secret that is
/// readable by all users.
pub(super) fn settings(settings: &Settings) -> anyhow::Result<ServerSettings> {
    let Settings { server, tls, .. } = settings;
    let files = tls.cert.clone().zip(tls.key.clone());
    let key = files.iter().map(|(_, key)| key.as_path());
    for secret in key.chain(settings.database.url.password_files()).filter(|file| is_exposed(file))
    {
        let secret = secret.display();
        log::warn!("{secret} can be read by every user of this machine; run chmod o= on it");
    }
    Ok(ServerSettings {
        addresses: server
            .address
            .iter()
            .map(|address| resolve(address, "[server]"))
            .collect::<Result<_, _>>()?,
        tls: files.map(|(cert, key)| TlsSettings { cert, key }),
        redirect_addresses: tls
            .redirect_address
            .iter()
            .map(|address| resolve(address, "[tls]"))
            .collect::<Result<_, _>>()?,
        limits: settings.limits.clone(),
        timeouts: settings.timeouts.clone(),
        ..server.engine.clone()
    })
}

/// Whether all users of the machine have access to a file with a secret: with the key of a
/// certificate they can impersonate the site.
#[cfg(unix)]
fn is_exposed(secret: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(secret).is_ok_and(|found| found.mode() & 0o007 != 0)
}

#[cfg(not(unix))]
fn is_exposed(_: &Path) -> bool {
    false
}

/// Resolves a name to one address, an IPv4 address if it has any, since `localhost` usually means
/// 127.0.0.1. `section` is the section of the settings, for errors.
pub(super) fn resolve(address: &Address, section: &str) -> anyhow::Result<webframe::Address> {
    let (host, port) = match address {
        Address::Unix(path) => return Ok(webframe::Address::Unix(path.clone())),
        Address::Tcp { host, port } => (host.as_str(), *port),
    };
    let found = (host, port).to_socket_addrs();
    let found = found.with_context(|| format!("{section} address {address} cannot be resolved"))?;
    let mut found: Vec<SocketAddr> = found.collect();
    found.sort_by_key(SocketAddr::is_ipv6);
    let first = found
        .first()
        .with_context(|| format!("{section} address {address} resolves to no address"))?;
    Ok(webframe::Address::Tcp(*first))
}

/// The database, and its timeouts.
pub(super) fn database(Settings { database, .. }: &Settings) -> DatabaseConfig {
    let connect = database.connect_timeout;
    let statement = database.statement_timeout;
    let defaults = DatabaseTimeouts::default();
    let call = database.patience;
    DatabaseConfig {
        url: database.url.clone(),
        connections: database.connections,
        timeouts: DatabaseTimeouts { connect, statement, call, record: call, ..defaults },
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn a_request_has_time_for_another_server() {
        let times = database(&Settings::default()).timeouts;
        assert!(times.statement + times.connect <= times.call);
        assert_eq!(times.record, times.call);
    }

    #[test]
    fn every_limit_of_the_settings_reaches_the_framework() {
        let mut given = Settings::default();
        given.limits.form_fields_max = 11;
        given.limits.form_parts_max = 14;
        given.limits.connections_per_address_max = 12;
        given.timeouts.linger = std::time::Duration::from_secs(13);
        let engine = settings(&given).unwrap();
        assert_eq!(engine.limits.form_fields_max, 11);
        assert_eq!(engine.limits.form_parts_max, 14);
        assert_eq!(engine.limits.connections_per_address_max, 12);
        assert_eq!(engine.timeouts.linger.as_secs(), 13);
    }

    #[test]
    fn encryption_and_proxies_reach_the_framework() {
        let mut given = Settings::default();
        assert_eq!(settings(&given).unwrap().tls, None);
        let (cert, key) = (PathBuf::from("cert.pem"), PathBuf::from("key.pem"));
        (given.tls.cert, given.tls.key) = (Some(cert.clone()), Some(key.clone()));
        given.tls.redirect_address = Some(Address::Tcp { host: "127.0.0.1".to_owned(), port: 80 });
        given.server.engine.public_url = Some("https://dict.example".to_owned());
        given.server.engine.allowed_hosts = vec!["dict.example".to_owned()];
        given.server.engine.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
        given.server.engine.proxy_protocol_from = vec!["unix:".parse().unwrap()];
        let engine = settings(&given).unwrap();
        assert_eq!(engine.tls, Some(TlsSettings { cert, key }));
        let plain = webframe::Address::Tcp(([127, 0, 0, 1], 80).into());
        assert_eq!(engine.redirect_addresses, [plain]);
        assert_eq!(engine.public_url, given.server.engine.public_url);
        assert_eq!(engine.allowed_hosts, given.server.engine.allowed_hosts);
        assert_eq!(engine.trusted_proxies, given.server.engine.trusted_proxies);
        assert_eq!(engine.proxy_protocol_from, given.server.engine.proxy_protocol_from);
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_all_users_can_read_is_exposed() {
        use std::os::unix::fs::PermissionsExt;

        let key = tempfile::NamedTempFile::new().unwrap();
        for (mode, exposed) in [(0o600, false), (0o640, false), (0o644, true), (0o602, true)] {
            fs::set_permissions(key.path(), fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(is_exposed(key.path()), exposed, "{mode:o}");
        }
        assert!(!is_exposed(Path::new("no/such/file")));
    }

    #[test]
    fn a_name_is_resolved() {
        let local = Address::Tcp { host: "localhost".to_owned(), port: 0 };
        let webframe::Address::Tcp(address) = resolve(&local, "[server]").unwrap() else {
            panic!("tcp")
        };
        assert!(address.ip().is_loopback());
    }
}
