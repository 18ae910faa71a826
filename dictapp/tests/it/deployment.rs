//! Tests of the shipped configuration files for reverse proxies. Only ports and the certificate are
//! changed. Through the proxy, the site sees the address of the visitor, cookies are only for TLS,
//! and the pages for monitoring are hidden.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    fs,
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::Instant,
};

use tempfile::TempDir;

use crate::pages::site::Site;
use crate::source;

/// The host of the shipped files.
const HOST: &str = "dict.example.org";

/// Another address of this machine, so that a visitor differs from the proxy.
const VISITOR: &str = "127.0.0.2";

/// A site with a proxy in front of it. Both end with the test.
struct ProxiedSite {
    site: Site,
    folder: TempDir,
    proxy: Child,
    tls_port: u16,
}

/// The ports of a test.
struct Ports {
    /// The proxy, for TLS.
    tls: u16,
    /// The proxy, for plain HTTP.
    plain: u16,
    site: u16,
}

impl Drop for ProxiedSite {
    fn drop(&mut self) {
        self.proxy.kill().ok();
        self.proxy.wait().ok();
    }
}

impl ProxiedSite {
    /// Starts a site and a proxy. `command` makes the command of the proxy from its folder and the
    /// ports.
    fn start(command: impl Fn(&Path, Ports) -> Command) -> ProxiedSite {
        let public_url = format!("server.public_url=https://{HOST}");
        let site = Site::start_with(&["server.trusted_proxies=127.0.0.1", &public_url]);
        let site_port = site.authority().rsplit(':').next().unwrap().parse().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let [tls_port, plain_port] = free_ports();
        let ports = Ports { tls: tls_port, plain: plain_port, site: site_port };
        let mut command = command(folder.path(), ports);
        let mut proxy = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        let began = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, tls_port)).is_err() {
            assert_eq!(proxy.try_wait().unwrap(), None, "the proxy has ended");
            assert!(began.elapsed() < crate::EVENT_WAIT_MAX, "the proxy does not listen");
            std::thread::yield_now();
        }
        ProxiedSite { site, folder, proxy, tls_port }
    }

    /// The head and body of a response, as curl gets it.
    fn ask(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let port = self.tls_port;
        let jar = self.folder.path().join("cookies");
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--insecure", "--include", "--interface", VISITOR]);
        curl.args(["--resolve", &format!("{HOST}:{port}:127.0.0.1")]);
        curl.arg("--cookie").arg(&jar).arg("--cookie-jar").arg(&jar);
        for (name, value) in fields {
            curl.args(["--data-urlencode", &format!("{name}={value}")]);
        }
        let output = curl.arg(format!("https://{HOST}:{port}{path}")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Registers a user through the proxy, and checks what the site sees.
    fn check(&self) {
        let began = Instant::now();
        // A proxy may ask first whether the site is ready.
        let form = loop {
            let form = self.ask("/register", &[]);
            if form.contains("name=\"form_token\"") {
                break form;
            }
            assert!(began.elapsed() < crate::EVENT_WAIT_MAX, "{form}");
            std::thread::yield_now();
        };
        let lower = form.to_ascii_lowercase();
        assert!(lower.contains("strict-transport-security: max-age=31536000"), "{form}");
        assert!(lower.contains("set-cookie: __host-visitor="), "{form}");
        let token = form.split_once("name=\"form_token\" value=\"").unwrap().1;
        let token = token.split('"').next().unwrap();
        let password = "correct horse";
        let fields = [
            ("form_token", token),
            ("name", "Levi"),
            ("password", password),
            ("password_again", password),
        ];
        let entered = self.ask("/register", &fields);
        assert!(entered.contains("__Host-session=") && entered.contains("; Secure"), "{entered}");
        let account = self.ask("/account", &[]);
        assert!(account.contains(VISITOR), "the address of the visitor: {account}");
        for path in ["/metrics", "/readyz"] {
            let hidden = self.ask(path, &[]);
            assert!(hidden.lines().next().unwrap().contains(" 404"), "{hidden}");
        }
        assert!(!self.site.log().contains("server.trusted_proxies"), "{}", self.site.log());
    }
}

fn free_ports() -> [u16; 2] {
    let listeners = [(); 2].map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
    listeners.each_ref().map(|listener| listener.local_addr().unwrap().port())
}

/// A shipped file in which each first text, which must occur, is replaced by the second one.
fn adapted(file: &str, texts: &[(&str, String)]) -> String {
    texts.iter().fold(source::read(file), |shipped, (text, other)| {
        assert!(shipped.contains(text), "{file} has no {text}");
        shipped.replace(text, other)
    })
}

fn certificate(kind: &str) -> String {
    source::workspace().join(format!("webframe/tests/data/tls/first.{kind}")).display().to_string()
}

#[test]
#[ignore = "needs nginx: cargo xtask test"]
fn the_shipped_nginx_conf_works() {
    let proxied = ProxiedSite::start(|folder, Ports { tls, plain, site }| {
        let shipped = adapted(
            "conf/deploy/nginx.conf",
            &[
                ("listen 443 ssl;", format!("listen 127.0.0.1:{tls} ssl;")),
                ("listen 80;", format!("listen 127.0.0.1:{plain};")),
                ("listen [::]:443 ssl;", String::new()),
                ("listen [::]:80;", String::new()),
                ("127.0.0.1:8000 ", format!("127.0.0.1:{site} ")),
                ("server 127.0.0.1:8001 max_fails=1 fail_timeout=2s;", String::new()),
                ("/etc/ssl/dictapp/fullchain.pem", certificate("crt")),
                ("/etc/ssl/dictapp/privkey.pem", certificate("key")),
            ],
        );
        let shown = folder.display();
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let temporary =
            temporary.map(|kind| format!("{kind}_temp_path {shown}/{kind};\n")).concat();
        let whole = format!(
            "daemon off;\nmaster_process off;\npid {shown}/pid;\nerror_log stderr;\nevents {{}}\n\
             http {{\naccess_log off;\n{temporary}{shipped}}}\n"
        );
        let file = folder.join("nginx.conf");
        fs::write(&file, whole).unwrap();
        let mut nginx = Command::new(program("nginx"));
        nginx.arg("-e").arg("stderr").arg("-p").arg(folder).arg("-c").arg(file);
        nginx
    });
    proxied.check();
}

#[test]
#[ignore = "needs Caddy: cargo xtask test"]
fn the_shipped_caddyfile_works() {
    let proxied = ProxiedSite::start(|folder, Ports { tls, plain, site }| {
        let (cert, key) = (certificate("crt"), certificate("key"));
        let head = format!(
            "{{\n\tadmin off\n\tauto_https disable_certs\n\thttp_port {plain}\n}}\nhttps://{HOST}:{tls} {{\n\ttls {cert} {key}\n"
        );
        let shipped = adapted(
            "conf/deploy/Caddyfile",
            &[
                ("dict.example.org {\n", head),
                ("127.0.0.1:8000 127.0.0.1:8001 {", format!("127.0.0.1:{site} {{")),
            ],
        );
        let file = folder.join("Caddyfile");
        fs::write(&file, shipped).unwrap();
        let mut caddy = Command::new(program("caddy"));
        caddy.args(["run", "--adapter", "caddyfile", "--config"]).arg(file);
        caddy.env("HOME", folder).env("XDG_DATA_HOME", folder).env("XDG_CONFIG_HOME", folder);
        caddy.stderr(Stdio::null());
        caddy
    });
    proxied.check();
}

/// The path of a program, which may be in a folder for administrators.
fn program(name: &str) -> String {
    let places = ["/usr/sbin", "/usr/local/sbin"].map(|folder| format!("{folder}/{name}"));
    places.into_iter().find(|path| Path::new(path).is_file()).unwrap_or_else(|| name.to_owned())
}
