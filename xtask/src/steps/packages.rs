//! Installs the Debian packages that a command of `cargo xtask` needs, or fails with the command
//! line that installs them. So no test is skipped because a program is missing.

use anyhow::{Result, bail};
use std::env;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::steps::succeed;

/// Something that a command needs, and the Debian package that provides it.
#[derive(Debug)]
pub(crate) struct Need {
    name: &'static str,
    check: Check,
    package: &'static str,
}

/// How to find out whether it is installed.
#[derive(Debug)]
enum Check {
    /// Any of these programs.
    Program(&'static [&'static str]),
    /// This file.
    File(&'static str),
    /// A font for this language, so that screenshots show words instead of boxes.
    Font(&'static str),
}

/// Everything that the tests need besides Rust. `wqy-microhei` is the smallest Chinese font: 1.6 MB
/// to download; Noto's is 57 MB.
pub(crate) const NEEDS: &[Need] = &[
    Need { name: "a C compiler", check: Check::Program(&["cc", "gcc", "clang"]), package: "gcc" },
    Need { name: "mariadbd", check: Check::Program(&["mariadbd"]), package: "mariadb-server" },
    Need {
        name: "chromium",
        check: Check::Program(&["chromium", "chromium-browser", "google-chrome"]),
        package: "chromium",
    },
    Need {
        name: "chromedriver",
        check: Check::Program(&["chromedriver"]),
        package: "chromium-driver",
    },
    Need { name: "firefox-esr", check: Check::Program(&["firefox-esr"]), package: "firefox-esr" },
    // For axe-core, which checks the accessibility of the pages.
    Need { name: "npm", check: Check::Program(&["npm"]), package: "npm" },
    Need { name: "curl", check: Check::Program(&["curl"]), package: "curl" },
    Need { name: "nginx", check: Check::Program(&["nginx"]), package: "nginx-light" },
    Need { name: "caddy", check: Check::Program(&["caddy"]), package: "caddy" },
    Need { name: "dict", check: Check::Program(&["dict"]), package: "dict" },
    Need { name: "dictd", check: Check::Program(&["dictd"]), package: "dictd" },
    Need { name: "fc-list", check: Check::Program(&["fc-list"]), package: "fontconfig" },
    Need { name: "a Chinese font", check: Check::Font("zh"), package: "fonts-wqy-microhei" },
];

/// The package for `cargo xtask slow`: the program that makes slow connections.
pub(crate) const SLOW_CLIENTS: &[Need] = &[Need {
    name: "slowhttptest",
    check: Check::Program(&["slowhttptest"]),
    package: "slowhttptest",
}];

/// The package for `cargo xtask bench pages`: callgrind, which counts instructions.
pub(crate) const VALGRIND: &[Need] =
    &[Need { name: "valgrind", check: Check::Program(&["valgrind"]), package: "valgrind" }];

/// The packages for `cargo xtask faults`.
pub(crate) const DATABASE: &[Need] = &[
    Need { name: "mariadbd", check: Check::Program(&["mariadbd"]), package: "mariadb-server" },
    Need { name: "python3", check: Check::Program(&["python3"]), package: "python3" },
];

/// The packages for `cargo xtask cluster`.
pub(crate) const CLUSTER: &[Need] = &[
    Need { name: "mariadbd", check: Check::Program(&["mariadbd"]), package: "mariadb-server" },
    Need { name: "the Galera provider", check: Check::File(GALERA_PROVIDER), package: "galera-4" },
    // For the state transfer to a node that joins.
    Need { name: "rsync", check: Check::Program(&["rsync"]), package: "rsync" },
    Need { name: "lsof", check: Check::Program(&["lsof"]), package: "lsof" },
    Need { name: "haproxy", check: Check::Program(&["haproxy"]), package: "haproxy" },
];
/// The library that makes a MariaDB server a node of a Galera cluster.
pub(crate) const GALERA_PROVIDER: &str = "/usr/lib/galera/libgalera_smm.so";

/// Installs missing packages if this user may do so; otherwise fails with the command to run.
pub(crate) fn ensure(needs: &[Need]) -> Result<()> {
    let missing = missing_of(needs);
    if missing.is_empty() {
        return Ok(());
    }
    println!("missing: {}", names(&missing));
    match apt_get() {
        Some(apt_get) => install(apt_get, &missing)?,
        None => bail!("{}", advice(&missing)),
    }
    let still_missing = missing_of(needs);
    if !still_missing.is_empty() {
        bail!("installed, but still not found: {}", names(&still_missing));
    }
    Ok(())
}

/// Installs packages. Updates the package lists first; if that fails, the present lists may
/// suffice.
fn install(apt_get: &[&str], missing: &[&Need]) -> Result<()> {
    let apt = |args: &[&str]| {
        let mut command = Command::new(apt_get[0]);
        command.args(&apt_get[1..]).args(args).stdin(Stdio::null());
        command
    };
    if let Err(error) = succeed(&mut apt(&["-q", "update"])) {
        println!("apt-get update: {error:#}; continuing with the present lists");
    }
    let install = ["-q", "install", "-y", "--no-install-recommends"];
    // The first option waits for another apt process, the second one omits progress bars.
    let options = ["-o", "DPkg::Lock::Timeout=120", "-o", "Dpkg::Use-Pty=0"];
    succeed(apt(&install).args(options).args(missing.iter().map(|need| need.package)))
        .map_err(|error| error.context(advice(missing)))
}

/// The beginning of an apt-get command if this user may install packages: as root, or with `sudo`
/// if it asks for no password. `None`: the user may not, or there is no apt-get.
fn apt_get() -> Option<&'static [&'static str]> {
    const AS_ROOT: &[&str] = &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
    const BY_SUDO: &[&str] = &["sudo", "-n", "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
    find_program("apt-get")?;
    if is_root() {
        return Some(AS_ROOT);
    }
    let mut sudo = Command::new("sudo");
    let asked = sudo.args(["-n", "true"]).stdin(Stdio::null()).stderr(Stdio::null()).status();
    asked.is_ok_and(|status| status.success()).then_some(BY_SUDO)
}

fn missing_of(needs: &[Need]) -> Vec<&Need> {
    needs.iter().filter(|need| !is_there(&need.check)).collect()
}

fn is_there(check: &Check) -> bool {
    match check {
        Check::Program(names) => names.iter().any(|name| find_program(name).is_some()),
        Check::File(path) => Path::new(path).is_file(),
        Check::Font(language) => {
            let list = Command::new("fc-list").arg(format!(":lang={language}")).output();
            list.is_ok_and(|list| !list.stdout.is_empty())
        }
    }
}

/// The path of `name`, from PATH or from the system folders that only root's PATH has.
pub(crate) fn find_program(name: &str) -> Option<std::path::PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let servers = ["/usr/sbin", "/usr/local/sbin"].map(Into::into);
    env::split_paths(&path).chain(servers).map(|dir| dir.join(name)).find(|file| file.is_file())
}

/// Whether this process runs as root. Reads `/proc/self` because calling `geteuid` is unsafe.
pub(crate) fn is_root() -> bool {
    Path::new("/proc/self").metadata().is_ok_and(|process| process.uid() == 0)
}

/// A message with the command that installs the packages.
fn advice(missing: &[&Need]) -> String {
    let packages: Vec<_> = missing.iter().map(|need| need.package).collect();
    format!(
        "{} missing; install with: sudo apt-get update && sudo apt-get install --no-install-recommends {}",
        names(missing),
        packages.join(" ")
    )
}

fn names(missing: &[&Need]) -> String {
    missing.iter().map(|need| need.name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABSENT: Need =
        Need { name: "frobd", check: Check::Program(&["no-such-frobd"]), package: "frob-server" };

    #[test]
    fn a_program_is_found_by_any_of_its_names() {
        let shell = Need {
            name: "a shell",
            check: Check::Program(&["no-such-shell", "sh"]),
            package: "dash",
        };
        assert!(missing_of(&[shell]).is_empty());
    }

    #[test]
    fn missing_programs_are_named_with_the_command_that_installs_them() {
        let needs = [ABSENT];
        let missing = missing_of(&needs);
        assert_eq!(
            advice(&missing),
            "frobd missing; install with: \
             sudo apt-get update && sudo apt-get install --no-install-recommends frob-server"
        );
    }

    #[test]
    fn an_unknown_language_has_no_font() {
        assert!(!is_there(&Check::Font("xx-nobody")));
    }
}
