//! Runs a process of dictapp: builds and starts it, sends it signals, and starts it again at the
//! same address.

use anyhow::{Context, Result, bail};
use std::fs;
use std::io::{self, PipeReader};
use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::harness::browser::Browser;
use crate::harness::server::{Resources, end, resources_of, signal};
use crate::steps::cargo::{cargo, target, workspace};
use crate::steps::succeed;

/// Maximum time to start or stop. A debug build needs time to import the books at its first start.
const TIMEOUT: Duration = Duration::from_secs(120);

/// Settings for load tests: many simulated users share one address, and look up and register more
/// than people do.
const SETTINGS: &[&str] = &[
    "log.access=false",
    "dictionary.lookups_per_minute_max=100000",
    "accounts.registrations_per_network_max=100000",
    "server.connections_per_address_max=10000",
];

/// How to start dictapp.
#[derive(Clone, Debug, Default)]
pub(crate) struct Launch {
    pub(crate) program: PathBuf,
    /// The URL of the database.
    pub(crate) database: String,
    /// More settings, `SECTION.KEY=VALUE`.
    pub(crate) settings: Vec<String>,
    pub(crate) environment: Environment,
}

/// The environment in which the process starts.
#[derive(Clone, Debug, Default)]
pub(crate) enum Environment {
    #[default]
    Usual,
    /// The process gets a listening socket at its address, as from systemd. The socket outlives the
    /// process.
    Socket,
    /// Resource limits, set by this shell command.
    Limits(&'static str),
    /// Standard output and standard error are a pipe that nobody reads.
    UnreadLog,
}

/// Shell commands that pass a socket on as systemd does. The shell gets the socket as its standard
/// input.
const PASS_SOCKET: &str = "exec 3<&0 0</dev/null; export LISTEN_FDS=1 LISTEN_PID=$$;";

/// A running process, or one that was killed and can be started again.
#[derive(Debug)]
pub(crate) struct Instance {
    launch: Launch,
    pub(crate) address: SocketAddr,
    log: PathBuf,
    child: Option<Child>,
    /// The socket that the process gets, with [`Environment::Socket`].
    socket: Option<TcpListener>,
    /// The end of the pipe that nobody reads, with [`Environment::UnreadLog`].
    unread: Option<PipeReader>,
}

/// How dictapp is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Like the tests.
    Dev,
    /// For measurements.
    Release,
}

/// Builds dictapp; returns the path of the program.
pub(crate) fn build(profile: Profile) -> Result<PathBuf> {
    let (name, folder) = match profile {
        Profile::Dev => ("dev", "debug"),
        Profile::Release => ("release", "release"),
    };
    // The whole workspace, as for the tests: with `--package` the dependencies would have fewer
    // features and would be built again.
    succeed(&mut cargo(&[
        "build",
        "--quiet",
        "--workspace",
        "--bin",
        "dictapp",
        "--profile",
        name,
    ]))?;
    Ok(std::path::absolute(target())?.join(folder).join("dictapp"))
}

impl Instance {
    /// Starts dictapp on a free port and waits until it is ready; its log goes to `log`.
    pub(crate) fn start(launch: Launch, log: &Path) -> Result<Instance> {
        let socket = TcpListener::bind("127.0.0.1:0")?;
        let address = socket.local_addr()?;
        // Other environments need only the number of a free port: dictapp binds it itself.
        let socket = Some(socket).filter(|_| matches!(launch.environment, Environment::Socket));
        let log = log.to_owned();
        let mut instance = Instance { launch, address, log, child: None, socket, unread: None };
        instance.start_again()?;
        Ok(instance)
    }

    /// Starts dictapp at its address: for the first time, or after a kill or a stop.
    pub(crate) fn start_again(&mut self) -> Result<()> {
        let before = match self.launch.environment {
            Environment::Usual | Environment::UnreadLog => "",
            Environment::Socket => PASS_SOCKET,
            Environment::Limits(limits) => limits,
        };
        let mut command = Command::new("sh");
        command.args(["-c", &format!("{before} exec \"$@\""), "sh"]);
        command.args(["setpriv", "--pdeathsig", "KILL"]).arg(&self.launch.program);
        command.args(["--address", &self.address.to_string(), "--database", &self.launch.database]);
        let more = self.launch.settings.iter().map(String::as_str);
        for setting in SETTINGS.iter().copied().chain(more) {
            command.args(["--set", setting]);
        }
        command.current_dir(workspace());
        command.stdin(match &self.socket {
            Some(socket) => OwnedFd::from(socket.try_clone()?).into(),
            None => Stdio::null(),
        });
        if matches!(self.launch.environment, Environment::UnreadLog) {
            let (reader, writer) = io::pipe()?;
            command.stdout(writer.try_clone()?).stderr(writer);
            self.unread = Some(reader);
        } else {
            let log = fs::File::options().create(true).append(true).open(&self.log)?;
            command.stdout(log.try_clone()?).stderr(log);
        }
        self.child = Some(command.spawn().context("cannot start dictapp")?);
        self.wait_until_ready()
    }

    /// Waits until `/readyz` is 200.
    pub(crate) fn wait_until_ready(&mut self) -> Result<()> {
        let began = Instant::now();
        loop {
            let ready = Browser::new(self.address).get("/readyz");
            if ready.is_ok_and(|page| page.status == 200) {
                return Ok(());
            }
            if let Some(child) = &mut self.child
                && let Some(status) = child.try_wait()?
            {
                bail!("dictapp ended: {status}; its log is {}", self.log.display());
            }
            if began.elapsed() > TIMEOUT {
                bail!("dictapp is not ready after {TIMEOUT:?}; its log is {}", self.log.display());
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Kills the process with SIGKILL, which gives it no chance to clean up.
    pub(crate) fn kill(&mut self) -> Result<()> {
        let mut child = self.child.take().context("dictapp does not run")?;
        child.kill()?;
        child.wait()?;
        Ok(())
    }

    /// Stops the process with SIGTERM and waits until it has ended. Fails if it reports an error.
    pub(crate) fn stop(&mut self) -> Result<()> {
        let mut child = self.child.take().context("dictapp does not run")?;
        signal(child.id(), "TERM")?;
        let status = end(&mut child, TIMEOUT)
            .with_context(|| format!("dictapp; its log is {}", self.log.display()))?;
        if status.success() { Ok(()) } else { bail!("dictapp ended: {status}") }
    }

    pub(crate) fn signal(&self, name: &str) -> Result<()> {
        signal(self.id()?, name)
    }

    pub(crate) fn id(&self) -> Result<u32> {
        Ok(self.child.as_ref().context("dictapp does not run")?.id())
    }

    /// The memory, descriptors and threads now.
    pub(crate) fn resources(&self) -> Result<Resources> {
        resources_of(self.id()?)
    }

    /// The log of all starts so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Runs another command of dictapp with the same database.
    pub(crate) fn command(&self, arguments: &[&str]) -> Result<()> {
        let mut command = Command::new(&self.launch.program);
        command.args(["--database", &self.launch.database]).args(arguments);
        command.current_dir(workspace()).stdin(Stdio::null()).stdout(Stdio::null());
        let output = command.stderr(Stdio::piped()).output()?;
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() { Ok(()) } else { Err(io::Error::other(text).into()) }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // An error means that the process has ended already.
        self.kill().ok();
    }
}
