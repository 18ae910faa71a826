//! The table of URLs as an app declares it: methods, patterns, handlers, and the layers, limits and
//! names of groups and routes. [`Table`](super::table::Table) is built from it.

use std::{borrow::Cow, sync::Arc, time::Duration};

use http::Method;

use super::head_check::HeadCheck;
use crate::{Handler, Middleware, Request, StaticFiles, pace::Pace};

/// The table of URLs of an app. If it has mistakes, the server reports all of them and does not
/// start.
///
/// # Patterns
/// A pattern begins with `/` and consists of segments: plain text, `{name}` for exactly one
/// non-empty segment (an encoded slash in it is not a separator), and as the last one `{*name}` for
/// the rest of the path. At each segment plain text wins over `{name}` and `{name}` over `{*name}`;
/// if the more specific choice leads to no route, the next one is tried. Text is compared after
/// percent-decoding. The order of the routes does not matter.
///
/// # Groups
/// [`nest`](Urls::nest) puts a table below a prefix. [`wrap`](Urls::wrap),
/// [`default_body_limit`](Urls::default_body_limit),
/// [`default_time_limit`](Urls::default_time_limit), [`all_blocking`](Urls::all_blocking) and
/// [`slashes`](Urls::slashes) apply to a whole table. [`named`](Urls::named),
/// [`blocking`](Urls::blocking), [`blocking_if`](Urls::blocking_if), [`quick`](Urls::quick),
/// [`body_limit`](Urls::body_limit), [`check_head`](Urls::check_head),
/// [`time_limit`](Urls::time_limit) and [`wrap_route`](Urls::wrap_route) apply to the route that
/// was added last.
///
/// ```
/// use webframe::{App, Request, Response, Result, TestClient, Urls};
///
/// fn show(_: &(), request: &Request) -> Result<Response> {
///     let id: u64 = request.param_as("id")?;
///     Ok(Response::text(request.url("entry", [id + 1])?))
/// }
///
/// let entries = Urls::new().get("/{id}", show).named("entry");
/// let app = App::new(()).urls(Urls::new().nest("/entries", entries));
/// assert_eq!(TestClient::new(&app).get("/entries/7").send().text(), "/entries/8");
/// ```
#[must_use = "methods return the changed table: `urls = urls.get(..)`"]
pub struct Urls<S> {
    pub(super) routes: Vec<Route<S>>,
    pub(super) slashes: Slashes,
    /// Mistakes that cannot be found in the finished table.
    pub(super) mistakes: Vec<String>,
    layers: Vec<Arc<dyn Middleware<S>>>,
    body_bytes_max: Option<u64>,
    time_limit: Option<Duration>,
}

/// How to answer a path that matches no route, but would match with one slash more or less at its
/// end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Slashes {
    /// 404: the two paths are different.
    #[default]
    Strict,
    /// 308 to the path that matches.
    Redirect,
    /// The route answers both paths.
    Ignore,
}

/// A route, or the fallback of a subtree.
pub(crate) struct Route<S> {
    pub(crate) methods: Methods,
    pub(crate) pattern: Cow<'static, str>,
    pub(crate) name: Option<Cow<'static, str>>,
    pub(crate) handler: Box<dyn Handler<S>>,
    /// Whether the handler is called in the shard, because it is quick, or on a worker.
    pub(crate) pace: Pace,
    /// If it returns `true` for a request, the handler blocks. For other requests `pace` decides.
    pub(crate) blocking_if: Option<fn(&Request) -> bool>,
    pub(crate) body_bytes_max: Option<u64>,
    pub(crate) time_limit: Option<Duration>,
    pub(crate) head_check: Option<Box<HeadCheck<S>>>,
    /// From the outermost to the innermost.
    pub(crate) layers: Vec<Arc<dyn Middleware<S>>>,
}

/// The methods that a route answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Methods {
    One(Method),
    Any,
    /// Every path at or below the pattern that no route matches.
    Fallback,
}

impl<S> Default for Urls<S> {
    fn default() -> Urls<S> {
        Urls {
            routes: Vec::new(),
            slashes: Slashes::Strict,
            mistakes: Vec::new(),
            layers: Vec::new(),
            body_bytes_max: None,
            time_limit: None,
        }
    }
}

impl<S> Urls<S> {
    /// An empty table.
    pub fn new() -> Urls<S> {
        Urls::default()
    }

    /// Adds a route for GET. If the pattern has no route for HEAD, this route answers HEAD too, and
    /// the response is sent without its body.
    pub fn get(self, pattern: impl Into<Cow<'static, str>>, handler: impl Handler<S>) -> Urls<S> {
        self.on(&Method::GET, pattern, handler)
    }

    /// Adds a route for HEAD only, for a resource with an expensive body.
    pub fn head(self, pattern: impl Into<Cow<'static, str>>, handler: impl Handler<S>) -> Urls<S> {
        self.on(&Method::HEAD, pattern, handler)
    }

    /// Adds a route for POST.
    pub fn post(self, pattern: impl Into<Cow<'static, str>>, handler: impl Handler<S>) -> Urls<S> {
        self.on(&Method::POST, pattern, handler)
    }

    /// Adds a route for PUT.
    pub fn put(self, pattern: impl Into<Cow<'static, str>>, handler: impl Handler<S>) -> Urls<S> {
        self.on(&Method::PUT, pattern, handler)
    }

    /// Adds a route for PATCH.
    pub fn patch(self, pattern: impl Into<Cow<'static, str>>, handler: impl Handler<S>) -> Urls<S> {
        self.on(&Method::PATCH, pattern, handler)
    }

    /// Adds a route for DELETE.
    pub fn delete(
        self,
        pattern: impl Into<Cow<'static, str>>,
        handler: impl Handler<S>,
    ) -> Urls<S> {
        self.on(&Method::DELETE, pattern, handler)
    }

    /// Adds a route for OPTIONS. Without one OPTIONS is answered with 204 and `Allow`.
    pub fn options(
        self,
        pattern: impl Into<Cow<'static, str>>,
        handler: impl Handler<S>,
    ) -> Urls<S> {
        self.on(&Method::OPTIONS, pattern, handler)
    }

    /// Adds a route for every method that has no route of its own at this pattern.
    pub fn any(self, pattern: impl Into<Cow<'static, str>>, handler: impl Handler<S>) -> Urls<S> {
        self.add(Methods::Any, pattern.into(), handler)
    }

    /// Adds a route for a method of any name.
    pub fn on(
        self,
        method: &Method,
        pattern: impl Into<Cow<'static, str>>,
        handler: impl Handler<S>,
    ) -> Urls<S> {
        self.add(Methods::One(method.clone()), pattern.into(), handler)
    }

    /// Answers every path of this table that no route matches, for example with the page of an
    /// application that routes in the browser. A path that has a route for another method is still
    /// a 405. The parameter `path` is the rest of the path.
    pub fn fallback(self, handler: impl Handler<S>) -> Urls<S> {
        self.add(Methods::Fallback, Cow::Borrowed("/{*path}"), handler)
    }

    /// Serves the files of a directory for GET below a prefix such as `/static`; `/` serves them
    /// at the root. A directory that cannot be read is a mistake of the table.
    pub fn files(mut self, prefix: &str, files: StaticFiles) -> Urls<S> {
        let pattern = format!("{}/{{*path}}", prefix.strip_suffix('/').unwrap_or(prefix));
        if let Some(mistake) = files.mistake() {
            self.mistakes.push(format!("files {prefix}: {mistake}"));
        }
        self.get(pattern, move |_, request| files.answer(request))
    }

    /// Adds the routes of another table below a prefix such as `/admin` or `/users/{user}`. The
    /// pattern `/` of that table becomes the prefix itself. The routes keep the layers and limits
    /// of that table.
    pub fn nest(mut self, prefix: &str, urls: Urls<S>) -> Urls<S> {
        if prefix.starts_with('/') && !prefix.ends_with('/') {
            return self.append(prefix, urls);
        }
        self.mistakes.push(format!("nest {prefix:?}: a prefix begins with / and ends without"));
        // The routes are added below the corrected prefix, so that only this mistake is reported.
        match prefix.trim_matches('/') {
            "" => self.append("", urls),
            prefix => self.append(&format!("/{prefix}"), urls),
        }
    }

    /// Adds the routes of another table, which keep their layers and limits.
    pub fn merge(self, urls: Urls<S>) -> Urls<S> {
        self.append("", urls)
    }

    /// Puts a layer around all routes of this table, including those added later. The first layer
    /// is the outermost one, and all of them are inside the app's. They do not see requests without
    /// a route; the app's layers do.
    pub fn wrap(mut self, layer: impl Middleware<S>) -> Urls<S> {
        self.layers.push(Arc::new(layer));
        self
    }

    /// Limits, in bytes, the request body for those routes of this table that have no limit of
    /// their own. If unset, [`Limits::body_bytes_max`](crate::Limits::body_bytes_max) applies.
    pub fn default_body_limit(mut self, bytes_max: u64) -> Urls<S> {
        self.body_bytes_max = Some(bytes_max);
        self
    }

    /// Sets the [`time_limit`](Urls::time_limit) of those routes of this table that have none of
    /// their own.
    pub fn default_time_limit(mut self, time: Duration) -> Urls<S> {
        self.time_limit = Some(time);
        self
    }

    /// Marks all routes added so far as [`blocking`](Urls::blocking), unless they are already
    /// marked.
    pub fn all_blocking(mut self) -> Urls<S> {
        for route in self.routes.iter_mut().filter(|route| !route.pace.is_marked()) {
            route.pace = Pace::blocking();
        }
        self
    }

    /// Sets how to answer a path with a slash too many or too few at its end. It applies to the
    /// whole app; set it on the outermost table.
    pub fn slashes(mut self, slashes: Slashes) -> Urls<S> {
        self.slashes = slashes;
        self
    }

    fn add(
        mut self,
        methods: Methods,
        pattern: Cow<'static, str>,
        handler: impl Handler<S>,
    ) -> Urls<S> {
        self.routes.push(Route {
            methods,
            pattern,
            name: None,
            handler: Box::new(handler),
            pace: Pace::learned(),
            blocking_if: None,
            body_bytes_max: None,
            time_limit: None,
            head_check: None,
            layers: Vec::new(),
        });
        self
    }

    /// Adds the routes and mistakes of another table below a prefix, which may be empty.
    fn append(mut self, prefix: &str, urls: Urls<S>) -> Urls<S> {
        let mistakes = urls.mistakes.iter().map(|mistake| format!("{prefix}: {mistake}"));
        self.mistakes.extend(mistakes);
        for mut route in urls.into_routes() {
            if !prefix.is_empty() && route.pattern.starts_with('/') {
                route.pattern = below(prefix, &route.pattern);
            } // otherwise the table reports the pattern
            self.routes.push(route);
        }
        self
    }

    /// The routes with the layers and limits of their table.
    pub(super) fn into_routes(self) -> Vec<Route<S>> {
        let layers = self.layers;
        let limit = self.body_bytes_max;
        let time = self.time_limit;
        let mut routes = self.routes;
        for route in &mut routes {
            route.layers.splice(0..0, layers.iter().cloned());
            route.body_bytes_max = route.body_bytes_max.or(limit);
            route.time_limit = route.time_limit.or(time);
            if route.time_limit.is_some() {
                route.pace = Pace::blocking(); // a time limit needs a worker
            }
        }
        routes
    }
}

/// The pattern below a prefix; `/` becomes the prefix itself.
fn below(prefix: &str, pattern: &str) -> Cow<'static, str> {
    match pattern {
        "/" => Cow::Owned(prefix.to_owned()),
        pattern => Cow::Owned(format!("{prefix}{pattern}")),
    }
}

impl std::fmt::Display for Methods {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Methods::One(method) => method.as_str(),
            Methods::Any => "any",
            Methods::Fallback => "fallback",
        })
    }
}

impl<S> std::fmt::Debug for Urls<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let routes = self.routes.iter().map(|route| format!("{} {}", route.methods, route.pattern));
        f.debug_list().entries(routes).finish()
    }
}
