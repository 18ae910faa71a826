//! The client in a terminal: `list`, `get NAME` and `put FILE` to requests, and their answers to the screen.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
};

use webframe::url::encode_segment;

const COMMANDS: &str = "list | get NAME | put FILE | quit";
const PIECE_BYTES: usize = 64 << 10;
/// Bytes of an answer's head.
const HEAD_BYTES_MAX: u64 = 64 << 10;

/// Runs commands until there are no more.
pub(crate) fn converse(
    server: &str,
    folder: &Path,
    commands: impl BufRead,
    mut screen: impl Write,
) -> io::Result<()> {
    let mut client = Client { server, folder, screen: &mut screen };
    client.show(COMMANDS)?;
    for command in commands.lines() {
        let command = command?;
        let (verb, name) = command.trim().split_once(' ').unwrap_or((command.trim(), ""));
        let done = match (verb, name.trim()) {
            ("", _) => continue,
            ("quit", _) => break,
            ("list", "") => client.list(),
            ("get", name) if !name.is_empty() => client.get(name),
            ("put", name) if !name.is_empty() => client.put(name),
            _ => Err(io::Error::other(COMMANDS)),
        };
        if let Err(error) = done {
            client.show(&error.to_string())?;
        }
    }
    Ok(())
}

struct Client<'a, W> {
    server: &'a str,
    folder: &'a Path,
    screen: &'a mut W,
}

/// A response with an unread body.
struct Answer {
    status: u16,
    head: String,
    content: io::Take<BufReader<TcpStream>>,
}

impl<W: Write> Client<'_, W> {
    fn show(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.screen, "{line}")
    }

    fn list(&mut self) -> io::Result<()> {
        let mut answer = self.ask("GET /list", "", 0, io::empty())?;
        answer.expect(&[200])?;
        io::copy(&mut answer.content, self.screen).map(drop)
    }

    /// Downloads into `NAME.part` first. What is there of it, from the same version of the file,
    /// is not asked for again.
    fn get(&mut self, name: &str) -> io::Result<()> {
        let [part, tag] =
            ["part", "tag"].map(|ending| self.folder.join(format!("{name}.{ending}")));
        let have = fs::metadata(&part).map_or(0, |metadata| metadata.len());
        let fields = match fs::read_to_string(&tag) {
            Ok(tag) if have > 0 => format!("Range: bytes={have}-\r\nIf-Range: {tag}\r\n"),
            _ => String::new(),
        };
        let target = format!("GET /files/{}", encode_segment(name));
        let mut answer = self.ask(&target, &fields, 0, io::empty())?;
        answer.expect(&[200, 206, 416])?;
        if answer.status != 416 {
            let resumes = answer.status == 206;
            let mut file = OpenOptions::new();
            let file = file.create(true).append(resumes).write(true).truncate(!resumes);
            fs::write(&tag, answer.field("ETag").unwrap_or_default())?;
            let whole = answer.content.limit();
            self.copy(
                &mut answer.content,
                file.open(&part)?,
                if resumes { have } else { 0 },
                whole,
            )?;
        }
        fs::rename(&part, self.folder.join(name))?;
        fs::remove_file(&tag)
    }

    fn put(&mut self, name: &str) -> io::Result<()> {
        let path = self.folder.join(name);
        let file = File::open(&path)?;
        let length = file.metadata()?.len();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let target = format!("PUT /files/{}", encode_segment(name));
        self.ask(&target, "", length, file)?.expect(&[201])
    }

    /// Sends a request on a connection of its own.
    fn ask(
        &mut self,
        request: &str,
        fields: &str,
        length: u64,
        content: impl Read,
    ) -> io::Result<Answer> {
        let mut connection = TcpStream::connect(self.server)?;
        write!(
            connection,
            "{request} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {length}\r\n{fields}\r\n",
            self.server
        )?;
        if length > 0 {
            self.copy(content.take(length), &connection, 0, length)?;
        }
        Answer::read(connection)
    }

    /// Copies with a progress bar: `have` bytes are there, `more` are to come.
    fn copy(
        &mut self,
        mut from: impl Read,
        mut to: impl Write,
        have: u64,
        more: u64,
    ) -> io::Result<()> {
        let (mut done, all) = (have, have + more);
        let mut piece = vec![0; PIECE_BYTES];
        loop {
            let percent = (done * 100).checked_div(all).unwrap_or(100);
            let bar = "#".repeat(usize::try_from(percent / 5).unwrap_or(0));
            write!(self.screen, "\r[{bar:20}] {percent:3} %")?;
            self.screen.flush()?;
            match from.read(&mut piece)? {
                0 => break,
                read => {
                    to.write_all(&piece[..read])?;
                    done += read as u64;
                }
            }
        }
        self.show("")?;
        match done == all {
            true => Ok(()),
            false => Err(io::Error::other("the connection was lost: try again to resume")),
        }
    }
}

impl Answer {
    fn read(connection: TcpStream) -> io::Result<Answer> {
        let mut reader = BufReader::new(connection).take(HEAD_BYTES_MAX);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head)? == 0 {
                return Err(io::Error::other("the server's answer is not whole"));
            }
        }
        let status = head.get(9..12).and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| io::Error::other("the server speaks no HTTP"))?;
        let mut answer = Answer { status, head, content: reader };
        let length = answer.field("Content-Length").and_then(|length| length.parse().ok());
        answer.content.set_limit(length.unwrap_or(0));
        Ok(answer)
    }

    fn field(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (field, value) = line.split_once(':')?;
            field.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    /// What the server says, if the status is none of these.
    fn expect(&mut self, statuses: &[u16]) -> io::Result<()> {
        if statuses.contains(&self.status) {
            return Ok(());
        }
        let mut text = String::new();
        self.content.read_to_string(&mut text)?;
        Err(io::Error::other(text.trim().to_owned()))
    }
}
