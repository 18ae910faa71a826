//! A browser without JavaScript: pages, forms and cookies of one visitor, on one kept connection.

use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};

use super::visitors::connect;

/// A visitor of one site.
#[derive(Debug)]
pub(crate) struct Browser {
    address: SocketAddr,
    connection: BufReader<TcpStream>,
    cookies: BTreeMap<String, String>,
    /// What the browser sends as `Accept-Encoding`; nothing if empty.
    pub(crate) accepts: &'static str,
}

/// An answer with its whole body, as it came.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Browser {
    pub(crate) fn new(address: SocketAddr) -> Result<Browser> {
        let connection = BufReader::new(connect(address)?);
        Ok(Browser { address, connection, cookies: BTreeMap::new(), accepts: "" })
    }

    /// Asks for a page with nothing but `Host`, as the shortest request has it, and fails unless it
    /// is 200.
    pub(crate) fn get_bare(&mut self, path: &str) -> Result<Page> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", self.address);
        self.connection.get_mut().write_all(request.as_bytes())?;
        expect_ok(self.read()?, path)
    }

    /// Asks for a page, and fails unless it is 200.
    pub(crate) fn get(&mut self, path: &str) -> Result<Page> {
        expect_ok(self.send("GET", path, None)?, path)
    }

    /// Sends the form of a page with these fields and with its hidden token, and fails unless it
    /// leads to another page.
    pub(crate) fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<()> {
        let form = String::from_utf8_lossy(&self.get(path)?.body).into_owned();
        let token = form.split_once(r#"name="form_token" value=""#).map(|(_, rest)| rest);
        let token = token.and_then(|rest| rest.split('"').next()).unwrap_or_default();
        let mut content = format!("form_token={token}");
        for (name, value) in fields {
            content.push_str(&format!("&{name}={value}"));
        }
        let page = self.send("POST", path, Some(&content))?;
        if page.status != 303 {
            bail!("POST {path} is answered {}", page.status);
        }
        Ok(())
    }

    fn send(&mut self, method: &str, path: &str, form: Option<&str>) -> Result<Page> {
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.address);
        request.push_str("Accept: text/html\r\nSec-Fetch-Site: same-origin\r\n");
        if !self.accepts.is_empty() {
            request.push_str(&format!("Accept-Encoding: {}\r\n", self.accepts));
        }
        let cookies: Vec<_> = self.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
        if !cookies.is_empty() {
            request.push_str(&format!("Cookie: {}\r\n", cookies.join("; ")));
        }
        if let Some(form) = form {
            let fields = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length";
            request.push_str(&format!(
                "Origin: http://{}\r\n{fields}: {}\r\n",
                self.address,
                form.len()
            ));
        }
        request.push_str("\r\n");
        request.push_str(form.unwrap_or_default());
        self.connection.get_mut().write_all(request.as_bytes())?;
        self.read().with_context(|| format!("the answer to {method} {path}"))
    }

    fn read(&mut self) -> Result<Page> {
        let status = self.read_line()?;
        let status = status.split(' ').nth(1).and_then(|code| code.parse().ok());
        let (status, mut length) = (status.context("it has no status")?, 0);
        loop {
            let line = self.read_line()?;
            let Some((name, value)) = line.split_once(": ") else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().context("Content-Length")?,
                "set-cookie" => self.keep_cookie(value),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        self.connection.read_exact(&mut body)?;
        Ok(Page { status, body })
    }

    fn keep_cookie(&mut self, line: &str) {
        let pair = line.split(';').next().and_then(|pair| pair.split_once('='));
        if let Some((name, value)) = pair {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    /// A line without its CRLF; empty at the end of the head.
    fn read_line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.connection.read_line(&mut line)? == 0 {
            bail!("it breaks off");
        }
        Ok(line.trim_end().to_owned())
    }
}

fn expect_ok(page: Page, path: &str) -> Result<Page> {
    if page.status != 200 {
        bail!("GET {path} is answered {}", page.status);
    }
    Ok(page)
}
