//! The finished table of URLs: finds the number (the index) of a route by method and path.

mod tree;

use std::{sync::Arc, time::Duration};

use http::Method;

use self::tree::{Mistake, Node, choose};
use super::{
    head_check::HeadCheck,
    routes::{Methods, Route, Slashes, Urls},
};
use crate::{
    Error, Handler, Middleware, Request, Response, Result,
    pace::Pace,
    url::{names::Names, pattern::check_parameters},
};

/// The routes of an app in one tree; groups are flattened into it.
pub(crate) struct Table<S> {
    routes: Vec<TableRoute<S>>,
    /// The routes without parameters, by the length of the path. Most requests match one of them.
    fixed: Vec<Vec<FixedRoute>>,
    root: Node,
    /// The patterns by the names of their routes, for [`Request::url`].
    names: Arc<Names>,
    slashes: Slashes,
    /// With [`Slashes::Redirect`]: the number of the route that redirects to the other path.
    slash_redirect: u32,
    mistakes: Vec<String>,
}

/// A route for one method and one path, since its pattern has no parameters.
struct FixedRoute {
    path: &'static [u8],
    method: Method,
    number: u32,
}

/// A route in the table.
pub(crate) struct TableRoute<S> {
    pub(crate) methods: Methods,
    pub(crate) pattern: &'static str,
    pub(crate) handler: Box<dyn Handler<S>>,
    /// Whether the handler is called in the shard, because it is quick, or on a worker.
    pub(crate) pace: Pace,
    /// If it returns `true` for a request, the handler blocks. For other requests `pace` decides.
    pub(crate) blocking_if: Option<fn(&Request) -> bool>,
    /// `None`: the limit of the server applies.
    pub(crate) body_bytes_max: Option<u64>,
    pub(crate) time_limit: Option<Duration>,
    /// May refuse a request before its body is read.
    pub(crate) head_check: Option<Box<HeadCheck<S>>>,
    /// From the outermost to the innermost.
    pub(crate) layers: Vec<Arc<dyn Middleware<S>>>,
}

/// The result of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RouteMatch {
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
            slash_redirect: u32::MAX, // no route, until it is added below
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
                handler: Box::new(|_, request| redirect_slash(request)),
                pace: Pace::quick(),
                blocking_if: None,
                body_bytes_max: None,
                time_limit: None,
                // Redirects before the body is read, so that no body is stored, or refused for its
                // size.
                head_check: Some(Box::new(|_, request| {
                    Err(redirect_slash(request).map_or_else(|error| error, Error::response))
                })),
                layers: Vec::new(),
            });
        }
        table
    }

    fn insert(&mut self, route: Route<S>, names: &mut Names) {
        let number = self.next_number();
        // Leaked, since requests refer to it. A table exists as long as its server.
        let pattern: &'static str = match route.pattern {
            std::borrow::Cow::Borrowed(pattern) => pattern,
            std::borrow::Cow::Owned(pattern) => pattern.leak(),
        };
        let mut inserted = check_parameters(pattern)
            .and_then(|()| self.insert_into_tree(&route.methods, pattern, number));
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
            let fixed = FixedRoute { path: pattern.as_bytes(), method: method.clone(), number };
            self.fixed[length].push(fixed);
        }
        self.routes.push(TableRoute {
            methods: route.methods,
            pattern,
            handler: route.handler,
            pace: route.pace,
            blocking_if: route.blocking_if,
            body_bytes_max: route.body_bytes_max,
            time_limit: route.time_limit,
            head_check: route.head_check,
            layers: route.layers,
        });
    }

    fn insert_into_tree(
        &mut self,
        methods: &Methods,
        pattern: &'static str,
        number: u32,
    ) -> Result<(), String> {
        self.root.insert(methods, pattern, number).map_err(|mistake| match mistake {
            Mistake::Pattern(text) => text,
            Mistake::Taken(other) => {
                let other = self.route(other).map_or("another route", |route| route.pattern);
                format!("{methods} {other} already answers the same requests")
            }
        })
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

    /// The route for a method and a path, which is still percent-encoded.
    pub(crate) fn find(&self, method: &Method, path: &[u8]) -> RouteMatch {
        if let Some(number) = self.find_fixed(method, path) {
            return RouteMatch::Route(number);
        }
        match self.find_pattern(method, path) {
            RouteMatch::Nothing => self.find_slash_variant_or_fallback(method, path),
            found => found,
        }
    }

    /// The route without parameters for this method and path. No other pattern is more specific.
    fn find_fixed(&self, method: &Method, path: &[u8]) -> Option<u32> {
        let same_length = self.fixed.get(path.len())?;
        let found = |wanted: &Method| {
            let is_it = |fixed: &&FixedRoute| fixed.path == path && fixed.method == *wanted;
            same_length.iter().find(is_it).map(|fixed| fixed.number)
        };
        if method == Method::HEAD {
            return found(method).or_else(|| found(&Method::GET));
        }
        found(method)
    }

    /// The route of the most specific pattern that matches the path and has a route for the method.
    fn find_pattern(&self, method: &Method, path: &[u8]) -> RouteMatch {
        let below = path.strip_prefix(b"/").unwrap_or(path);
        if let Some(number) = self.root.find(Some(below), &mut |methods| choose(methods, method)) {
            return RouteMatch::Route(number);
        }
        let mut has_routes = false;
        self.root.find(Some(below), &mut |methods| {
            has_routes |= !methods.is_empty();
            None
        });
        if has_routes { RouteMatch::WrongMethod } else { RouteMatch::Nothing }
    }

    /// The route for a path that matches no pattern. If a pattern matches the path with one slash
    /// more or less at its end, [`Slashes`] chooses between the route of that pattern, the redirect
    /// and 404. Otherwise the fallback answers, if there is one.
    fn find_slash_variant_or_fallback(&self, method: &Method, path: &[u8]) -> RouteMatch {
        // A redirect to a path with an empty first segment would lead to another host.
        if self.slashes != Slashes::Strict && !path.starts_with(b"//") {
            let other = toggle_slash(path);
            match (self.find_pattern(method, &other), self.slashes) {
                (RouteMatch::Nothing, _) => {}
                (RouteMatch::Route(_), Slashes::Redirect) => {
                    return RouteMatch::Route(self.slash_redirect);
                }
                (found, _) => return found,
            }
        }
        let below = path.strip_prefix(b"/").unwrap_or(path);
        self.root.find_fallback(Some(below)).map_or(RouteMatch::Nothing, RouteMatch::Route)
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

    /// Whether any path has a route for this method. If not, a method that is not a standard one
    /// is answered with 501 instead of 405.
    pub(crate) fn has_route_for(&self, method: &Method) -> bool {
        self.routes.iter().any(|route| route.methods == Methods::One(method.clone()))
    }
}

/// Removes the slash at the end of a path, or adds one; `/` becomes `//`.
fn toggle_slash(path: &[u8]) -> Vec<u8> {
    match path.strip_suffix(b"/") {
        Some(shorter) if !shorter.is_empty() => shorter.to_vec(),
        _ => [path, b"/"].concat(),
    }
}

/// Redirects to the same path with one slash more or less at its end.
fn redirect_slash(request: &Request) -> Result<Response> {
    let other = toggle_slash(request.path().as_bytes());
    let mut location = String::from_utf8(other).map_err(|_| Error::not_found(""))?;
    if !request.query_string().is_empty() {
        location = format!("{location}?{}", request.query_string());
    }
    Response::permanent_redirect(&location)
}

impl<S> std::fmt::Debug for Table<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let routes = self.routes.iter().map(|route| format!("{} {}", route.methods, route.pattern));
        f.debug_list().entries(routes).finish()
    }
}

#[cfg(test)]
mod tests;
