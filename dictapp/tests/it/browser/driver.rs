//! Drives a headless Chromium: acts on a page and reads what it shows.
//!
//! A verb that needs an element waits for it, up to `WAIT_MAX`, inside the driver: tests never
//! sleep. A verb that fails ends the test at the line that called it, with the verb, its argument
//! and the driver's message.

use serde_json::{Value, json};
use std::fmt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use tempfile::TempDir;

use super::firefox::{Colours, Firefox};
use super::protocol::Driver;

/// How long a verb waits for its element, in milliseconds.
const WAIT_MAX: u32 = 10_000;
const PAGE_LOAD_MAX: u32 = 30_000;
/// Maximum length of a page in a picture, in pixels.
const PICTURE_HEIGHT_MAX: i64 = 4000;
/// The key under which WebDriver hands out elements (W3C WebDriver §12).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Whether pages may run scripts. The site's pages must work without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scripts {
    On,
    Off,
}

/// The network between the browser and the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Network {
    There,
    Cut,
}

/// The person at the browser.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Profile<'a> {
    /// As in `Accept-Language`: `zh-CN,zh`.
    pub(crate) languages: &'a str,
    pub(crate) scripts: Scripts,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Default for Profile<'_> {
    fn default() -> Self {
        Profile { languages: "en-US,en", scripts: Scripts::On, width: 1280, height: 800 }
    }
}

/// A key without a character.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Key {
    Enter,
    Tab,
    Escape,
    Up,
    Down,
}

/// A browser with an empty profile of its own, closed when dropped.
pub(crate) struct Browser {
    driver: Remote,
    /// `/session/ID`.
    session: String,
    /// Dropped last: Chromium writes into it until it exits.
    _folder: TempDir,
}

/// The process that takes the commands.
#[derive(Debug)]
enum Remote {
    Chromium(Driver),
    Firefox(Firefox),
}

impl Remote {
    fn send(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        match self {
            Remote::Chromium(driver) => driver.send(method, path, body),
            Remote::Firefox(firefox) => firefox.send(method, path, body),
        }
    }
}

impl Browser {
    /// A Chromium.
    #[track_caller]
    pub(crate) fn start(profile: Profile<'_>) -> Browser {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let driver = Driver::start(&folder.path().join("driver.log"));
        let wanted = capabilities(&profile, &folder.path().join("profile"));
        Browser::begin(Remote::Chromium(driver), folder, &wanted)
    }

    /// A Firefox.
    #[track_caller]
    pub(crate) fn start_firefox(profile: Profile<'_>, colours: Colours) -> Browser {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let firefox = Firefox::start(&profile, colours, &folder.path().join("profile"));
        Browser::begin(Remote::Firefox(firefox), folder, &json!({}))
    }

    #[track_caller]
    fn begin(driver: Remote, folder: TempDir, wanted: &Value) -> Browser {
        let mut browser = Browser { driver, session: String::new(), _folder: folder };
        let session = browser.post("start", "/session", wanted);
        browser.session = format!("/session/{}", string(&session["sessionId"]));
        browser.wait_at_most(WAIT_MAX);
        browser
    }

    /// Goes to a page and waits until it is loaded.
    #[track_caller]
    pub(crate) fn goto(&self, url: &str) {
        self.post(format_args!("goto {url}"), "/url", &json!({ "url": url }));
    }

    /// Clears a field and types `text` into it.
    #[track_caller]
    pub(crate) fn fill(&self, css: &str, text: &str) {
        let what = format_args!("fill {css} with {text:?}");
        let field = self.find(what, css);
        self.post(what, &format!("{field}/clear"), &json!({}));
        self.post(what, &format!("{field}/value"), &json!({ "text": text }));
    }

    /// Chooses a file of this machine in a field for files.
    #[track_caller]
    pub(crate) fn choose_file(&self, css: &str, file: &Path) {
        let what = format_args!("choose {} in {css}", file.display());
        let field = self.find(what, css);
        self.post(what, &format!("{field}/value"), &json!({ "text": file }));
    }

    #[track_caller]
    pub(crate) fn click(&self, css: &str) {
        let what = format_args!("click {css}");
        self.post(what, &format!("{}/click", self.find(what, css)), &json!({}));
    }

    /// Presses a key in the focused element.
    #[track_caller]
    pub(crate) fn press(&self, key: Key) {
        let key_code = code_of(key);
        let strokes = json!([{ "type": "keyDown", "value": key_code }, { "type": "keyUp", "value": key_code }]);
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": strokes });
        self.post(format_args!("press {key:?}"), "/actions", &json!({ "actions": [keyboard] }));
    }

    /// Waits until an element exists.
    #[track_caller]
    pub(crate) fn wait_for(&self, css: &str) {
        self.find(format_args!("wait for {css}"), css);
    }

    /// Whether an element exists now.
    #[track_caller]
    pub(crate) fn exists(&self, css: &str) -> bool {
        !self.find_all(format_args!("exists {css}"), css).is_empty()
    }

    /// The visible text of an element.
    #[track_caller]
    pub(crate) fn text(&self, css: &str) -> String {
        let what = format_args!("text {css}");
        string(&self.get(what, &format!("{}/text", self.find(what, css))))
    }

    /// The texts of all present elements, in the order of the page.
    #[track_caller]
    pub(crate) fn texts(&self, css: &str) -> Vec<String> {
        let what = format_args!("texts {css}");
        let elements = self.find_all(what, css);
        elements.iter().map(|element| string(&self.get(what, &format!("{element}/text")))).collect()
    }

    /// An attribute in the page; `None` if it is missing. For a typed value, read the property
    /// `value` with `script`.
    #[track_caller]
    pub(crate) fn attribute(&self, css: &str, name: &str) -> Option<String> {
        let what = format_args!("attribute {name} of {css}");
        let path = format!("{}/attribute/{name}", self.find(what, css));
        self.get(what, &path).as_str().map(str::to_owned)
    }

    #[track_caller]
    pub(crate) fn current_url(&self) -> String {
        string(&self.get("current url", "/url"))
    }

    #[track_caller]
    pub(crate) fn title(&self) -> String {
        string(&self.get("title", "/title"))
    }

    /// The cookies of the page that is open, `HttpOnly` ones too: `name`, `value`, `path`,
    /// `httpOnly`, `sameSite`, ...
    #[track_caller]
    pub(crate) fn cookies(&self) -> Vec<Value> {
        array(self.get("cookies", "/cookie"))
    }

    /// Runs the body of a function in the page with `arguments`, and returns its result.
    #[track_caller]
    pub(crate) fn script(&self, body: &str, arguments: &[Value]) -> Value {
        let call = json!({ "script": body, "args": arguments });
        self.post(format_args!("script {body}"), "/execute/sync", &call)
    }

    /// The size of the window, as of a phone or a projector.
    #[track_caller]
    pub(crate) fn resize(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height });
        self.post(format_args!("resize to {width}x{height}"), "/window/rect", &size);
    }

    /// A command of Chromium's own protocol.
    #[track_caller]
    pub(crate) fn cdp(&self, command: &str, params: &Value) -> Value {
        let call = json!({ "cmd": command, "params": params });
        self.post(format_args!("cdp {command}"), "/goog/cdp/execute", &call)
    }

    /// The width of a screen, also of one that is narrower than a window can be.
    #[track_caller]
    pub(crate) fn measure(&self, width: u32) {
        let height = if width < 700 { 740 } else { 1024 };
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 1000 });
        self.cdp("Emulation.setDeviceMetricsOverride", &metrics);
    }

    /// Cuts the network, or restores it.
    #[track_caller]
    pub(crate) fn network(&self, network: Network) {
        let offline = network == Network::Cut;
        let conditions = json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.cdp("Network.enable", &json!({}));
        self.cdp("Network.emulateNetworkConditions", &conditions);
    }

    /// Writes the whole page into a PNG file.
    #[track_caller]
    pub(crate) fn picture(&self, file: &Path) {
        let size = "const of = document.documentElement; return [of.clientWidth, of.scrollHeight]";
        let size = self.script(size, &[]);
        let height = size[1].as_i64().unwrap_or(0).min(PICTURE_HEIGHT_MAX);
        let clip = json!({ "x": 0, "y": 0, "width": size[0], "height": height, "scale": 1 });
        let picture = json!({ "captureBeyondViewport": true, "clip": clip });
        let picture = self.cdp("Page.captureScreenshot", &picture);
        let written = std::fs::write(file, decode_base64(&string(&picture["data"])));
        written.unwrap_or_else(|error| panic!("picture {}: {error}", file.display()));
    }

    /// Writes the visible part of the page into a PNG file.
    #[track_caller]
    pub(crate) fn screenshot(&self, file: &Path) {
        let picture = self.get("screenshot", "/screenshot");
        let written = std::fs::write(file, decode_base64(&string(&picture)));
        written.unwrap_or_else(|error| panic!("screenshot {}: {error}", file.display()));
    }

    #[track_caller]
    fn find(&self, what: impl fmt::Display, css: &str) -> String {
        let found = self.post(what, "/element", &json!({ "using": "css selector", "value": css }));
        format!("/element/{}", string(&found[ELEMENT]))
    }

    /// The present elements, without waiting for the first one.
    #[track_caller]
    fn find_all(&self, what: impl fmt::Display, css: &str) -> Vec<String> {
        self.wait_at_most(0);
        let found = self.post(what, "/elements", &json!({ "using": "css selector", "value": css }));
        self.wait_at_most(WAIT_MAX);
        array(found).iter().map(|one| format!("/element/{}", string(&one[ELEMENT]))).collect()
    }

    #[track_caller]
    fn wait_at_most(&self, milliseconds: u32) {
        let timeouts =
            json!({ "implicit": milliseconds, "pageLoad": PAGE_LOAD_MAX, "script": PAGE_LOAD_MAX });
        self.post("set timeouts", "/timeouts", &timeouts);
    }

    #[track_caller]
    fn get(&self, what: impl fmt::Display, path: &str) -> Value {
        self.send(what, "GET", path, &Value::Null)
    }

    #[track_caller]
    fn post(&self, what: impl fmt::Display, path: &str, body: &Value) -> Value {
        self.send(what, "POST", path, body)
    }

    #[track_caller]
    fn send(&self, what: impl fmt::Display, method: &str, path: &str, body: &Value) -> Value {
        match self.driver.send(method, &format!("{}{path}", self.session), body) {
            Ok(value) => value,
            Err(complaint) => {
                let place = self.driver.send("GET", &format!("{}/url", self.session), &Value::Null);
                panic!("{what}: {complaint} at {place:?}")
            }
        }
    }
}

impl Drop for Browser {
    /// Deletes the session, so that Chromium writes its profile and exits. The driver stops
    /// afterwards.
    fn drop(&mut self) {
        if !self.session.is_empty() {
            let _ = self.driver.send("DELETE", &self.session, &Value::Null);
        }
    }
}

/// The capabilities for chromedriver. Updates, downloads and questions are switched off, so that
/// all runs are alike.
fn capabilities(profile: &Profile<'_>, folder: &Path) -> Value {
    let mut switches: Vec<String> = [
        "--headless=new",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
    ]
    .map(str::to_owned)
    .into();
    let language = profile.languages.split(',').next().unwrap_or_default();
    switches.push(format!("--lang={language}"));
    switches.push(format!("--window-size={},{}", profile.width, profile.height));
    switches.push(format!("--user-data-dir={}", folder.display()));
    if is_root() {
        // Chromium cannot sandbox for root. Other users keep the sandbox.
        switches.push("--no-sandbox".to_owned());
    }
    let mut preferences = json!({ "intl.accept_languages": profile.languages });
    if profile.scripts == Scripts::Off {
        preferences["profile.managed_default_content_settings.javascript"] = json!(2);
    }
    let options = json!({ "args": switches, "prefs": preferences });
    json!({ "capabilities": { "alwaysMatch": { "goog:chromeOptions": options } } })
}

/// Whether this process runs as root.
fn is_root() -> bool {
    Path::new("/proc/self").metadata().is_ok_and(|process| process.uid() == 0)
}

/// W3C WebDriver §17.4.2 has the table.
fn code_of(key: Key) -> char {
    match key {
        Key::Enter => '\u{e007}',
        Key::Tab => '\u{e004}',
        Key::Escape => '\u{e00c}',
        Key::Up => '\u{e013}',
        Key::Down => '\u{e015}',
    }
}

#[track_caller]
fn string(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("the driver gave {value} for a text")).to_owned()
}

#[track_caller]
fn array(value: Value) -> Vec<Value> {
    match value {
        Value::Array(values) => values,
        other => panic!("the driver gave {other} for a list"),
    }
}

/// Decodes a picture: base64 with padding and without line breaks.
#[track_caller]
pub(crate) fn decode_base64(text: &str) -> Vec<u8> {
    let digit = |c: u8| match c {
        b'A'..=b'Z' => u32::from(c - b'A'),
        b'a'..=b'z' => u32::from(c - b'a') + 26,
        b'0'..=b'9' => u32::from(c - b'0') + 52,
        b'+' => 62,
        b'/' => 63,
        other => panic!("byte {other} in base64"),
    };
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    for group in text.trim_end_matches('=').as_bytes().chunks(4) {
        let bits = group.iter().fold(0, |bits, &c| bits << 6 | digit(c)) << (6 * (4 - group.len()));
        bytes.extend_from_slice(&bits.to_be_bytes()[1..group.len()]);
    }
    bytes
}
