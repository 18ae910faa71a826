//! A private MariaDB with its own folder and port on the loopback interface. It ends when dropped,
//! or with the process, even if that is killed. The system's server and its settings are not
//! touched.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Instant,
};

use mysql::prelude::Queryable;

/// A password that must not appear in any message.
pub(crate) const PASSWORD: &str = "s3cr3t-of-the-test";

/// The line that a server prints after its start and its `--init-file`.
const READY: &str = "ready for connections";

/// A shell script that starts the server, copies its output, and waits for a line or the end of its
/// standard input. Then it kills the server and, unless the line is `keep`, removes the folder
/// `$0`. The input also ends with the test process, so no server outlives it.
const KEEPER: &str = r#"
"$@" </dev/null 2>&1 &
server=$!
folder=remove
read -r folder
kill -9 $server
wait $server 2>/dev/null
[ "$folder" = keep ] || rm -rf "$0"
"#;

/// A running server.
pub(crate) struct MariaDb {
    folder: tempfile::TempDir,
    port: u16,
    keeper: Option<(Child, ChildStdin)>,
}

impl MariaDb {
    /// The server that the tests of this process share: each takes a [`database`](Self::database).
    pub(crate) fn shared() -> &'static MariaDb {
        static SHARED: OnceLock<MariaDb> = OnceLock::new();
        SHARED.get_or_init(MariaDb::start)
    }

    /// A separate server, which may be killed and started again.
    pub(crate) fn start() -> MariaDb {
        let folder = tempfile::Builder::new().prefix("dictapp-mariadb-").tempdir().unwrap();
        install(folder.path());
        let mut server = MariaDb { folder, port: free_port(), keeper: None };
        server.run();
        server
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The path of its Unix socket.
    pub(crate) fn socket(&self) -> String {
        self.folder.path().join("s.sock").display().to_string()
    }

    /// The URL of a new, empty database.
    pub(crate) fn database(&self) -> String {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let name = format!("dict{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        self.root().query_drop(format!("create database {name} character set latin1")).unwrap();
        self.url(&name)
    }

    /// The URL of an existing database.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("mysql://dict:{PASSWORD}@127.0.0.1:{}/{database}", self.port)
    }

    /// Kills the server as a power failure would.
    pub(crate) fn kill(&mut self) {
        let (mut keeper, mut keeper_stdin) = self.keeper.take().expect("the server runs");
        writeln!(keeper_stdin, "keep").unwrap();
        drop(keeper_stdin);
        keeper.wait().unwrap();
    }

    /// Starts the killed server again on its port and its data.
    pub(crate) fn run(&mut self) {
        assert!(self.keeper.is_none(), "the server runs already");
        let path = self.folder.path();
        let mut server = as_mysql("mariadbd");
        server
            .arg("--no-defaults")
            .arg(format!("--datadir={}", path.join("data").display()))
            .arg(format!("--tmpdir={}", path.join("tmp").display()))
            .arg(format!("--socket={}", path.join("s.sock").display()))
            .arg(format!("--pid-file={}", path.join("data/server.pid").display()))
            .arg(format!("--init-file={}", path.join("init.sql").display()))
            .arg(format!("--port={}", self.port))
            .args(["--bind-address=127.0.0.1", "--skip-name-resolve", "--skip-log-bin"])
            .args(["--innodb-flush-log-at-trx-commit=1", "--innodb-buffer-pool-size=128M"])
            .args(["--innodb-log-file-size=32M", "--max-connections=300"])
            .arg(format!("--ssl-cert={}", path.join("server.crt").display()))
            .arg(format!("--ssl-key={}", path.join("server.key").display()));
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER])
            .arg(path)
            .arg(server.get_program())
            .args(server.get_args())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("sh runs");
        let keeper_stdin = keeper.stdin.take().expect("a pipe");
        let output = keeper.stdout.take().expect("a pipe");
        self.keeper = Some((keeper, keeper_stdin));
        wait_until_ready(output);
    }

    /// A connection as root, for tests.
    pub(crate) fn root(&self) -> mysql::Conn {
        let opts = mysql::OptsBuilder::new()
            .ip_or_hostname(Some("127.0.0.1"))
            .tcp_port(self.port)
            .prefer_socket(false)
            .user(Some("tester"))
            .pass(Some(PASSWORD));
        mysql::Conn::new(opts).expect("the server answers")
    }
}

/// Reads the server's output while it runs, so that it never blocks on a full pipe.
fn wait_until_ready(output: impl Read + Send + 'static) {
    let (heard, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
            heard.send(String::from_utf8_lossy(&line).into_owned()).ok(); // until it is ready
        }
    });
    let (deadline, mut log) = (Instant::now() + crate::EVENT_WAIT_MAX, Vec::new());
    while let Ok(line) = lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        if line.contains(READY) {
            return;
        }
        log.push(line);
    }
    panic!("mariadbd does not start:\n{}", log.join("\n"));
}

impl Drop for MariaDb {
    fn drop(&mut self) {
        if let Some((mut keeper, keeper_stdin)) = self.keeper.take() {
            // The keeper reads the end of the pipe, kills the server and removes the folder.
            drop(keeper_stdin);
            keeper.wait().ok();
        }
    }
}

fn install(folder: &Path) {
    fs::write(
        folder.join("init.sql"),
        format!(
            "create user if not exists 'dict'@'%' identified by '{PASSWORD}';\n\
             grant all on `dict%`.* to 'dict'@'%';\n\
             create user if not exists 'tls'@'%' identified by '{PASSWORD}' require ssl;\n\
             grant all on `dict%`.* to 'tls'@'%';\n\
             create user if not exists 'tester'@'%' identified by '{PASSWORD}';\n\
             grant all on *.* to 'tester'@'%' with grant option;\n"
        ),
    )
    .unwrap();
    for (file, name) in [("first.crt", "server.crt"), ("first.key", "server.key")] {
        fs::copy(certificate(file), folder.join(name)).unwrap();
    }
    // A starting server removes all temporary tables in this folder, including those of other
    // servers.
    fs::create_dir(folder.join("tmp")).unwrap();
    if is_root() {
        run(Command::new("chown").arg("-R").arg("mysql:mysql").arg(folder));
    }
    let data = folder.join("data");
    run(as_mysql("mariadb-install-db")
        .arg("--no-defaults")
        .arg(format!("--datadir={}", data.display()))
        .arg(format!("--tmpdir={}", folder.join("tmp").display()))
        .args(["--skip-test-db", "--auth-root-authentication-method=normal"])
        .arg("--innodb-log-file-size=32M"));
}

/// A certificate for tests, or its key. The servers have `first.crt`, which is for 127.0.0.1.
pub(crate) fn certificate(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../webframe/tests/data/tls").join(file)
}

/// mariadbd refuses to run as root.
fn as_mysql(program: &str) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=mysql", "--regid=mysql", "--clear-groups", program]);
    command
}

fn is_root() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let uid = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    uid.and_then(|uid| uid.split_whitespace().nth(1)) == Some("0")
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| {
        panic!("{command:?}: {error}; install it with: apt-get install mariadb-server")
    });
    let text = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&text));
}

/// A port that was free a moment ago. If it is taken meanwhile, the server's log has the error.
fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}
