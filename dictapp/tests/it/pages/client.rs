//! A browser without scripts: keeps cookies, sends forms with the token of their page, and does not
//! follow redirects.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;

use super::site::Site;

/// A visitor of a site.
pub(crate) struct Person<'s> {
    site: &'s Site,
    cookies: RefCell<BTreeMap<String, String>>,
    languages: String,
}

/// A response.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    fields: Vec<(String, String)>,
    pub(crate) body: String,
    /// The body as it was received.
    pub(crate) bytes: Vec<u8>,
}

pub(crate) const PASSWORD: &str = "correct horse";
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

impl<'s> Person<'s> {
    /// A guest who reads English.
    pub(crate) fn new(site: &'s Site) -> Person<'s> {
        Person::who_reads(site, "en")
    }

    /// A guest with these languages in `Accept-Language`.
    pub(crate) fn who_reads(site: &'s Site, languages: &str) -> Person<'s> {
        Person { site, cookies: RefCell::default(), languages: languages.to_owned() }
    }

    /// A user who has just registered.
    #[track_caller]
    pub(crate) fn registered(site: &'s Site, name: &str) -> Person<'s> {
        let person = Person::new(site);
        let form = [("name", name), ("password", PASSWORD), ("password_again", PASSWORD)];
        assert_eq!(person.submit("/register", &form).redirect_target("/"), "/");
        person
    }

    #[track_caller]
    pub(crate) fn get(&self, target: &str) -> Answer {
        self.send("GET", target, &[], None)
    }

    /// Gets a page with these header fields.
    #[track_caller]
    pub(crate) fn get_with(&self, target: &str, fields: &[(&str, &str)]) -> Answer {
        self.send("GET", target, fields, None)
    }

    /// Gets the page with the form, fills it in and sends it.
    #[track_caller]
    pub(crate) fn submit(&self, target: &str, form: &[(&str, &str)]) -> Answer {
        let token = self.get(target).form_token();
        self.post(target, &[form, &[("form_token", &token)]].concat())
    }

    /// Sends a form without adding the token of its page.
    #[track_caller]
    pub(crate) fn post(&self, target: &str, form: &[(&str, &str)]) -> Answer {
        let origin = self.site.url.clone();
        self.post_with(target, form, &[("Origin", &origin)])
    }

    /// Sends a form with these header fields.
    #[track_caller]
    pub(crate) fn post_with(
        &self,
        target: &str,
        form: &[(&str, &str)],
        fields: &[(&str, &str)],
    ) -> Answer {
        self.send("POST", target, fields, Some((FORM, &encode(form))))
    }

    /// Sends a form with files, with this boundary.
    #[track_caller]
    pub(crate) fn post_multipart(&self, target: &str, boundary: &str, body: &[u8]) -> Answer {
        let origin = self.site.url.clone();
        let kind = format!("multipart/form-data; boundary={boundary}");
        self.send_bytes("POST", target, &[("Origin", &origin)], Some((&kind, body)))
    }

    /// Sends a form with these fields, and a file in the part `file`.
    #[track_caller]
    pub(crate) fn post_file(
        &self,
        target: &str,
        (file_name, content): (&str, &[u8]),
        fields: &[(&str, &str)],
    ) -> Answer {
        let head = "Content-Disposition: form-data; name";
        let mut body = String::new();
        for (name, value) in fields {
            write!(body, "--a-boundary\r\n{head}=\"{name}\"\r\n\r\n{value}\r\n").unwrap();
        }
        let file = format!("{head}=\"file\"; filename=\"{file_name}\"");
        write!(body, "--a-boundary\r\n{file}\r\n\r\n").unwrap();
        let body = [body.as_bytes(), content, b"\r\n--a-boundary--\r\n"].concat();
        self.post_multipart(target, "a-boundary", &body)
    }

    #[track_caller]
    pub(crate) fn send(
        &self,
        method: &str,
        target: &str,
        fields: &[(&str, &str)],
        body: Option<(&str, &str)>,
    ) -> Answer {
        self.send_bytes(method, target, fields, body.map(|(kind, text)| (kind, text.as_bytes())))
    }

    #[track_caller]
    fn send_bytes(
        &self,
        method: &str,
        target: &str,
        fields: &[(&str, &str)],
        body: Option<(&str, &[u8])>,
    ) -> Answer {
        let authority = self.site.authority();
        let mut request = format!(
            "{method} {target} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\
             Accept-Language: {}\r\n",
            self.languages
        );
        for (name, value) in fields {
            write!(request, "{name}: {value}\r\n").unwrap();
        }
        let cookies = self.cookies.borrow();
        let pairs: Vec<String> =
            cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        drop(cookies);
        if !pairs.is_empty() {
            write!(request, "Cookie: {}\r\n", pairs.join("; ")).unwrap();
        }
        if let Some((kind, body)) = body {
            write!(request, "Content-Type: {kind}\r\nContent-Length: {}\r\n", body.len()).unwrap();
        }
        request.push_str("\r\n");
        let body = body.map_or(&[][..], |(_, body)| body);
        let mut stream = TcpStream::connect(authority).expect("it listens");
        stream.write_all(&[request.as_bytes(), body].concat()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let answer = Answer::parse(&bytes);
        self.keep(&answer);
        answer
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.borrow().get(name).cloned()
    }

    /// The names of the cookies that were set.
    pub(crate) fn cookie_names(&self) -> Vec<String> {
        self.cookies.borrow().keys().cloned().collect()
    }

    pub(crate) fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
    }

    /// The words of the history, newest first, of one page.
    #[track_caller]
    pub(crate) fn history(&self) -> Vec<String> {
        let answer = self.get("/history");
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.words()
    }

    /// Keeps the cookies of a response.
    fn keep(&self, answer: &Answer) {
        for cookie in answer.all("set-cookie") {
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').expect("a pair");
            if attributes.contains("Max-Age=0") {
                self.cookies.borrow_mut().remove(name)
            } else {
                self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned())
            };
        }
    }
}

impl Answer {
    #[track_caller]
    fn parse(bytes: &[u8]) -> Answer {
        let text = String::from_utf8_lossy(bytes);
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status");
        let field = |line: &str| {
            let (name, value) = line.split_once(':').expect("a field");
            (name.to_ascii_lowercase(), value.trim().to_owned())
        };
        let fields = lines.map(field).collect();
        let bytes = bytes[end + 4..].to_vec();
        Answer { status: status.parse().expect("a number"), fields, body: body.to_owned(), bytes }
    }

    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The value of a header field.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.0 == name).map(|field| field.1.as_str())
    }

    /// All values of a header field.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |field| field.0 == name).map(|field| field.1.as_str())
    }

    /// Checks that this is a redirect (303), and returns its target. `expected` is only for the
    /// message of a failure.
    #[track_caller]
    pub(crate) fn redirect_target(&self, expected: &str) -> &str {
        assert_eq!(self.status, 303, "not sent to {expected} but: {self:?}");
        self.field("location").expect("a target")
    }

    #[track_caller]
    pub(crate) fn form_token(&self) -> String {
        let start = "name=\"form_token\" value=\"";
        // All forms of a page have the same token.
        let (_, rest) = self.body.split_once(start).unwrap_or_else(|| panic!("no form: {self:?}"));
        rest.split('"').next().expect("an end").to_owned()
    }

    #[track_caller]
    pub(crate) fn assert_has(&self, status: u16, texts: &[&str]) {
        assert_eq!(self.status, status, "{self:?}");
        for text in texts {
            assert!(self.body.contains(text), "{text:?} is not in {}", self.body);
        }
    }

    #[track_caller]
    pub(crate) fn assert_has_not(&self, texts: &[&str]) {
        for text in texts {
            assert!(!self.body.contains(text), "{text:?} is in {}", self.body);
        }
    }

    /// The words of the rows of the history.
    pub(crate) fn words(&self) -> Vec<String> {
        let cells = self.body.split("<td><a href=\"").skip(1);
        let link = |cell: &str| {
            let text = cell.split_once('>').expect("a link").1;
            text.split('<').next().expect("its end").to_owned()
        };
        cells.map(link).collect()
    }

    /// The target of the link with this id.
    pub(crate) fn link(&self, id: &str) -> Option<String> {
        let (_, rest) = self.body.split_once(&format!("id=\"{id}\" href=\""))?;
        Some(rest.split('"').next()?.replace("&amp;", "&"))
    }
}

/// The pairs of a form or a query.
pub(crate) fn encode(pairs: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| format!("{name}={}", encode_value(value));
    pairs.iter().map(pair).collect::<Vec<_>>().join("&")
}

/// Percent-encodes all characters except letters and digits.
pub(crate) fn encode_value(value: &str) -> String {
    let mut text = String::new();
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() {
            text.push(char::from(byte))
        } else {
            write!(text, "%{byte:02X}").unwrap()
        }
    }
    text
}
