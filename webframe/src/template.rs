//! Renders templates with `minijinja`. Values in HTML are escaped.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    fmt, fs,
    path::{Path, PathBuf},
};

use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value, context, value::ValueKind,
};
use serde::Serialize;

use crate::{
    Request, Response, Result, report,
    url::{encode_query, encode_segment},
};

/// The templates of an app, compiled into the program or read from a directory.
///
/// Needs the feature `templates`.
///
/// Values are escaped for HTML unless the template's name ends in `.txt`. A missing value is an
/// error, not an empty text. Besides minijinja's own filters there are `urlencode_segment` for one
/// segment of a path (a slash becomes `%2F`), and `urlencode_query` for a value in a query.
///
/// ```
/// use webframe::Templates;
///
/// const PAGES: [(&str, &str); 2] = [
///     ("layout.html", "<title>{% block title %}{% endblock %}</title>"),
///     ("word.html", "{% extends 'layout.html' %}{% block title %}{{ word }}{% endblock %}"),
/// ];
/// let templates = Templates::embedded(PAGES)?;
/// templates.check()?;
/// let values = std::collections::BTreeMap::from([("word", "<b>")]);
/// let page = templates.render_text("word.html", values)?;
/// assert_eq!(page, "<title>&lt;b&gt;</title>");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Templates {
    environment: Environment<'static>,
    /// If set, templates are read from this directory for each page, so that changes take effect at
    /// once.
    directory: Option<PathBuf>,
}

/// Broken templates, each with its place and reason.
///
/// Needs the feature `templates`.
#[derive(Debug)]
pub struct BrokenTemplates(Vec<String>);

impl Templates {
    /// Templates compiled into the program: their names and sources.
    ///
    /// # Errors
    /// The templates that do not compile.
    pub fn embedded<N, T>(
        sources: impl IntoIterator<Item = (N, T)>,
    ) -> Result<Templates, BrokenTemplates>
    where
        N: Into<Cow<'static, str>>,
        T: Into<Cow<'static, str>>,
    {
        let mut environment = environment();
        let mut broken = Vec::new();
        for (name, source) in sources {
            if let Err(error) = environment.add_template_owned(name.into(), source.into()) {
                broken.push(describe(&error));
            }
        }
        unless_broken(broken)?;
        Ok(Templates { environment, directory: None })
    }

    /// Templates read from a directory for each page, for development. A relative path is resolved
    /// now. An error is logged if there is no such directory; [`check`](Templates::check) returns
    /// it to the program.
    pub fn dir(directory: impl Into<PathBuf>) -> Templates {
        let directory = absolute(directory.into());
        if !directory.is_dir() {
            let directory = directory.display();
            report::error(format_args!("there is no directory {directory} with templates"));
        }
        let mut environment = environment();
        environment.set_loader(minijinja::path_loader(&directory));
        Templates { environment, directory: Some(directory) }
    }

    /// Adds the app's own filters, functions and globals.
    #[must_use]
    pub fn with(mut self, add: impl FnOnce(&mut Environment<'static>)) -> Templates {
        add(&mut self.environment);
        self
    }

    /// Compiles every template. Checks that a template exists if a tag names it literally, as in
    /// `{% include "part.html" %}`, unless the tag has `ignore missing`.
    ///
    /// # Errors
    /// The templates that are broken or missing, each with its place.
    pub fn check(&self) -> Result<(), BrokenTemplates> {
        let environment = self.environment.clone();
        let mut broken = Vec::new();
        let names = match &self.directory {
            None => environment.templates().map(|template| template.0.to_owned()).collect(),
            Some(directory) => names_below(directory).unwrap_or_else(|error| {
                broken.push(format!("{}: {error}", directory.display()));
                BTreeSet::new()
            }),
        };
        for name in &names {
            match environment.get_template(name) {
                Ok(template) => broken.extend(
                    referenced_templates(template.source())
                        .filter(|other| !names.contains(*other))
                        .map(|other| format!("{name}: there is no template {other}")),
                ),
                Err(error) => broken.push(describe(&error)),
            }
        }
        unless_broken(broken)
    }

    /// 200 with the rendered template as HTML.
    ///
    /// # Errors
    /// 500: the template is missing or broken, or uses a value that is missing.
    pub fn render(&self, name: &str, values: impl Serialize) -> Result<Response> {
        Ok(Response::html(self.render_text(name, values)?))
    }

    /// Like [`render`](Templates::render), but the template also has the values that middleware
    /// [shares](Request::share). If a name is in both, the one in `values` is used.
    ///
    /// ```
    /// use webframe::{App, Next, Request, Response, Result, Templates, TestClient, Urls};
    ///
    /// fn user(_: &Templates, request: &Request, next: Next<'_, Templates>) -> Response {
    ///     request.share("user", "Ada");
    ///     next.run(request)
    /// }
    ///
    /// fn home(pages: &Templates, request: &Request) -> Result<Response> {
    ///     pages.render_for(request, "home.html", ())
    /// }
    ///
    /// let pages = Templates::embedded([("home.html", "Hello, {{ user }}!")])?;
    /// let app = App::new(pages).wrap(user).urls(Urls::new().get("/", home));
    /// assert_eq!(TestClient::new(&app).get("/").send().text(), "Hello, Ada!");
    /// # Ok::<(), webframe::BrokenTemplates>(())
    /// ```
    ///
    /// # Errors
    /// 500 as for [`Templates::render`].
    pub fn render_for(
        &self,
        request: &Request,
        name: &str,
        values: impl Serialize,
    ) -> Result<Response> {
        let shared = request.values.all::<Shared>();
        let shared: BTreeMap<_, _> =
            shared.map(|value| (value.name, value.value.clone())).collect();
        let values = Value::from_serialize(values);
        match values.kind() {
            ValueKind::Map => self.render(name, context!(..values, ..Value::from(shared))),
            _ => self.render(name, shared),
        }
    }

    /// The rendered template as text.
    ///
    /// # Errors
    /// As for [`Templates::render`].
    pub fn render_text(&self, name: &str, values: impl Serialize) -> Result<String> {
        let render = |environment: &Environment<'static>| {
            let page = environment.get_template(name).and_then(|page| page.render(values));
            page.map_err(|error| self.with_detail(environment, error))
        };
        Ok(match &self.directory {
            None => render(&self.environment)?,
            // The clone contains no compiled templates: it reads the current files.
            Some(_) => render(&self.environment.clone())?,
        })
    }

    /// Adds a detail that the text of an error lacks: the directory of a missing template, or the
    /// expression that is undefined.
    fn with_detail(&self, environment: &Environment<'_>, error: Error) -> Error {
        let kind = error.kind();
        let detail = match (kind, &self.directory) {
            (ErrorKind::TemplateNotFound, Some(directory)) => {
                let fault = if directory.is_dir() { "" } else { ", which does not exist" };
                Some(format!("searched in {}{fault}", directory.display()))
            }
            (ErrorKind::UndefinedError, _) => undefined_expression(environment, &error),
            _ => None,
        };
        match detail {
            Some(detail) => Error::new(kind, detail).with_source(error),
            None => error,
        }
    }
}

/// A value for the templates of all pages, stored in a request by middleware.
struct Shared {
    name: &'static str,
    value: Value,
}

impl Request {
    /// Gives a value to the templates of [`Templates::render_for`]. Middleware uses it for values
    /// that all pages show. It replaces an earlier value of the same name.
    ///
    /// Needs the feature `templates`.
    pub fn share(&self, name: &'static str, value: impl Serialize) {
        self.put(Shared { name, value: Value::from_serialize(value) });
    }
}

/// An environment with our rules for escaping, missing values and white space, and our filters.
fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|name| {
        if name.ends_with(".txt") { AutoEscape::None } else { AutoEscape::Html }
    });
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment
        .add_filter("urlencode_segment", |text: Cow<'_, str>| encode_segment(&text).into_owned());
    environment
        .add_filter("urlencode_query", |text: Cow<'_, str>| encode_query(&text).into_owned());
    environment
}

/// The text of the expression that is undefined, if it is short.
fn undefined_expression(environment: &Environment<'_>, error: &Error) -> Option<String> {
    let template = environment.get_template(error.name()?).ok()?;
    let (source, range) = (template.source(), error.range()?);
    // The range of `x.y` begins at the dot if `y` is missing in `x`.
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let start = source.get(..range.start)?.trim_end_matches(is_part).len();
    let text = source.get(start..range.end)?.trim();
    let is_short = !text.is_empty() && text.len() <= 80 && !text.contains('\n');
    is_short.then(|| text.to_owned())
}

/// The absolute path, if the current directory is known.
fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}

/// The literal names of templates in the tags `extends`, `include`, `import` and `from`, except
/// those with `ignore missing`.
fn referenced_templates(source: &str) -> impl Iterator<Item = &str> {
    source.split("{%").skip(1).filter_map(|after| referenced_template(after.split("%}").next()?))
}

/// The literal name in a tag, which is the text between `{%` and `%}`.
fn referenced_template(tag: &str) -> Option<&str> {
    let tag = tag.trim_start_matches(['-', '+']).trim_start();
    if tag.contains("ignore missing") {
        return None;
    }
    let keywords = ["extends", "include", "import", "from"];
    let argument = keywords.iter().find_map(|keyword| tag.strip_prefix(keyword))?.trim_start();
    let quote = argument.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    argument.get(1..)?.split_once(quote).map(|(name, _)| name)
}

/// The names of all files below a directory, relative to it. Hidden ones are skipped.
fn names_below(directory: &Path) -> std::io::Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    let mut unread = vec![directory.to_owned()];
    while let Some(current) = unread.pop() {
        for entry in fs::read_dir(current)? {
            let entry = entry?;
            let path = entry.path();
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            // Symbolic links are not followed: they may form a circle.
            if entry.file_type()?.is_dir() {
                unread.push(path);
            } else if let Some(name) = path.strip_prefix(directory).ok().and_then(Path::to_str) {
                names.insert(name.to_owned());
            }
        }
    }
    Ok(names)
}

/// The error with its place and its causes.
fn describe(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// An error if the list is not empty.
fn unless_broken(broken: Vec<String>) -> Result<(), BrokenTemplates> {
    if broken.is_empty() { Ok(()) } else { Err(BrokenTemplates(broken)) }
}

impl fmt::Display for BrokenTemplates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "templates cannot be used: {}", self.0.join("; "))
    }
}

impl std::error::Error for BrokenTemplates {}

impl fmt::Debug for Templates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Templates").field("directory", &self.directory).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn page(source: &'static str, values: impl Serialize) -> Result<String> {
        Templates::embedded([("page.html", source)]).unwrap().render_text("page.html", values)
    }

    #[test]
    fn values_are_escaped_for_html_but_not_in_plain_text() {
        assert_eq!(
            page("<i>{{ x }}</i>", context!(x => "<\"'&>")).unwrap(),
            "<i>&lt;&quot;&#x27;&amp;&gt;</i>"
        );
        let texts = Templates::embedded([("mail.txt", "{{ x }}")]).unwrap();
        assert_eq!(texts.render_text("mail.txt", context!(x => "<b>")).unwrap(), "<b>");
    }

    #[test]
    fn a_missing_value_is_a_500_that_names_the_place() {
        let error = page("a\n{{ nothing }}", context!()).unwrap_err();
        assert_eq!(error.status(), 500);
        assert!(error.to_string().contains("page.html:2"), "{error}");
        assert!(page("{% if nothing %}x{% endif %}", context!()).is_err());
        assert!(page("{{ x.nothing }}", context!(x => context!(y => 1))).is_err());
    }

    #[test]
    fn a_shared_value_is_in_every_page_unless_the_handler_sets_the_same_name() {
        let limits = crate::Limits::default();
        let address = ([127, 0, 0, 1], 1).into();
        let request = Request::empty(&limits, crate::Peer { address, encrypted: false });
        for (name, value) in [("user", "<Eve>"), ("user", "<Ada>"), ("title", "shared")] {
            request.share(name, value);
        }
        let source = "{{ user }} {{ title }}";
        let pages = Templates::embedded([("a.html", source)]).unwrap();
        let page = |values: Value| {
            let page = pages.render_for(&request, "a.html", values).unwrap();
            String::from_utf8(page.body().as_bytes().unwrap().to_vec()).unwrap()
        };
        assert_eq!(page(context!(title => "own")), "&lt;Ada&gt; own");
        assert_eq!(page(Value::from(())), "&lt;Ada&gt; shared");
    }

    #[test]
    fn a_missing_template_is_named() {
        let error =
            Templates::embedded([("a.html", "")]).unwrap().render("b.html", ()).unwrap_err();
        assert!(error.to_string().contains("b.html"), "{error}");
    }

    #[test]
    fn a_slash_in_a_segment_is_encoded() {
        let values = context!(w => "and/or é?&=.-_~ %'");
        assert_eq!(
            page("{{ w|urlencode_segment }}", &values).unwrap(),
            "and%2For%20%C3%A9%3F%26%3D.-_~%20%25%27"
        );
        assert_eq!(
            page("{{ 'a b&c=d+e#字'|urlencode_query }}", &values).unwrap(),
            "a%20b%26c%3Dd%2Be%23%E5%AD%97"
        );
        assert_eq!(page("{{ 7|urlencode_segment }}", &values).unwrap(), "7");
    }

    #[test]
    fn all_broken_templates_are_reported_at_once() {
        let error =
            Templates::embedded([("a.html", "{{ x"), ("b.html", "ok"), ("c.html", "{% if %}")])
                .unwrap_err()
                .to_string();
        assert!(error.contains("a.html:1") && error.contains("c.html:1"), "{error}");
    }

    #[test]
    fn a_check_finds_templates_that_others_name_but_do_not_exist() {
        let sources = [
            ("a.html", "{%- extends 'layout.html' %}{% include \"part.html\" ignore missing %}"),
            (
                "b.html",
                "{% from \"macros.html\" import field %}{% include name %}{% set from = 1 %}",
            ),
        ];
        let error = Templates::embedded(sources).unwrap().check().unwrap_err().to_string();
        assert_eq!(
            error,
            "templates cannot be used: a.html: there is no template layout.html; \
             b.html: there is no template macros.html"
        );
    }

    #[test]
    fn a_directory_is_read_again_for_each_page() {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("sub")).unwrap();
        let write = |text| fs::write(directory.path().join("sub/p.html"), text).unwrap();
        let templates = Templates::dir(directory.path());
        write("one");
        assert_eq!(templates.render_text("sub/p.html", ()).unwrap(), "one");
        write("two");
        assert_eq!(templates.render_text("sub/p.html", ()).unwrap(), "two");
        templates.check().unwrap();
        write("{% include 'no.html' %}{{");
        assert!(templates.check().unwrap_err().to_string().contains("p.html:1"));
        assert!(templates.render_text("../sub/p.html", ()).is_err());
    }

    #[test]
    fn a_missing_directory_is_named_with_its_absolute_path() {
        let templates = Templates::dir("no/such/place");
        let place = std::env::current_dir().unwrap().join("no/such/place");
        let error = templates.check().unwrap_err();
        assert!(error.to_string().contains(place.to_str().unwrap()), "{error}");
        let error = templates.render("a.html", ()).unwrap_err().to_string();
        let searched = format!("searched in {}, which does not exist", place.display());
        assert!(error.contains(&searched) && error.contains("a.html"), "{error}");
    }

    #[test]
    fn an_error_names_the_expression_that_is_undefined() {
        for (source, expression) in [
            ("a\n{{ nothing }}", "nothing"),
            ("{{ x.nothing.more }}", "x.nothing"),
            ("{% if nothing %}x{% endif %}", "nothing"),
            ("{% for a in nothing %}x{% endfor %}", "nothing"),
        ] {
            let error = page(source, context!(x => context!(y => 1))).unwrap_err().to_string();
            assert!(error.contains(&format!("undefined value: {expression}")), "{error}");
        }
    }
}
