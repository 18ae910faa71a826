//! A temporary MariaDB server, alone or as a node of a Galera cluster, with a separate folder and a
//! port on the loopback interface. It is killed when dropped.

use anyhow::{Context, Result, bail};
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::harness::server::{end, signal};
use crate::steps::cargo::workspace;
use crate::steps::packages::{GALERA_PROVIDER, is_root};
use crate::steps::succeed;

/// Maximum time for a server to start, and for a node also to join the others and to catch up.
const START_MAX: Duration = Duration::from_secs(60);
/// How often a node is started if it ends while it joins. On a busy machine a state transfer may
/// fail; a service manager starts the node again, too.
const JOIN_ATTEMPTS: usize = 3;
/// Maximum time for a server to stop. Then it is killed.
const STOP_MAX: Duration = Duration::from_secs(60);
/// Maximum time for the answer to a query of a server's state. A frozen server never answers.
const STATE_MAX: Duration = Duration::from_secs(5);
/// Maximum time for any other statement: filling the tables of a benchmark takes minutes.
const STATEMENT_MAX: Duration = Duration::from_secs(1800);
/// The query of a node's state, which errors print.
const STATE: &str = "show global status where variable_name in ('wsrep_cluster_status', \
     'wsrep_cluster_size', 'wsrep_local_state_comment', 'wsrep_evs_state', \
     'wsrep_local_recv_queue')";
/// The name of the user of the database `dict`, and the password.
const USER: &str = "dict";

/// Whether a server is alone, or a node that starts a cluster or joins an existing one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    Alone,
    Bootstrap,
    Join,
}

/// A server and its folder. The folder stays when the server is killed.
#[derive(Debug)]
pub(crate) struct MariaDb {
    folder: PathBuf,
    port: u16,
    child: Option<Child>,
    /// `None`: the server is alone.
    galera: Option<GaleraNode>,
}

/// A server's place in its cluster.
#[derive(Debug)]
struct GaleraNode {
    /// The ports of all nodes for group communication.
    group_ports: Vec<u16>,
    /// The index of this node.
    index: usize,
}

impl MariaDb {
    /// A server without replication, in `folder`.
    pub(crate) fn start(folder: &Path) -> Result<MariaDb> {
        let mut server = MariaDb::install(folder, free_ports(1)?[0], None)?;
        server.run(Start::Alone)?;
        server.make_database()?;
        Ok(server)
    }

    /// Starts a cluster of `count` nodes. All of them have joined when this returns.
    pub(crate) fn start_cluster(folder: &Path, count: usize) -> Result<Vec<MariaDb>> {
        let ports = free_ports(count * 2)?;
        // Group communication takes a port, and the next two for state transfers.
        let group: Vec<u16> = (0..count).map(|node| ports[count + node]).collect();
        let mut nodes = Vec::new();
        for (number, port) in ports.into_iter().take(count).enumerate() {
            let node_folder = folder.join(format!("node{}", number + 1));
            let galera = GaleraNode { group_ports: group.clone(), index: number };
            let mut node = MariaDb::install(&node_folder, port, Some(galera))?;
            if number == 0 {
                node.run(Start::Bootstrap)?;
                node.make_database()?;
            } else {
                node.join()?;
            }
            nodes.push(node);
        }
        Ok(nodes)
    }

    /// Makes the folder and the system tables of a server, which does not run yet.
    fn install(folder: &Path, port: u16, galera: Option<GaleraNode>) -> Result<MariaDb> {
        fs::create_dir_all(folder)?;
        if is_root() {
            succeed(Command::new("chown").arg("mysql:mysql").arg(folder))?;
        }
        let data = folder.join("data");
        let mut install = as_mysql("mariadb-install-db");
        install.arg("--no-defaults").arg(format!("--datadir={}", data.display()));
        install.args(["--skip-test-db", "--auth-root-authentication-method=normal"]);
        install.arg("--innodb-log-file-size=32M").stdout(Stdio::null()).stderr(Stdio::null());
        succeed(&mut install).context("mariadb-install-db")?;
        Ok(MariaDb { folder: folder.to_owned(), port, child: None, galera })
    }

    /// Starts the server again after a kill or a stop; a node of a cluster joins the others.
    pub(crate) fn start_again(&mut self) -> Result<()> {
        if self.galera.is_some() { self.join() } else { self.run(Start::Alone) }
    }

    /// Starts a node that joins the others; again if it ends meanwhile.
    fn join(&mut self) -> Result<()> {
        for attempt in 1..JOIN_ATTEMPTS {
            match self.run(Start::Join) {
                Err(error) if self.has_ended() => println!("attempt {attempt}: {error:#}"),
                done => return done,
            }
        }
        self.run(Start::Join)
    }

    fn has_ended(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(Some(_))))
    }

    fn run(&mut self, start: Start) -> Result<()> {
        let folder = &self.folder;
        let port = self.port;
        let log = fs::File::create(folder.join("server.log"))?;
        let mut server = as_mysql("mariadbd");
        server
            .arg("--no-defaults")
            .arg(format!("--datadir={}", folder.join("data").display()))
            .arg(format!("--socket={}", self.socket().display()))
            .arg(format!("--pid-file={}", folder.join("data/server.pid").display()))
            .arg(format!("--port={port}"))
            .args(["--bind-address=127.0.0.1", "--skip-name-resolve", "--skip-log-bin"])
            .args(["--innodb-flush-log-at-trx-commit=1", "--innodb-buffer-pool-size=64M"])
            .args(["--innodb-log-file-size=32M", "--max-connections=300"])
            .args(self.galera_options(start)?)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        self.child = Some(server.spawn().context("cannot start mariadbd")?);
        self.wait_until(|server| server.is_ready(start))
    }

    fn galera_options(&self, start: Start) -> Result<Vec<String>> {
        let Some(node) = &self.galera else { return Ok(Vec::new()) };
        let address = |port: &u16| format!("127.0.0.1:{port}");
        let all = node.group_ports.iter().map(address).collect::<Vec<_>>().join(",");
        // One port for group communication, and two for state transfers: incremental and full.
        let own = node.group_ports[node.index];
        let ist = own + 1;
        let sst = own + 2;
        let provider = format!(
            "base_port={own};gmcast.listen_addr=tcp://127.0.0.1:{own};ist.recv_addr=127.0.0.1:{ist};\
             gcache.size=32M;{}",
            shipped_provider_options()?
        );
        let mut options = vec![
            "--wsrep-on=ON".to_owned(),
            format!("--wsrep-provider={GALERA_PROVIDER}"),
            "--wsrep-cluster-name=dictapp".to_owned(),
            format!("--wsrep-node-name=node{}", node.index + 1),
            format!("--wsrep-cluster-address=gcomm://{all}"),
            format!("--wsrep-node-address=127.0.0.1:{own}"),
            format!("--wsrep-node-incoming-address=127.0.0.1:{}", self.port),
            "--wsrep-sst-method=rsync".to_owned(),
            format!("--wsrep-sst-receive-address=127.0.0.1:{sst}"),
            format!("--wsrep-provider-options={provider}"),
            "--binlog-format=ROW".to_owned(),
            "--innodb-autoinc-lock-mode=2".to_owned(),
        ];
        if start == Start::Bootstrap {
            options.push("--wsrep-new-cluster".to_owned());
        }
        Ok(options)
    }

    fn is_ready(&self, start: Start) -> bool {
        match start {
            Start::Alone => self.sql("select 1").is_ok(),
            Start::Bootstrap | Start::Join => self.is_synced(),
        }
    }

    fn is_synced(&self) -> bool {
        let state = self.sql_within("show status like 'wsrep_local_state_comment'", STATE_MAX);
        state.is_ok_and(|state| state.trim_end().ends_with("Synced"))
    }

    /// Waits until this node has caught up with the others.
    pub(crate) fn wait_until_synced(&mut self) -> Result<()> {
        self.wait_until(|server| server.is_synced())
    }

    fn wait_until(&mut self, condition: impl Fn(&MariaDb) -> bool) -> Result<()> {
        let began = Instant::now();
        while !condition(self) {
            let child = self.child.as_mut().context("the server does not run")?;
            if let Some(status) = child.try_wait()? {
                bail!("{} ended: {status}\n{}", self.name(), self.log_end());
            }
            if began.elapsed() > START_MAX {
                let (name, state, log) = (self.name(), self.state(), self.log_end());
                bail!("{name} is not ready after {START_MAX:?}; its state: {state}\n{log}");
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    fn name(&self) -> String {
        self.folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The state of a node as the server reports it, or why there is none. For errors.
    pub(crate) fn state(&self) -> String {
        if self.child.is_none() {
            return "it does not run".to_owned();
        }
        match self.sql_within(STATE, STATE_MAX) {
            Ok(rows) => rows.trim_end().replace('\t', " ").replace('\n', ", "),
            Err(error) => format!("{error:#}"),
        }
    }

    /// The last lines of the server's log.
    fn log_end(&self) -> String {
        let log = fs::read_to_string(self.folder.join("server.log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(15)..].join("\n")
    }

    /// Makes the database `dict` and its user.
    fn make_database(&self) -> Result<()> {
        let make = format!(
            "create database dict; create user '{USER}'@'%' identified by '{USER}'; \
             grant all on dict.* to '{USER}'@'%'"
        );
        self.sql(&make).map(drop)
    }

    /// Runs SQL as root; returns the rows, with tabs between the columns. No database is selected.
    pub(crate) fn sql(&self, statement: &str) -> Result<String> {
        self.sql_within(statement, STATEMENT_MAX)
    }

    fn sql_within(&self, statement: &str, most: Duration) -> Result<String> {
        const TIMED_OUT: i32 = 124; // as timeout(1) reports it
        let mut client = Command::new("timeout");
        client.args([&most.as_secs().to_string(), "mariadb"]);
        client.args(["--no-defaults", "--user=root", "--skip-column-names", "--batch"]);
        client.arg(format!("--socket={}", self.socket().display()));
        client.args(["--connect-timeout=2", "--execute", statement]);
        let output = client.output().context("cannot start the client mariadb")?;
        if output.status.code() == Some(TIMED_OUT) {
            bail!("{} gave no answer within {most:?}", self.name());
        }
        if !output.status.success() {
            bail!("mariadb: {}", String::from_utf8_lossy(&output.stderr).trim_end());
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    fn socket(&self) -> PathBuf {
        self.folder.join("s.sock")
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The URL of the database `dict` on this server, as dictapp takes it.
    pub(crate) fn url(&self) -> String {
        url_at(self.port)
    }

    /// Kills the server with SIGKILL, which gives it no chance to clean up.
    pub(crate) fn kill(&mut self) -> Result<()> {
        let mut child = self.child.take().context("the server does not run")?;
        child.kill()?;
        child.wait()?;
        Ok(())
    }

    /// Stops the server with SIGTERM and waits until it has ended.
    pub(crate) fn stop(&mut self) -> Result<()> {
        let mut child = self.child.take().context("the server does not run")?;
        signal(child.id(), "TERM")?;
        end(&mut child, STOP_MAX).with_context(|| self.name()).map(drop)
    }

    /// Suspends the process: connections stay open, and nothing is answered.
    pub(crate) fn freeze(&self) -> Result<()> {
        self.signal("STOP")
    }

    pub(crate) fn resume(&self) -> Result<()> {
        self.signal("CONT")
    }

    fn signal(&self, name: &str) -> Result<()> {
        signal(self.child.as_ref().context("the server does not run")?.id(), name)
    }
}

impl Drop for MariaDb {
    fn drop(&mut self) {
        // Errors mean that it has ended already.
        self.kill().ok();
    }
}

/// Makes a temporary folder that other users may enter: if root runs this, the servers run as the
/// user `mysql`.
pub(crate) fn scratch_folder(prefix: &str) -> Result<tempfile::TempDir> {
    let folder = tempfile::Builder::new().prefix(prefix).tempdir()?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
    Ok(folder)
}

/// The URL of the database `dict` at this port of the loopback interface.
pub(crate) fn url_at(port: u16) -> String {
    format!("mysql://{USER}:{USER}@127.0.0.1:{port}/dict")
}

/// The command that runs a program of MariaDB. The program is killed when this process ends for any
/// reason. If root runs this, the program runs as the user `mysql`, because mariadbd refuses to run
/// as root, and with a higher priority, because a node that gets no processor for a second is
/// evicted by the others. In production each node has a machine of its own.
fn as_mysql(program: &str) -> Command {
    let mut command = Command::new("nice");
    command.args(["-n", if is_root() { "-10" } else { "0" }]);
    command.args(["setpriv", "--pdeathsig", "KILL"]);
    if is_root() {
        command.args(["--reuid=mysql", "--regid=mysql", "--clear-groups"]);
    }
    command.arg(program);
    command
}

/// The options of group communication in conf/deploy/galera.cnf, which operators are advised to
/// use.
fn shipped_provider_options() -> Result<String> {
    let file = workspace().join("conf/deploy/galera.cnf");
    let shipped = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let line = shipped.lines().find_map(|line| line.strip_prefix("wsrep_provider_options = "));
    let options = line.with_context(|| format!("{} has no provider options", file.display()))?;
    Ok(options.trim_matches('"').replace("; ", ";"))
}

/// Ports that were free a moment ago, each followed by two free ones.
fn free_ports(count: usize) -> Result<Vec<u16>> {
    let mut held = Vec::new();
    let mut ports = Vec::new();
    while ports.len() < count {
        let first = TcpListener::bind("127.0.0.1:0")?;
        let port = first.local_addr()?.port();
        let after = [port.saturating_add(1), port.saturating_add(2)];
        let free = after.map(|port| TcpListener::bind(("127.0.0.1", port)));
        held.push(first);
        if free.iter().all(Result::is_ok) {
            held.extend(free.into_iter().flatten());
            ports.push(port);
        }
    }
    Ok(ports)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cluster_is_tested_with_the_timeouts_that_are_shipped() {
        let options = shipped_provider_options().unwrap();
        let values: Vec<_> =
            options.split(';').map(|option| option.split_once('=').unwrap()).collect();
        let value_of = |name| values.iter().find(|value| value.0 == name).unwrap().1;
        let seconds = |name| -> f64 {
            value_of(name).trim_start_matches("PT").trim_end_matches('S').parse().unwrap()
        };
        // With half of the inactive timeout, its default, the nodes give up on a new view before
        // they have repeated their join messages, and lose the quorum.
        assert_eq!(value_of("evs.install_timeout"), value_of("evs.inactive_timeout"));
        assert!(seconds("evs.install_timeout") >= 5.0 * seconds("evs.join_retrans_period"));
        assert!(seconds("evs.suspect_timeout") < seconds("evs.inactive_timeout"));
    }

    #[test]
    fn a_server_that_does_not_run_or_does_not_answer_is_reported_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("node2");
        let mut server = MariaDb { folder: place, port: 1, child: None, galera: None };
        assert_eq!(server.state(), "it does not run");
        server.child = Some(Command::new("true").spawn().unwrap());
        let error = format!("{:#}", server.wait_until(|_| false).unwrap_err());
        assert!(error.starts_with("node2 ended: exit status: 0"), "{error}");
    }
}
