//! Translates commands of W3C WebDriver to Marionette, the protocol of Firefox, because Debian has
//! no package of geckodriver. A message is its length, a colon, and JSON.

use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::driver::{Profile, Scripts};

/// A first start on two busy cores takes seconds.
const START_MAX: Duration = Duration::from_secs(120);
/// Longer than any wait we ask of the browser.
const ANSWER_MAX: Duration = Duration::from_secs(90);

/// Preferences without questions, updates and telemetry.
const PREFERENCES: &[(&str, &str)] = &[
    ("marionette.port", "0"),
    ("app.update.disabledForTesting", "true"),
    ("browser.shell.checkDefaultBrowser", "false"),
    ("browser.startup.page", "0"),
    ("browser.aboutwelcome.enabled", "false"),
    ("datareporting.policy.dataSubmissionEnabled", "false"),
    ("datareporting.policy.dataSubmissionPolicyBypassNotification", "true"),
    ("extensions.update.enabled", "false"),
    ("network.captive-portal-service.enabled", "false"),
    ("network.connectivity-service.enabled", "false"),
    ("services.settings.server", "\"data:,\""),
    ("signon.rememberSignons", "false"),
    ("toolkit.telemetry.enabled", "false"),
];

/// White text on black for every page, with buttons and fields that stay black on light colours.
/// Many people with low vision choose such colours.
const USER_COLOURS: &[(&str, &str)] = &[
    ("browser.display.document_color_use", "2"),
    ("browser.display.background_color", "\"#000000\""),
    ("browser.display.foreground_color", "\"#ffffff\""),
    ("browser.anchor_color", "\"#ffff00\""),
    ("browser.visited_color", "\"#ffff00\""),
    ("ui.buttonface", "\"#e0e0e0\""),
    ("ui.buttontext", "\"#000000\""),
    ("ui.field", "\"#ffffff\""),
    ("ui.fieldtext", "\"#000000\""),
];

/// Whose colours the browser shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colours {
    OfThePage,
    OfTheUser,
}

/// A Firefox process, ended when dropped.
#[derive(Debug)]
pub(crate) struct Firefox {
    process: Child,
    stream: RefCell<BufReader<TcpStream>>,
    commands: Cell<u64>,
}

impl Firefox {
    /// Starts it with a new profile in this folder.
    pub(crate) fn start(profile: &Profile<'_>, colours: Colours, folder: &Path) -> Firefox {
        fs::create_dir_all(folder).expect("a folder for the profile");
        let languages = format!("\"{}\"", profile.languages);
        let scripts = if profile.scripts == Scripts::On { "true" } else { "false" };
        let own = [("intl.accept_languages", &*languages), ("javascript.enabled", scripts)];
        let colours = if colours == Colours::OfTheUser { USER_COLOURS } else { &[] };
        let preference =
            |(name, value): &(&str, &str)| format!("user_pref(\"{name}\", {value});\n");
        let text: String = PREFERENCES.iter().chain(&own).chain(colours).map(preference).collect();
        fs::write(folder.join("user.js"), text).expect("the preferences can be written");
        let mut process = Command::new("firefox-esr")
            .args(["--marionette", "--headless", "--no-remote", "--profile"])
            .arg(folder)
            .env("HOME", folder)
            .env("MOZ_HEADLESS_WIDTH", profile.width.to_string())
            .env("MOZ_HEADLESS_HEIGHT", profile.height.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("firefox-esr: {error} (apt-get install firefox-esr)"));
        let stream = connect(&mut process, &folder.join("MarionetteActivePort"));
        stream.set_read_timeout(Some(ANSWER_MAX)).expect("a time limit");
        let mut stream = BufReader::new(stream);
        let greeting = read(&mut stream).expect("it greets");
        assert_eq!(greeting["marionetteProtocol"], 3, "{greeting}");
        Firefox { process, stream: RefCell::new(stream), commands: Cell::new(0) }
    }

    /// Sends one command in the form of chromedriver. The error is Firefox's message after its
    /// kind. A search for an element is repeated once: one that began before a new page was loaded
    /// sees only the old page.
    pub(crate) fn send(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let answer = self.send_once(method, path, body);
        let is_search = method == "POST" && path.ends_with("/element");
        if is_search && answer.is_err() { self.send_once(method, path, body) } else { answer }
    }

    fn send_once(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let (command, parameters) = command(method, path, body);
        self.commands.set(self.commands.get() + 1);
        let message = json!([0, self.commands.get(), command, parameters]).to_string();
        let exchange = || {
            let mut stream = self.stream.borrow_mut();
            stream.get_mut().write_all(format!("{}:{message}", message.len()).as_bytes())?;
            read(&mut stream)
        };
        let mut answer = exchange().map_err(|error: io::Error| format!("firefox: {error}"))?;
        let (fault, mut result) = (answer[2].take(), answer[3].take());
        if !fault.is_null() {
            let said = |key: &str| fault[key].as_str().unwrap_or_default().to_owned();
            return Err(format!("{}: {}", said("error"), said("message")));
        }
        let is_value = result.as_object().is_some_and(|all| all.len() == 1);
        Ok(if is_value && result.get("value").is_some() { result["value"].take() } else { result })
    }
}

impl Drop for Firefox {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Waits until the browser has written its port.
fn connect(process: &mut Child, file: &Path) -> TcpStream {
    let began = Instant::now();
    loop {
        let port = fs::read_to_string(file).ok().and_then(|port| port.trim().parse::<u16>().ok());
        if let Some(stream) = port.and_then(|port| TcpStream::connect(("127.0.0.1", port)).ok()) {
            return stream;
        }
        let ended = process.try_wait().expect("it is ours");
        assert!(ended.is_none(), "firefox-esr ended: {ended:?}");
        assert!(began.elapsed() < START_MAX, "firefox-esr told no port within {START_MAX:?}");
        thread::yield_now();
    }
}

fn read(stream: &mut BufReader<TcpStream>) -> io::Result<Value> {
    let mut length = Vec::new();
    stream.read_until(b':', &mut length)?;
    length.pop();
    let length = std::str::from_utf8(&length).ok().and_then(|digits| digits.parse().ok());
    let mut message = vec![0; length.ok_or(io::ErrorKind::InvalidData)?];
    stream.read_exact(&mut message)?;
    Ok(serde_json::from_slice(&message)?)
}

/// The command of Marionette for one of WebDriver.
fn command(method: &str, path: &str, body: &Value) -> (&'static str, Value) {
    let steps: Vec<&str> = path.split('/').skip(3).collect();
    let with_id = |id: &str, mut body: Value| {
        body["id"] = json!(id);
        body
    };
    let object = if body.is_null() { json!({}) } else { body.clone() };
    match (method, &steps[..]) {
        ("POST", []) => ("WebDriver:NewSession", json!({ "capabilities": {} })),
        ("DELETE", []) => ("WebDriver:DeleteSession", json!({})),
        ("POST", ["url"]) => ("WebDriver:Navigate", object),
        ("GET", ["url"]) => ("WebDriver:GetCurrentURL", object),
        ("GET", ["title"]) => ("WebDriver:GetTitle", object),
        ("POST", ["element"]) => ("WebDriver:FindElement", object),
        ("POST", ["elements"]) => ("WebDriver:FindElements", object),
        ("POST", ["element", id, "clear"]) => ("WebDriver:ElementClear", with_id(id, object)),
        ("POST", ["element", id, "click"]) => ("WebDriver:ElementClick", with_id(id, object)),
        ("POST", ["element", id, "value"]) => ("WebDriver:ElementSendKeys", with_id(id, object)),
        ("GET", ["element", id, "text"]) => ("WebDriver:GetElementText", with_id(id, object)),
        ("GET", ["element", id, "attribute", name]) => {
            ("WebDriver:GetElementAttribute", with_id(id, json!({ "name": name })))
        }
        ("POST", ["actions"]) => ("WebDriver:PerformActions", object),
        ("POST", ["timeouts"]) => ("WebDriver:SetTimeouts", object),
        ("POST", ["execute", "sync"]) => ("WebDriver:ExecuteScript", object),
        _ => panic!("{method} {path} is not known for Firefox"),
    }
}
