//! The client in a terminal: runs `list`, `get NAME` and `put FILE`, and shows a progress bar.

use std::io::{self, BufRead, Read, Result, Write};
use std::{fs, fs::File, path::Path};

use ureq::{Agent, Body, SendBody, http::HeaderValue, http::Response};
use webframe::url::encode_segment;

const COMMANDS: &str = "list | get NAME | put FILE | quit";

type Screen<'s> = &'s mut dyn Write;

/// Runs the commands of `input` until its end or `quit`. `home` is the folder of the user's files.
pub(crate) fn run(server: &str, home: &Path, input: impl BufRead, screen: Screen) -> Result<()> {
    writeln!(screen, "{COMMANDS}")?;
    let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
    for line in input.lines() {
        let line = line?;
        let (command, name) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
        let url = format!("http://{server}/files/{}", encode_segment(name));
        let result = match command {
            "quit" => break,
            "list" => list(&agent, &format!("http://{server}/list"), screen),
            "get" => get(&agent, &url, &home.join(name), screen),
            "put" => put(&agent, &url, &home.join(name), screen),
            _ => Err(io::Error::other(COMMANDS)),
        };
        result.or_else(|error| writeln!(screen, "{error}"))?;
    }
    Ok(())
}

fn list(agent: &Agent, url: &str, screen: Screen) -> Result<()> {
    io::copy(&mut check(agent.get(url).call())?.into_body().into_reader(), screen).map(drop)
}

/// Downloads into `NAME.part` first. Continues an earlier download of the same version.
fn get(agent: &Agent, url: &str, path: &Path, screen: Screen) -> Result<()> {
    let [part, tag] = ["part", "tag"].map(|end| format!("{}.{end}", path.display()));
    let downloaded = fs::metadata(&part).map_or(0, |metadata| metadata.len());
    let version = fs::read_to_string(&tag).unwrap_or_default();
    let request = agent.get(url).header("Range", format!("bytes={downloaded}-"));
    let answer = check(request.header("If-Range", version).call())?;
    if answer.status() != 416 {
        let done = if answer.status() == 206 { downloaded } else { 0 };
        let mut file = File::options().create(true).append(true).open(&part)?;
        file.set_len(done)?; // first: a new tag must never be beside bytes of an older version
        fs::write(&tag, answer.headers().get("ETag").map_or(&[][..], HeaderValue::as_bytes))?;
        let total = done + answer.body().content_length().unwrap_or(0);
        let from = answer.into_body().into_reader();
        io::copy(&mut ProgressBar { from, done, total, screen }, &mut file)?;
    }
    fs::rename(&part, path)?;
    fs::remove_file(&tag)
}

fn put(agent: &Agent, url: &str, path: &Path, screen: Screen) -> Result<()> {
    let from = File::open(path)?;
    let total = from.metadata()?.len();
    let mut bar = ProgressBar { from, done: 0, total, screen };
    let request = agent.put(url).header("Content-Length", total);
    check(request.send(SendBody::from_reader(&mut bar))).map(drop)
}

/// Returns a successful answer (416: it was downloaded before), and an error for any other answer.
fn check(answer: std::result::Result<Response<Body>, ureq::Error>) -> Result<Response<Body>> {
    let mut answer = answer.map_err(io::Error::other)?;
    match answer.status().as_u16() {
        200..=299 | 416 => Ok(answer),
        _ => Err(io::Error::other(answer.body_mut().read_to_string().map_err(io::Error::other)?)),
    }
}

/// A reader that shows how much of a file has been read.
struct ProgressBar<'s, R> {
    from: R,
    done: u64,
    total: u64,
    screen: Screen<'s>,
}

impl<R: Read> Read for ProgressBar<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let read = self.from.read(into)?;
        self.done += read as u64;
        if read > 0 {
            let percent = self.done * 100 / self.total.max(self.done);
            let bar = "#".repeat(percent as usize / 5);
            let end = if self.done == self.total { "\n" } else { "" };
            write!(self.screen, "\r[{bar:20}] {percent:3} %{end}")?;
            self.screen.flush()?;
        }
        Ok(read)
    }
}
