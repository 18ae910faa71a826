//! Parses the URLs of a database: one SQLite file, or a list of MySQL servers. The URLs contain
//! passwords. So errors show no part of a URL, and a printed URL has `***` in place of the
//! password.

mod options;

use std::{
    borrow::Cow,
    fmt,
    fs::File,
    io,
    io::Read,
    path::{Path, PathBuf},
};

use mysql::OptsBuilder;
use options::Options;

use super::error::{Result, StoreError, StoreErrorKind};

/// Maximum bytes of a password file.
const PASSWORD_BYTES_MAX: u64 = 1024;

/// One SQLite file, or the servers of one MySQL database. When it is printed, passwords are left
/// out.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file of the embedded engine.
    Sqlite(PathBuf),
    /// Servers of the same database, such as those of a cluster, in the order of preference. At
    /// least one.
    Mysql(Vec<MysqlServer>),
}

/// A MySQL or MariaDB server, and the database on it.
#[derive(Clone, PartialEq, Eq)]
pub struct MysqlServer {
    opts: mysql::Opts,
    /// `host:port/database`, or `path/of/the/socket/database`: the database in messages.
    pub(super) place: String,
    password_file: Option<PathBuf>,
}

/// The transport to a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    Tcp,
    Tls,
    Socket,
}

/// The mistake in a URL, without any of its values: `it names no database`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongUrl(Cow<'static, str>);

impl DatabaseUrl {
    /// Parses `sqlite:PATH`, or one or several `mysql://USER:PASSWORD@HOST:PORT/DATABASE`, which
    /// options may follow: `?ssl=required&ca=FILE`, `socket=PATH`, `password_file=FILE`.
    ///
    /// # Errors
    /// The mistake in the first invalid URL.
    pub fn parse(urls: &[impl AsRef<str>]) -> std::result::Result<DatabaseUrl, WrongUrl> {
        if let [url] = urls
            && let Some(path) = url.as_ref().strip_prefix("sqlite:")
        {
            return parse_path(path).map(DatabaseUrl::Sqlite);
        }
        if urls.is_empty() {
            return Err(wrong_url("it is empty"));
        }
        let servers = urls.iter().map(|url| MysqlServer::parse(url.as_ref()));
        servers.collect::<std::result::Result<_, _>>().map(DatabaseUrl::Mysql)
    }

    /// The files from which passwords of servers are read.
    pub fn password_files(&self) -> impl Iterator<Item = &Path> {
        let servers = match self {
            DatabaseUrl::Sqlite(_) => &[][..],
            DatabaseUrl::Mysql(servers) => servers.as_slice(),
        };
        servers.iter().filter_map(|server| server.password_file.as_deref())
    }
}

fn parse_path(path: &str) -> std::result::Result<PathBuf, WrongUrl> {
    if path.is_empty() || path.starts_with(':') || path.contains(char::is_control) {
        return Err(wrong_url("it names no file"));
    }
    Ok(PathBuf::from(path))
}

fn wrong_url(why: &'static str) -> WrongUrl {
    WrongUrl(why.into())
}

impl MysqlServer {
    /// Parses one URL. A character that would end the part with the password early is refused,
    /// since the rest of the password could appear in messages as a host.
    fn parse(url: &str) -> std::result::Result<MysqlServer, WrongUrl> {
        let Some(rest) = url.strip_prefix("mysql://") else {
            return Err(wrong_url(if url.starts_with("sqlite:") {
                "a list has only addresses that begin with mysql://"
            } else {
                "it begins with neither sqlite: nor mysql://"
            }));
        };
        let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
        if rest.contains('@') && (!authority.contains('@') || rest.matches('@').count() > 1) {
            return Err(wrong_url(
                "its password has one of / ? # @, which are written %2F %3F %23 %40",
            ));
        }
        if rest.contains('#') {
            return Err(wrong_url("nothing may follow #"));
        }
        let (url, query) = url.split_once('?').unwrap_or((url, ""));
        let opts = mysql::Opts::from_url(url).map_err(|_| wrong_url("it is not of this form"))?;
        let Some(database) = opts.get_db_name().filter(|name| !name.is_empty()) else {
            return Err(wrong_url("it names no database"));
        };
        let options = Options::parse(query)?;
        if opts.get_pass().is_some() && options.password_file.is_some() {
            return Err(wrong_url("its password stands both in it and in password_file"));
        }
        let place = match &options.socket {
            Some(socket) => format!("{socket}/{database}"),
            None => format!("{}:{}/{database}", opts.get_ip_or_hostname(), opts.get_tcp_port()),
        };
        let opts = OptsBuilder::from_opts(opts)
            .prefer_socket(false)
            .socket(options.socket)
            .ssl_opts(options.tls)
            .into();
        Ok(MysqlServer { opts, place, password_file: options.password_file })
    }

    /// The transport that the options choose.
    pub(super) fn transport(&self) -> Transport {
        match (self.opts.get_socket(), self.opts.get_ssl_opts()) {
            (Some(_), _) => Transport::Socket,
            (None, Some(_)) => Transport::Tls,
            (None, None) => Transport::Tcp,
        }
    }

    pub(super) fn host(&self) -> Cow<'_, str> {
        self.opts.get_ip_or_hostname()
    }

    pub(super) fn port(&self) -> u16 {
        self.opts.get_tcp_port()
    }

    /// The login options of the driver. A password file is read each time, so that a new password
    /// needs no restart.
    pub(super) fn login(&self) -> Result<OptsBuilder> {
        let login = OptsBuilder::from_opts(self.opts.clone());
        let Some(path) = &self.password_file else { return Ok(login) };
        let password = read_password(path).map_err(|error| {
            let text = format!("the password file {} of the database: {error}", path.display());
            StoreError::new(StoreErrorKind::Refused, text)
        })?;
        Ok(login.pass(Some(password)))
    }
}

/// Reads a password: the first line of the file.
fn read_password(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(PASSWORD_BYTES_MAX + 1).read_to_string(&mut text)?;
    if text.len() as u64 > PASSWORD_BYTES_MAX {
        let why = format!("it is larger than {PASSWORD_BYTES_MAX} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
    }
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DatabaseUrl::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            DatabaseUrl::Mysql(servers) => {
                let servers: Vec<String> = servers.iter().map(MysqlServer::to_string).collect();
                f.write_str(&servers.join(","))
            }
        }
    }
}

impl fmt::Display for MysqlServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("mysql://")?;
        if let Some(user) = self.opts.get_user() {
            write!(f, "{user}:***@")?;
        }
        f.write_str(&self.place)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for MysqlServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for WrongUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WrongUrl {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_a_path_and_a_list_of_servers() {
        let file = DatabaseUrl::parse(&["sqlite:data/x.db"]).unwrap();
        assert_eq!(file, DatabaseUrl::Sqlite(PathBuf::from("data/x.db")));
        assert_eq!(file.to_string(), "sqlite:data/x.db");
        let urls = ["mysql://u:p%40ss@db1/dict", "mysql://u:p%40ss@[::1]:3307/dict"];
        let url = DatabaseUrl::parse(&urls).unwrap();
        assert_eq!(url.to_string(), "mysql://u:***@db1:3306/dict,mysql://u:***@[::1]:3307/dict");
        assert_eq!(format!("{url:?}"), url.to_string());
        let DatabaseUrl::Mysql(servers) = url else { panic!("two servers") };
        let places: Vec<_> = servers.iter().map(|server| server.place.as_str()).collect();
        assert_eq!(places, ["db1:3306/dict", "[::1]:3307/dict"]);
        assert_eq!(servers[0].opts.get_pass(), Some("p@ss"));
        assert_eq!(servers[0].transport(), Transport::Tcp);
    }

    fn server(url: &str) -> MysqlServer {
        MysqlServer::parse(url).unwrap()
    }

    #[test]
    fn takes_tls_a_socket_and_a_password_file() {
        let tls = server("mysql://u:p@db1/dict?ssl=required&ca=/etc/a%20b/ca.pem");
        assert_eq!((tls.transport(), tls.place.as_str()), (Transport::Tls, "db1:3306/dict"));
        let ca = tls.opts.get_ssl_opts().unwrap().root_cert_path();
        assert_eq!(ca, Some(Path::new("/etc/a b/ca.pem")));
        let socket = server("mysql://u:p@localhost/dict?socket=/run/mysqld/s.sock");
        assert_eq!(socket.transport(), Transport::Socket);
        assert_eq!(socket.place, "/run/mysqld/s.sock/dict");
        assert_eq!(socket.opts.get_socket(), Some("/run/mysqld/s.sock"));
    }

    #[test]
    fn a_password_file_is_read_for_each_login() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        let server = server(&format!("mysql://u@h/dict?password_file={}", path.display()));
        let password = || {
            let opts = mysql::Opts::from(server.login().unwrap());
            opts.get_pass().map(str::to_owned)
        };
        let url = DatabaseUrl::Mysql(vec![server.clone()]);
        assert!(url.password_files().eq([path.as_path()]));
        let missing = server.login().err().unwrap();
        assert!(missing.is_refused() && missing.to_string().contains("password"), "{missing}");
        for text in ["first\n", "second"] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(password().as_deref(), Some(text.trim_end()));
        }
        std::fs::write(&path, "x".repeat(2000)).unwrap();
        assert!(server.login().err().unwrap().to_string().contains("1024 bytes"));
    }

    #[test]
    fn reports_what_is_wrong_with_an_invalid_url() {
        for (urls, why) in [
            (&["mysql://dict:s3cr/et@host/dict"][..], "%2F"),
            (&["mysql://dict:s3cr?et@host/dict"], "%3F"),
            (&["mysql://dict:s3cr#et@host/dict"], "%23"),
            (&["mysql://dict:s3cr@et@host/dict"], "%40"),
            (&["mysql://dict:1/s3cret@host/dict"], "%2F"),
            (&["mysql://dict:s3cret"], "form"),
            (&["mysql://dict:s3cret@host"], "names no database"),
            (&["mysql://host/"], "names no database"),
            (&["mysql://dict:s3cret@host/dict#s3cret"], "nothing may follow #"),
            (&["mysql://dict:s3cret@host/dict?tls=1"], "has an unknown option tls"),
            (&["mysql://dict:s3cret@host/dict?s3cret%2F=1"], "has an unknown option;"),
            (&["mysql://dict:s3cret@host/dict?ssl=preferred"], "ssl can only be required"),
            (&["mysql://dict:s3cret@host/dict?ssl"], "ssl can only be required"),
            (&["mysql://dict:s3cret@host/dict?ca=/ca.pem"], "ca needs ssl=required"),
            (&["mysql://d:s3cret@h/d?ssl=required&ssl=required"], "option ssl twice"),
            (&["mysql://d:s3cret@h/d?socket=/s&ssl=required"], "a socket needs no ssl"),
            (&["mysql://d:s3cret@h/d?socket="], "option socket has no value"),
            (&["mysql://d:s3cret@h/d?password_file=/f"], "both in it and in password_file"),
            (&["mysql://dict:s3cret@host:port/dict"], "form"),
            (&["postgres://dict:s3cret@host/dict"], "neither"),
            (&["mysql:"], "neither"),
            (&["data/x.db"], "neither"),
            (&[""], "neither"),
            (&[], "empty"),
            (&["sqlite:"], "no file"),
            (&["sqlite::memory:"], "no file"),
            (&["sqlite:a\nb"], "no file"),
            (&["sqlite:x.db", "mysql://u:p@h/d"], "begin with mysql://"),
        ] {
            let wrong = DatabaseUrl::parse(urls).unwrap_err().to_string();
            assert!(wrong.contains(why), "{urls:?}: {wrong}");
        }
    }
}
