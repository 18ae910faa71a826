//! A simple browser without JavaScript: requests pages and sends forms of dictapp over one
//! keep-alive connection, and keeps cookies.

use std::collections::BTreeMap;
use std::io::{self, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::harness::answer::{RequestKind, read_answer};

/// Maximum time to connect, and to wait for a part of the answer. It is longer than the limits that
/// commands set for a request, so that the duration of a request above its limit is measured.
const TIMEOUT: Duration = Duration::from_secs(20);

/// One visitor: the cookies, and the connection if it is open.
#[derive(Debug)]
pub(crate) struct Browser {
    address: SocketAddr,
    connection: Option<BufReader<TcpStream>>,
    cookies: BTreeMap<String, String>,
    /// The value of `Accept-Encoding`. If it is empty, the field is not sent.
    pub(crate) accepts: &'static str,
}

/// An answer of the server: its status and its body as text.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    text: String,
}

impl Browser {
    pub(crate) fn new(address: SocketAddr) -> Browser {
        Browser { address, connection: None, cookies: BTreeMap::new(), accepts: "" }
    }

    /// Removes all cookies: the next page is shown to a guest.
    pub(crate) fn clear_cookies(&mut self) {
        self.cookies.clear();
    }

    /// Closes the connection, as a restart of the server does. The next request opens a new one.
    pub(crate) fn close_connection(&mut self) {
        self.connection = None;
    }

    pub(crate) fn get(&mut self, path: &str) -> io::Result<Page> {
        self.send("GET", path, None)
    }

    /// Sends a form.
    pub(crate) fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> io::Result<Page> {
        let pair = |(name, value): &(&str, &str)| format!("{name}={}", encode(value));
        let form = fields.iter().map(pair).collect::<Vec<_>>().join("&");
        self.send("POST", path, Some(&form))
    }

    /// Sends a request and reads the answer. After an error the connection is dropped, so that the
    /// next request opens a new one.
    fn send(&mut self, method: &str, path: &str, form: Option<&str>) -> io::Result<Page> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => BufReader::new(self.connect()?),
        };
        connection.get_mut().write_all(self.request(method, path, form).as_bytes())?;
        let answer = read_answer(&mut connection, RequestKind::WholePage)?;
        for (name, value) in answer.cookies {
            self.cookies.insert(name, value);
        }
        self.connection = Some(connection).filter(|_| !answer.closes);
        let text = String::from_utf8_lossy(&answer.beginning).into_owned();
        Ok(Page { status: answer.status, text })
    }

    fn connect(&self) -> io::Result<TcpStream> {
        let socket = TcpStream::connect_timeout(&self.address, TIMEOUT)?;
        socket.set_read_timeout(Some(TIMEOUT))?;
        socket.set_nodelay(true)?;
        Ok(socket)
    }

    /// The bytes of a request. A form has the header fields that a browser sends from a page of the
    /// same site.
    fn request(&self, method: &str, path: &str, form: Option<&str>) -> String {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let host = self.address;
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n");
        if !cookies.is_empty() {
            head.push_str(&format!("Cookie: {}\r\n", cookies.join("; ")));
        }
        if !self.accepts.is_empty() {
            head.push_str(&format!("Accept-Encoding: {}\r\n", self.accepts));
        }
        let Some(form) = form else { return head + "\r\n" };
        let length = form.len();
        head + &format!(
            "Origin: http://{host}\r\nSec-Fetch-Site: same-origin\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}"
        )
    }
}

impl Page {
    /// The value of the first hidden field of this name.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let (_, after) = self.text.split_once(&format!("name=\"{name}\" value=\""))?;
        after.split_once('"').map(|(value, _)| value)
    }

    /// The rest of the first link that begins with this text.
    pub(crate) fn link(&self, beginning: &str) -> Option<&str> {
        let (_, after) = self.text.split_once(&format!("href=\"{beginning}"))?;
        after.split_once('"').map(|(rest, _)| rest)
    }

    /// Whether the page was made for a logged-in user: it has the form to log out.
    pub(crate) fn is_of_user(&self) -> bool {
        self.text.contains("id=\"logout\"")
    }

    /// The number of occurrences of a text.
    pub(crate) fn count(&self, text: &str) -> usize {
        self.text.matches(text).count()
    }
}

/// Percent-encodes a value of a form.
fn encode(value: &str) -> String {
    let encoded = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    };
    value.bytes().map(encoded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::net::TcpListener;
    use std::thread;

    #[test]
    fn a_form_is_sent_with_the_cookies_of_earlier_answers() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let (mut socket, mut seen) = (listener.accept().unwrap().0, Vec::new());
            for end in ["\r\n\r\n", "word=a%20b"] {
                let mut request = Vec::new();
                while !request.ends_with(end.as_bytes()) {
                    let mut byte = [0];
                    socket.read_exact(&mut byte).unwrap();
                    request.push(byte[0]);
                }
                seen.push(String::from_utf8(request).unwrap());
                let body = "<input name=\"token\" value=\"t1\"><button id=\"logout\">\
                            <a href=\"/classes/7\">";
                write!(socket, "HTTP/1.1 200 OK\r\nSet-Cookie: session=s1; Path=/\r\n").unwrap();
                write!(socket, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
            }
            seen
        });
        let mut browser = Browser::new(address);
        let page = browser.get("/").unwrap();
        assert_eq!((page.status, page.field("token"), page.field("x")), (200, Some("t1"), None));
        assert_eq!((page.link("/classes/"), page.link("/words/")), (Some("7"), None));
        assert!(page.is_of_user());
        browser.post("/words", &[("word", "a b")]).unwrap();
        let seen = server.join().unwrap();
        assert!(!seen[0].contains("Cookie") && seen[1].contains("Cookie: session=s1\r\n"));
        assert!(seen[1].contains(&format!("Origin: http://{address}\r\n")), "{}", seen[1]);
    }
}
