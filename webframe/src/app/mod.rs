//! An app: state, table of URLs, layers and error page; and the path of a request through them.

mod answers;
#[cfg(all(debug_assertions, feature = "templates"))]
mod fault_page;
mod head_check;
mod jobs;
mod mistakes;
mod routes;
mod route_settings;
mod table;

pub(crate) use jobs::RunningJobs;
pub use routes::{Slashes, Urls};

use std::{error::Error as StdError, io, sync::Arc, time::Duration};

use http::{HeaderName, Method};

use self::{
    answers::{default_page, drop_values},
    jobs::Jobs,
    table::{RouteMatch, Table, TableRoute},
};
use crate::{
    Error, Middleware, Refusal, Refused, Request, Response, Result,
    contract::{
        refusal::RefusalPages,
        service::{Endpoint, Service},
    },
    middleware::LoggedTarget,
    pace::Pace,
    panics, report,
    url::Parameters,
};

/// An app answers requests. It has state of any `Send + Sync` type, URLs, layers and an error page.
#[must_use = "an app does nothing until it is run: call `run`, or give it to a `Server`"]
pub struct App<S> {
    state: Arc<S>,
    /// The routes, built from the [`Urls`] that the app declares.
    table: Table<S>,
    layers: Vec<Box<dyn Middleware<S>>>,
    error_page: Box<ErrorPage<S>>,
    error_maps: Vec<Box<ErrorMap>>,
    logged_targets: LoggedTarget,
    /// The answers to requests that the server refuses without calling a handler.
    refusal_pages: RefusalPages,
    /// Prefixes of paths, each with its own answers to refused requests.
    refusal_pages_below: Vec<(String, RefusalPages)>,
    jobs: Jobs<S>,
    method_override: MethodOverride,
    /// Whether answers without a route (404, 405, OPTIONS) are quick or may block: layers and the
    /// error page run for them too.
    unrouted_pace: Pace,
}

/// Whether a POST may override its method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MethodOverride {
    Off,
    On,
}

type ErrorPage<S> = dyn Fn(&S, &Request, &Error) -> Response + Send + Sync;
type ErrorMap = dyn Fn(&Error) -> Option<Error> + Send + Sync;

impl<S: Send + Sync + 'static> App<S> {
    /// An app with this state and no routes.
    pub fn new(state: S) -> App<S> {
        App {
            state: Arc::new(state),
            table: Table::new(Urls::new()),
            layers: Vec::new(),
            error_page: Box::new(|_, request, error| default_page(request, error)),
            error_maps: Vec::new(),
            logged_targets: LoggedTarget::Whole,
            refusal_pages: RefusalPages::default(),
            refusal_pages_below: Vec::new(),
            jobs: Jobs::default(),
            method_override: MethodOverride::Off,
            unrouted_pace: Pace::learned(),
        }
    }

    /// The state, shared.
    pub fn state(&self) -> &Arc<S> {
        &self.state
    }

    /// Adds a layer inside the existing ones. The app's layers see every request that reaches the
    /// app, including those without a route.
    pub fn wrap(mut self, layer: impl Middleware<S>) -> App<S> {
        self.layers.push(Box::new(layer));
        self
    }

    /// Sets the table of URLs.
    pub fn urls(mut self, urls: Urls<S>) -> App<S> {
        self.table = Table::new(urls);
        self
    }

    /// Sets the page for errors. It chooses the status of the response, usually that of the error.
    /// It is called for files that browsers request on their own too, such as `/favicon.ico`. If it
    /// shows messages of the session (`Session::take_flashes`), it should take them only if the
    /// request has a route ([`Request::pattern`]); otherwise they are lost for the next page.
    ///
    /// Without one the page is a line of text. A debug build with the feature `templates` shows
    /// browsers on the same machine the request, the causes and the line of the template for an
    /// error of the server.
    pub fn error_page(
        mut self,
        page: impl Fn(&S, &Request, &Error) -> Response + Send + Sync + 'static,
    ) -> App<S> {
        self.error_page = Box::new(page);
        self
    }

    /// Chooses what the log lines of errors show: the path of the request, or the pattern of its
    /// route (see [`LoggedTarget`]). Default: paths.
    pub fn logged_targets(mut self, targets: LoggedTarget) -> App<S> {
        self.logged_targets = targets;
        self
    }

    /// Maps an error type that handlers return with `?` to another error. Without a map such an
    /// error becomes a 500. The original error is logged as the cause, unless the map returns a
    /// 503.
    ///
    /// ```
    /// use webframe::{App, Error, Request, Response, Result, TestClient, Urls};
    ///
    /// fn parse(_: &(), request: &Request) -> Result<Response> {
    ///     let number: u8 = request.query_string().parse()?;
    ///     Ok(Response::text(number.to_string()))
    /// }
    ///
    /// let app = App::new(())
    ///     .on_error(|_: &std::num::ParseIntError| Error::bad_request("not a number"))
    ///     .urls(Urls::new().get("/", parse));
    /// assert_eq!(TestClient::new(&app).get("/?x").send().status().as_u16(), 400);
    /// ```
    pub fn on_error<E: StdError + 'static>(
        mut self,
        map: impl Fn(&E) -> Error + Send + Sync + 'static,
    ) -> App<S> {
        self.error_maps.push(Box::new(move |error| error.converted_from().map(&map)));
        self
    }

    /// Sets the pages for requests that the server answers without a handler: invalid heads,
    /// time-outs, overload. Each page is made once, now, and has at most 16 KiB; its status is that
    /// of the refusal. No layer wraps them. If a page cannot be made, the app is not served.
    ///
    /// ```
    /// use webframe::{App, Response};
    ///
    /// let app = App::new(()).refusal_page(|_, refusal| Ok(Response::html(refusal.detail())));
    /// ```
    pub fn refusal_page(mut self, page: impl Fn(&S, Refusal) -> Result<Response>) -> App<S> {
        self.refusal_pages = RefusalPages::make(|refusal| page(&self.state, refusal));
        self
    }

    /// Like [`App::refusal_page`], but only for requests whose path begins with `prefix`, such as
    /// those of an API. If the head of a request is invalid, the part of its path that was received
    /// decides.
    ///
    /// ```
    /// use webframe::{App, Response};
    ///
    /// let app = App::new(())
    ///     .refusal_page_below("/api/", |_, refusal| Response::json(&refusal.detail()));
    /// ```
    pub fn refusal_page_below(
        mut self,
        prefix: &str,
        page: impl Fn(&S, Refusal) -> Result<Response>,
    ) -> App<S> {
        let pages = RefusalPages::make(|refusal| page(&self.state, refusal));
        self.refusal_pages_below.push((prefix.to_owned(), pages));
        self
    }

    /// Lets a POST override its method with PUT, PATCH or DELETE, since forms can only send GET and
    /// POST: by the query `_method=DELETE` or the header `X-HTTP-Method-Override`. A route for POST
    /// at the same path wins.
    ///
    /// ```
    /// use webframe::{App, Request, Response, Result, TestClient, Urls};
    ///
    /// fn delete(_: &(), request: &Request) -> Result<Response> {
    ///     Ok(Response::text(format!("{} {}", request.method(), request.param("id")?)))
    /// }
    ///
    /// let app = App::new(()).method_override().urls(Urls::new().delete("/entries/{id}", delete));
    /// let client = TestClient::new(&app);
    /// let answer = client.post("/entries/7?_method=DELETE", &[("a", "b")]).send();
    /// assert_eq!(answer.text(), "DELETE 7");
    /// ```
    pub fn method_override(mut self) -> App<S> {
        self.method_override = MethodOverride::On;
        self
    }

    /// Runs a job every `interval` while the app is served, the first time after one interval. All
    /// jobs share a thread; the next run of a job starts one interval after the last one ended. A
    /// panic is logged. A stopping server waits for the job that is running.
    ///
    /// ```no_run
    /// use std::{sync::atomic::{AtomicU64, Ordering}, time::Duration};
    /// use webframe::{App, Server, ServerSettings};
    ///
    /// let app = App::new(AtomicU64::new(0))
    ///     .every(Duration::from_secs(60), |minutes| drop(minutes.fetch_add(1, Ordering::Relaxed)))
    ///     .on_stop(|minutes| println!("{} minutes", minutes.load(Ordering::Relaxed)));
    /// Server::bind(&ServerSettings::default())?.serve(app)?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn every(mut self, interval: Duration, job: impl Fn(&S) + Send + Sync + 'static) -> App<S> {
        self.jobs.add(interval, Some(interval), job);
        self
    }

    /// Runs a job once, `time` after the server has started.
    pub fn after(mut self, time: Duration, job: impl Fn(&S) + Send + Sync + 'static) -> App<S> {
        self.jobs.add(time, None, job);
        self
    }

    /// Calls a hook when the server has stopped: all requests are answered, and no job is running.
    /// Hooks are called in the order they were added.
    pub fn on_stop(mut self, hook: impl Fn(&S) + Send + Sync + 'static) -> App<S> {
        self.jobs.add_hook(hook);
        self
    }

    /// Starts the jobs. Dropping the returned value ends them.
    pub(crate) fn start_jobs(&mut self) -> io::Result<RunningJobs> {
        std::mem::take(&mut self.jobs).start(&self.state)
    }

    /// The path of the route with this [name](Urls::named). The parameters are in the order of the
    /// pattern (see [`Parameters`]); this method percent-encodes them.
    ///
    /// # Errors
    /// 500: no route has this name, or it has more or fewer parameters.
    pub fn url<K>(&self, name: &str, parameters: impl Parameters<K>) -> Result<String> {
        self.table.names().path(name, parameters)
    }

    /// The routes as lines of text, in the order they were declared: methods, pattern.
    pub fn routes(&self) -> Vec<String> {
        let line = |route: &TableRoute<S>| format!("{:<8} {}", route.methods, route.pattern);
        self.table.routes().iter().filter(|route| !route.pattern.is_empty()).map(line).collect()
    }

    /// If a POST without a route overrides its method (see [`App::method_override`]): sets the new
    /// method and returns the endpoint for it.
    fn find_overridden(&self, request: &mut Request) -> Option<Endpoint> {
        if self.method_override == MethodOverride::Off || *request.method() != Method::POST {
            return None;
        }
        let name = HeaderName::from_static("x-http-method-override");
        let query =
            request.query_string().split('&').find_map(|pair| pair.strip_prefix("_method="));
        let wanted = [Method::PUT, Method::PATCH, Method::DELETE];
        let method = request.field(&name).or(query)?;
        let method = wanted.into_iter().find(|wanted| wanted.as_str() == method)?;
        let RouteMatch::Route(number) = self.table.find(&method, request.head.path_bytes()) else {
            return None;
        };
        request.head.set_method(method);
        Some(Endpoint::Route(number))
    }

    /// The route of an endpoint; `None` if the endpoint is not a route.
    fn route(&self, endpoint: Endpoint) -> Option<&TableRoute<S>> {
        match endpoint {
            Endpoint::Route(number) => self.table.route(number),
            Endpoint::WrongMethod
            | Endpoint::Nothing
            | Endpoint::Refused
            | Endpoint::WholeServer => None,
        }
    }
}

impl<S: Send + Sync + 'static> Service for App<S> {
    fn find(&self, request: &mut Request) -> Endpoint {
        let path = request.head.path_bytes();
        let endpoint = match self.table.find(request.head.method(), path) {
            _ if path == b"*" => Endpoint::WholeServer,
            RouteMatch::Route(number) => Endpoint::Route(number),
            RouteMatch::WrongMethod => {
                self.find_overridden(request).unwrap_or(Endpoint::WrongMethod)
            }
            RouteMatch::Nothing => Endpoint::Nothing,
        };
        request.pattern = self.pattern(endpoint);
        if request.names.is_none() && !self.table.names().is_empty() {
            request.names = Some(Arc::clone(self.table.names()));
        }
        self.run_head_check(endpoint, request)
    }

    fn pattern(&self, endpoint: Endpoint) -> &'static str {
        match endpoint {
            Endpoint::Route(number) => self.table.route(number).map_or("", |route| route.pattern),
            Endpoint::WholeServer => "*",
            Endpoint::WrongMethod | Endpoint::Nothing | Endpoint::Refused => "",
        }
    }

    fn pace(&self, endpoint: Endpoint) -> &Pace {
        self.route(endpoint).map_or(&self.unrouted_pace, |route| &route.pace)
    }

    fn is_declared_blocking(&self, endpoint: Endpoint, request: &Request) -> bool {
        let condition = self.route(endpoint).and_then(|route| route.blocking_if);
        condition.is_some_and(|condition| condition(request))
    }

    fn body_bytes_max(&self, endpoint: Endpoint) -> Option<u64> {
        self.route(endpoint)?.body_bytes_max
    }

    fn time_limit(&self, endpoint: Endpoint) -> Option<Duration> {
        self.route(endpoint)?.time_limit
    }

    fn answer(&self, endpoint: Endpoint, request: &mut Request) -> Response {
        let has_layers = !self.layers.is_empty()
            || self.route(endpoint).is_some_and(|route| !route.layers.is_empty());
        let response = if has_layers {
            self.answer_through_layers(endpoint, request)
        } else {
            self.respond(endpoint, request) // catches panics itself
        };
        drop_values(request);
        response
    }

    fn refuse(&self, refused: &Refused<'_>) -> Response {
        for layer in &self.layers {
            if let Err(panic) = panics::catch(|| layer.refused(&self.state, refused)) {
                report::error(format_args!("a layer's `refused`: {panic}"));
            }
        }
        let mut below = self.refusal_pages_below.iter();
        let pages = below.find(|(prefix, _)| refused.is_below(prefix)).map(|(_, pages)| pages);
        pages.unwrap_or(&self.refusal_pages).response(refused.refusal)
    }
}

impl<S> std::fmt::Debug for App<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("routes", &self.table).finish_non_exhaustive()
    }
}
