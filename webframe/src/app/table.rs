//! The finished table of URLs: a method and a path lead to the number of a route.

use std::sync::Arc;

use http::Method;

use super::routes::{Methods, Route, Slashes, Urls};
use crate::{
    Error, Handler, Middleware, Request, Response, Result,
    pace::Pace,
    url::{
        names::Names,
        pattern::{Segment, check_parameters, segment_kind},
    },
    wire::target,
};

/// The routes of an app in one tree; groups are flattened into it.
pub(crate) struct Table<S> {
    routes: Vec<TableRoute<S>>,
    /// Patterns without parameters by their length, which tells most of them apart: most requests
    /// are for one of them and are found at once.
    fixed: Vec<Vec<(&'static [u8], Method, u32)>>,
    root: Node,
    names: Arc<Names>,
    slashes: Slashes,
    /// The route that redirects to a path with a slash more or less.
    slash_redirect: u32,
    mistakes: Vec<String>,
}

/// A route in use. Its pattern is known to every request that it answers.
pub(crate) struct TableRoute<S> {
    pub(crate) methods: Methods,
    pub(crate) pattern: &'static str,
    pub(crate) handler: Box<dyn Handler<S>>,
    pub(crate) pace: Pace,
    pub(crate) body_bytes_max: Option<u64>,
    pub(crate) layers: Vec<Arc<dyn Middleware<S>>>,
}

#[derive(Default)]
struct Node {
    plain: Vec<(&'static str, Node)>,
    one: Option<Box<Node>>,
    rest: Vec<(Methods, u32)>,
    here: Vec<(Methods, u32)>,
    fallback: Option<u32>,
}

/// Takes one of the methods of a pattern, or none of them.
type Pick<'a> = dyn FnMut(&[(Methods, u32)]) -> Option<u32> + 'a;

/// What a method and a path lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// The route with this number.
    Route(u32),
    /// The path has routes, but none for this method.
    WrongMethod,
    /// The path has no route.
    Nothing,
}

impl<S: 'static> Table<S> {
    /// Builds the table and collects every mistake in it.
    pub(crate) fn new(urls: Urls<S>) -> Table<S> {
        let mut table = Table {
            routes: Vec::new(),
            fixed: Vec::new(),
            root: Node::default(),
            names: Arc::default(),
            slashes: urls.slashes,
            slash_redirect: u32::MAX,
            mistakes: urls.mistakes.clone(),
        };
        let mut names = Names::default();
        for route in urls.into_routes() {
            table.insert(route, &mut names);
        }
        table.names = Arc::new(names);
        if table.slashes == Slashes::Redirect {
            table.slash_redirect = table.next_number();
            table.routes.push(TableRoute {
                methods: Methods::Any,
                pattern: "",
                handler: Box::new(redirect_slash),
                pace: Pace::quick(),
                body_bytes_max: Some(0),
                layers: Vec::new(),
            });
        }
        table
    }

    fn insert(&mut self, route: Route<S>, names: &mut Names) {
        let number = self.next_number();
        // Requests carry the pattern of their route, and a table lives as long as its server:
        // what a nested table leaks here is bounded by the number of its routes.
        let pattern: &'static str = match route.pattern {
            std::borrow::Cow::Borrowed(pattern) => pattern,
            std::borrow::Cow::Owned(pattern) => pattern.leak(),
        };
        let mut inserted = check_parameters(pattern)
            .and_then(|()| self.root.insert(&route.methods, pattern, number));
        if let Some(name) = route.name {
            inserted = inserted.and(names.insert(name, pattern));
        }
        if let Err(mistake) = inserted {
            self.mistakes.push(format!("{} {pattern}: {mistake}", route.methods));
        } else if let Methods::One(method) = &route.methods
            && !pattern.contains('{')
        {
            let length = pattern.len();
            self.fixed.resize_with(self.fixed.len().max(length + 1), Vec::new);
            self.fixed[length].push((pattern.as_bytes(), method.clone(), number));
        }
        self.routes.push(TableRoute {
            methods: route.methods,
            pattern,
            handler: route.handler,
            pace: route.pace,
            body_bytes_max: route.body_bytes_max,
            layers: route.layers,
        });
    }

    fn next_number(&self) -> u32 {
        u32::try_from(self.routes.len()).unwrap_or(u32::MAX)
    }
}

impl<S> Table<S> {
    pub(crate) fn mistakes(&self) -> &[String] {
        &self.mistakes
    }

    pub(crate) fn names(&self) -> &Arc<Names> {
        &self.names
    }

    pub(crate) fn routes(&self) -> &[TableRoute<S>] {
        &self.routes
    }

    pub(crate) fn route(&self, number: u32) -> Option<&TableRoute<S>> {
        self.routes.get(number as usize)
    }

    pub(crate) fn find(&self, method: &Method, path: &[u8]) -> Found {
        if let Some(number) = self.find_fixed(method, path) {
            return Found::Route(number);
        }
        match self.find_pattern(method, path) {
            Found::Nothing => self.find_otherwise(method, path),
            found => found,
        }
    }

    /// A route whose pattern is the path itself: nothing is more special.
    fn find_fixed(&self, method: &Method, path: &[u8]) -> Option<u32> {
        let same = self.fixed.get(path.len())?;
        let found = |wanted: &Method| {
            same.iter().find(|fixed| fixed.0 == path && fixed.1 == *wanted).map(|fixed| fixed.2)
        };
        if method == Method::HEAD {
            return found(method).or_else(|| found(&Method::GET));
        }
        found(method)
    }

    fn find_pattern(&self, method: &Method, path: &[u8]) -> Found {
        let below = path.strip_prefix(b"/").unwrap_or(path);
        if let Some(number) = self.root.find(Some(below), &mut |methods| choose(methods, method)) {
            return Found::Route(number);
        }
        let mut known = false;
        self.root.find(Some(below), &mut |methods| {
            known |= !methods.is_empty();
            None
        });
        if known { Found::WrongMethod } else { Found::Nothing }
    }

    /// A path that matches no pattern: the same with a slash more or less, else a fallback.
    fn find_otherwise(&self, method: &Method, path: &[u8]) -> Found {
        // A path with an empty first segment would be a URL of another host as a redirect.
        if self.slashes != Slashes::Strict && !path.starts_with(b"//") {
            let other = toggle_slash(path);
            match (self.find_pattern(method, &other), self.slashes) {
                (Found::Nothing, _) => {}
                (Found::Route(_), Slashes::Redirect) => return Found::Route(self.slash_redirect),
                (found, _) => return found,
            }
        }
        let below = path.strip_prefix(b"/").unwrap_or(path);
        self.root.find_fallback(Some(below)).map_or(Found::Nothing, Found::Route)
    }

    /// The methods that a path has routes for, for `Allow`.
    pub(crate) fn allowed(&self, path: &[u8]) -> Vec<Method> {
        let mut allowed = vec![Method::OPTIONS];
        let below = path.strip_prefix(b"/").unwrap_or(path);
        self.root.find(Some(below), &mut |methods| {
            allowed.extend(methods.iter().filter_map(|(methods, _)| match methods {
                Methods::One(method) => Some(method.clone()),
                Methods::Any | Methods::Fallback => None,
            }));
            None
        });
        if allowed.contains(&Method::GET) {
            allowed.push(Method::HEAD);
        }
        allowed.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        allowed.dedup();
        allowed
    }

    /// Whether any route is for this method; if none is, the method is not implemented.
    pub(crate) fn takes(&self, method: &Method) -> bool {
        self.routes.iter().any(|route| route.methods == Methods::One(method.clone()))
    }
}

/// The route of a pattern that answers a method.
fn choose(methods: &[(Methods, u32)], method: &Method) -> Option<u32> {
    let one = |wanted: &Method| {
        methods
            .iter()
            .find(|(methods, _)| matches!(methods, Methods::One(method) if method == wanted))
            .map(|found| found.1)
    };
    let get = || one(&Method::GET).filter(|_| method == Method::HEAD);
    one(method).or_else(get).or_else(|| number_of(methods, &Methods::Any))
}

fn number_of(methods: &[(Methods, u32)], wanted: &Methods) -> Option<u32> {
    methods.iter().find(|found| found.0 == *wanted).map(|found| found.1)
}

fn toggle_slash(path: &[u8]) -> Vec<u8> {
    match path.strip_suffix(b"/") {
        Some(shorter) if !shorter.is_empty() => shorter.to_vec(),
        _ => [path, b"/"].concat(),
    }
}

/// Redirects to the same path with a slash more or less at its end.
fn redirect_slash<S>(_: &S, request: &Request) -> Result<Response> {
    let other = toggle_slash(request.path().as_bytes());
    let mut place = String::from_utf8(other).map_err(|_| Error::not_found(""))?;
    if !request.query_string().is_empty() {
        place = format!("{place}?{}", request.query_string());
    }
    Response::permanent_redirect(&place)
}

impl Node {
    fn insert(
        &mut self,
        methods: &Methods,
        pattern: &'static str,
        number: u32,
    ) -> Result<(), String> {
        let below = pattern.strip_prefix('/').ok_or("a pattern begins with /")?;
        let mut node = self;
        let mut segments = below.split('/').peekable();
        while let Some(segment) = segments.next() {
            match segment_kind(segment)? {
                Segment::Rest if segments.peek().is_some() => {
                    return Err(format!("{segment} is not the last segment"));
                }
                Segment::Rest if *methods == Methods::Fallback => {
                    return match node.fallback.replace(number) {
                        Some(_) => Err("the table has two fallbacks".to_owned()),
                        None => Ok(()),
                    };
                }
                Segment::Rest => return take(&mut node.rest, methods, number),
                Segment::One => node = node.one.get_or_insert_default(),
                Segment::Plain => node = node.child(segment),
            }
        }
        take(&mut node.here, methods, number)
    }

    fn child(&mut self, segment: &'static str) -> &mut Node {
        let at = match self.plain.iter().position(|child| child.0 == segment) {
            Some(at) => at,
            None => {
                self.plain.push((segment, Node::default()));
                self.plain.len() - 1
            }
        };
        &mut self.plain[at].1
    }

    /// Offers the methods of every matching pattern to `pick`, the most special first, until it
    /// takes one. `below` is the rest of the path, `None` at its end.
    fn find(&self, below: Option<&[u8]>, pick: &mut Pick<'_>) -> Option<u32> {
        let Some(below) = below else { return pick(&self.here) };
        let (segment, further) = split_segment(below);
        for (text, child) in &self.plain {
            if target::is_segment(segment, text)
                && let Some(number) = child.find(further, pick)
            {
                return Some(number);
            }
        }
        if !segment.is_empty()
            && let Some(number) = self.one.as_ref().and_then(|one| one.find(further, pick))
        {
            return Some(number);
        }
        pick(&self.rest)
    }

    /// The fallback of the deepest subtree that the path is in.
    fn find_fallback(&self, below: Option<&[u8]>) -> Option<u32> {
        let Some(below) = below else { return self.fallback };
        let (segment, further) = split_segment(below);
        let plain = self.plain.iter().filter(|child| target::is_segment(segment, child.0));
        let one = self.one.iter().filter(|_| !segment.is_empty());
        plain
            .map(|child| &child.1)
            .chain(one.map(|one| &**one))
            .find_map(|node| node.find_fallback(further))
            .or(self.fallback)
    }
}

fn split_segment(below: &[u8]) -> (&[u8], Option<&[u8]>) {
    match memchr::memchr(b'/', below) {
        Some(slash) => (&below[..slash], Some(&below[slash + 1..])),
        None => (below, None),
    }
}

fn take(list: &mut Vec<(Methods, u32)>, methods: &Methods, number: u32) -> Result<(), String> {
    if number_of(list, methods).is_some() {
        return Err("another route already answers the same requests".to_owned());
    }
    list.push((methods.clone(), number));
    Ok(())
}

impl<S> std::fmt::Debug for Table<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let routes = self.routes.iter().map(|route| format!("{} {}", route.methods, route.pattern));
        f.debug_list().entries(routes).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{App, TestClient};

    fn ok(_: &(), _: &Request) -> Result<Response> {
        Ok(Response::default())
    }

    fn urls() -> Urls<()> {
        Urls::new()
            .get("/", ok)
            .get("/word/random", ok)
            .get("/word/{word}", ok)
            .post("/word/{word}/note", ok)
            .get("/static/{*path}", ok)
    }

    #[test]
    fn plain_text_wins_over_a_parameter_and_a_parameter_over_the_rest() {
        let table = Table::new(urls());
        let find = |path: &str| table.find(&Method::GET, path.as_bytes());
        assert_eq!(find("/"), Found::Route(0));
        assert_eq!(find("/word/random"), Found::Route(1));
        assert_eq!(find("/word/rand%6Fm"), Found::Route(1));
        assert_eq!(find("/word/and%2For"), Found::Route(2));
        assert_eq!(find("/static/a/b"), Found::Route(4));
        assert_eq!(find("/word"), Found::Nothing);
        assert_eq!(find("/word/"), Found::Nothing);
        assert_eq!(find("/word/a/b"), Found::Nothing);
    }

    #[test]
    fn plain_text_that_leads_to_no_route_gives_way_to_a_parameter() {
        let table = Table::new(urls());
        assert_eq!(table.find(&Method::POST, b"/word/random/note"), Found::Route(3));
    }

    #[test]
    fn another_method_is_told_from_no_route() {
        let table = Table::new(urls());
        assert_eq!(table.find(&Method::HEAD, b"/"), Found::Route(0));
        assert_eq!(table.find(&Method::POST, b"/"), Found::WrongMethod);
        assert_eq!(table.allowed(b"/word/x"), [Method::GET, Method::HEAD, Method::OPTIONS]);
        assert_eq!(table.allowed(b"/word/x/note"), [Method::OPTIONS, Method::POST]);
    }

    #[test]
    fn all_mistakes_in_the_table_are_reported_and_name_the_route() {
        let nested = Urls::new().get("a", ok);
        let table = Table::new(
            urls()
                .get("/word/{other}", ok)
                .get("x", ok)
                .get("/{*a}/b", ok)
                .get("/a{b}", ok)
                .get("/{a}/{a}", ok)
                .get("/n", ok)
                .named("n")
                .get("/m", ok)
                .named("n")
                .fallback(ok)
                .fallback(ok)
                .nest("no-slash/", nested),
        );
        let mistakes = table.mistakes().join("\n");
        assert_eq!(table.mistakes().len(), 9, "{mistakes}");
        for part in [
            "GET /word/{other}: another route",
            "GET x: a pattern begins with /",
            "GET /{a}/{a}: two parameters have the name a",
            "GET /m: the name \"n\" belongs to /n already",
            "fallback /{*path}: the table has two fallbacks",
        ] {
            assert!(mistakes.contains(part), "{part} in {mistakes}");
        }
    }

    /// A handler that answers with its name and the parameter `id`, if it has one.
    fn named(name: &'static str) -> impl Handler<()> {
        move |_: &(), request: &Request| {
            let id = request.param("id").unwrap_or_default();
            Ok(Response::text(format!("{name} {id} {}", request.pattern())))
        }
    }

    #[track_caller]
    fn answers(urls: Urls<()>, asked: &[(Method, &str, u16, &str)]) {
        let app = App::new(()).urls(urls);
        let client = TestClient::new(&app);
        for (method, path, status, text) in asked {
            let answer = client.request(method.clone(), path).send();
            let place = answer.field("Location").unwrap_or_default().to_owned();
            assert_eq!(answer.status().as_u16(), *status, "{method} {path}");
            let is_answer = answer.text() == *text || place == *text || *status >= 400;
            assert!(is_answer, "{method} {path}: {} {place}", answer.text());
        }
    }

    #[test]
    fn a_nested_table_lies_below_its_prefix() {
        let entries =
            Urls::new().get("/", named("list")).get("/{id}", named("show")).delete("/{id}", ok);
        answers(
            Urls::new().nest("/a/entries", entries).get("/", named("home")),
            &[
                (Method::GET, "/", 200, "home  /"),
                (Method::GET, "/a/entries", 200, "list  /a/entries"),
                (Method::GET, "/a/entries/7", 200, "show 7 /a/entries/{id}"),
                (Method::DELETE, "/a/entries/7", 200, ""),
                (Method::PUT, "/a/entries/7", 405, ""),
                (Method::GET, "/a/entries/", 404, ""),
                (Method::GET, "/a", 404, ""),
            ],
        );
    }

    #[test]
    fn a_route_of_any_method_leaves_others_theirs() {
        let urls = Urls::new()
            .any("/{id}", named("any"))
            .put("/{id}", named("put"))
            .get("/g", named("get"))
            .head("/g", named("head"));
        let table = Table::new(urls);
        assert_eq!(table.find(&Method::POST, b"/x"), Found::Route(0));
        assert_eq!(table.find(&Method::PUT, b"/x"), Found::Route(1));
        assert_eq!(table.find(&Method::HEAD, b"/g"), Found::Route(3));
        assert_eq!(table.find(&Method::POST, b"/g"), Found::Route(0));
    }

    #[test]
    fn a_fallback_answers_its_subtree_and_no_wrong_method() {
        let inner = Urls::new().get("/known", named("known")).fallback(named("inner"));
        answers(
            Urls::new().nest("/app", inner).get("/x/{id}", ok).fallback(named("outer")),
            &[
                (Method::GET, "/app/known", 200, "known  /app/known"),
                (Method::GET, "/app/other/deep", 200, "inner  /app/{*path}"),
                (Method::GET, "/app", 200, "inner  /app/{*path}"),
                (Method::POST, "/app/known", 405, ""),
                (Method::GET, "/elsewhere", 200, "outer  /{*path}"),
                (Method::POST, "/x/1", 405, ""),
            ],
        );
    }

    #[test]
    fn a_slash_at_the_end_is_strict_redirected_or_ignored() {
        let urls = || Urls::new().get("/a/{id}", named("a")).get("/b/", named("b"));
        answers(urls(), &[(Method::GET, "/a/1/", 404, ""), (Method::GET, "/b", 404, "")]);
        answers(
            urls().slashes(Slashes::Redirect),
            &[
                (Method::GET, "/a/1/?q=1", 308, "/a/1?q=1"),
                (Method::GET, "/b", 308, "/b/"),
                (Method::POST, "/b", 405, ""),
                (Method::GET, "/c", 404, ""),
            ],
        );
        answers(
            urls().slashes(Slashes::Ignore),
            &[(Method::GET, "/a/1/", 200, "a 1 /a/{id}"), (Method::GET, "/b", 200, "b  /b/")],
        );
    }

    #[test]
    fn a_slash_redirect_never_leads_to_another_host() {
        let urls = Urls::new().get("/{a}", ok).get("//evil.example/x", ok);
        answers(urls.slashes(Slashes::Redirect), &[(Method::GET, "//evil.example/x/", 404, "")]);
    }

    #[test]
    fn layers_wrap_their_group_their_route_and_nothing_else() {
        fn mark(
            name: &'static str,
        ) -> impl Fn(&(), &Request, crate::Next<'_, ()>) -> Response + Send + Sync + 'static
        {
            move |_: &(), request: &Request, next: crate::Next<'_, ()>| {
                let inner = next.run(request);
                let text = String::from_utf8_lossy(inner.body().as_bytes().unwrap()).into_owned();
                inner.with_body(format!("{name}({text})").into())
            }
        }
        fn x(_: &(), _: &Request) -> Result<Response> {
            Ok(Response::text("x"))
        }
        let group = Urls::new()
            .wrap(mark("group"))
            .get("/1", x)
            .wrap_route(mark("route"))
            .get("/2", x)
            .wrap(mark("inner"));
        let app = App::new(()).wrap(mark("app")).urls(Urls::new().nest("/g", group).get("/3", x));
        let client = TestClient::new(&app);
        assert_eq!(client.get("/g/1").send().text(), "app(group(inner(route(x))))");
        assert_eq!(client.get("/g/2").send().text(), "app(group(inner(x)))");
        assert_eq!(client.get("/3").send().text(), "app(x)");
    }
}
