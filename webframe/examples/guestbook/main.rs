//! A guestbook: users write entries and upload pictures, and every open page shows them
//! immediately. `guestbook [FOLDER]` keeps the pictures in a folder; then open
//! http://127.0.0.1:8000/ and log in with any name and the password `friend`.

#[cfg(test)]
mod tests;

use std::{
    fs::{self, File},
    io,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::Serialize;
use tempfile::Builder;
use webframe::http::StatusCode;
use webframe::middleware::{AccessLog, SameOrigin};
use webframe::minijinja::context;
use webframe::session::{Session, Sessions, random_token};
use webframe::{App, Channel, CheckedForm, Error, Event, Next, Request, Response, Result};
use webframe::{StaticFiles, Templates, Urls};

const PAGES: [(&str, &str); 2] =
    [("home.html", include_str!("home.html")), ("login.html", include_str!("login.html"))];
const PICTURE_BYTES_MAX: u64 = 20 << 20;

struct Book {
    pages: Templates,
    entries: Mutex<Vec<Entry>>,
    news: Channel,
    pictures: PathBuf,
}

#[derive(Serialize)]
struct Entry {
    author: String,
    text: String,
    /// The name of a file.
    picture: Option<String>,
}

/// The name of the user who is logged in.
struct User(String);

impl Book {
    fn entries(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, entry: Entry) -> Result<()> {
        self.news.send(&Event::json("entry", &entry)?);
        self.entries().push(entry);
        Ok(())
    }

    fn home(&self, request: &Request, form: &CheckedForm) -> Result<Response> {
        let flashes = Session::of(request)?.take_flashes()?;
        let values = context!(form, flashes, entries => *self.entries());
        self.pages.render_for(request, "home.html", values)
    }
}

/// Reads the user from the session: puts the user into the request, and the name on every page.
fn load_user(_: &Book, request: &Request, next: Next<'_, Book>) -> Response {
    match Session::of(request).and_then(|session| session.get::<String>("user")) {
        Ok(user) => {
            request.share("user", user.as_deref().unwrap_or(""));
            request.put(user.map(User));
            next.run(request)
        }
        Err(error) => next.refuse(request, error),
    }
}

/// The user, or an early answer: a redirect to the page for logging in.
fn user(request: &Request) -> Result<&User> {
    match request.get::<Option<User>>() {
        Some(Some(user)) => Ok(user),
        _ => Err(Error::response(Response::see_other("/login")?)),
    }
}

fn home(book: &Book, request: &Request) -> Result<Response> {
    book.home(request, &CheckedForm::empty(&["text"]))
}

fn show_login(book: &Book, request: &Request) -> Result<Response> {
    let form = CheckedForm::empty(&["name", "password"]);
    book.pages.render_for(request, "login.html", context!(form))
}

fn log_in(book: &Book, request: &Request) -> Result<Response> {
    let mut form = CheckedForm::of(request, &["name", "password"])?;
    let name = form.text("name", "Please give a name.");
    if form.value("name").chars().count() > 50 {
        form.refuse("name", "At most 50 characters, please.");
    }
    if form.value("password") != "friend" {
        form.refuse("password", "Say friend and enter.");
    }
    let (Some(name), true) = (name, form.is_valid()) else {
        let page = book.pages.render_for(request, "login.html", context!(form))?;
        return Ok(page.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let session = Session::of(request)?;
    session.renew()?;
    session.set("user", &name)?;
    session.flash(format!("Welcome, {name}!"))?;
    Response::see_other("/")
}

fn log_out(_: &Book, request: &Request) -> Result<Response> {
    Session::of(request)?.end()?;
    Response::see_other("/")
}

fn write(book: &Book, request: &Request) -> Result<Response> {
    let author = user(request)?.0.clone();
    let mut form = CheckedForm::of(request, &["text"])?;
    if form.value("text").chars().count() > 500 {
        form.refuse("text", "At most 500 characters, please.");
    }
    let (Some(text), true) = (form.text("text", "Please write something."), form.is_valid()) else {
        return Ok(book.home(request, &form)?.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    book.add(Entry { author, text, picture: None })?;
    Response::see_other("/")
}

fn upload(book: &Book, request: &Request) -> Result<Response> {
    let author = &user(request)?.0;
    let (mut parts, mut pictures) = (request.part_stream()?, Vec::new());
    while let Some(mut part) = parts.next_part()? {
        if part.file_name() == Some("") {
            continue; // no file was chosen
        }
        let media_type = part.media_type().split(';').next().unwrap_or_default();
        let ending = match &*media_type.trim().to_ascii_lowercase() {
            "image/jpeg" => "jpg",
            "image/png" => "png",
            other => {
                return Err(Error::unsupported_media_type(format!("{other} is not a picture")));
            }
        };
        // A hidden temporary file. If the disk is full or another part is refused, it is removed.
        let folder = &book.pictures;
        let mut file = Builder::new().prefix(".").make_in(folder, |path| File::create_new(path))?;
        io::copy(&mut part, &mut file)?;
        pictures.push((file, format!("{}.{ending}", random_token()?)));
    }
    for (file, name) in pictures {
        file.persist(book.pictures.join(&name)).map_err(|failed| failed.error)?;
        let (author, text) = (author.clone(), String::new());
        book.add(Entry { author, text, picture: Some(name) })?;
    }
    Response::see_other("/")
}

fn disk_error(error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Error::new(StatusCode::INSUFFICIENT_STORAGE, "the disk is full")
        }
        _ => Error::new(StatusCode::INTERNAL_SERVER_ERROR, ""),
    }
}

fn live(book: &Book, request: &Request) -> Result<Response> {
    book.news.subscribe(request)
}

fn app(pictures: PathBuf) -> Result<App<Book>> {
    fs::create_dir_all(&pictures)?;
    let urls = Urls::new()
        .get("/", home)
        .get("/login", show_login)
        .post("/login", log_in)
        .post("/logout", log_out)
        .post("/entries", write)
        .post("/pictures", upload)
        .body_limit(PICTURE_BYTES_MAX)
        .files("/pictures", StaticFiles::dir(&pictures))
        .get("/live", live);
    let (pages, news) = (Templates::embedded(PAGES)?, Channel::new());
    let book = Book { pages, entries: Mutex::default(), news, pictures };
    let app = App::new(book).wrap(SameOrigin::new()).wrap(Sessions::in_memory()).wrap(load_user);
    Ok(app.on_error(disk_error).urls(urls))
}

fn main() -> Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "pictures".to_owned());
    Ok(app(folder.into())?.wrap(AccessLog::stderr()?).run()?)
}
