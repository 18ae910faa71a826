//! Handlers: functions from the app's state and a request to a response.

use crate::{Request, Response, Result};

/// The code of a route: any function or closure of this form. It may block.
///
/// ```
/// use webframe::{Request, Response, Result, Urls};
///
/// fn show(greeting: &String, request: &Request) -> Result<Response> {
///     Ok(Response::text(format!("{greeting}, {}", request.param_as::<String>("name")?)))
/// }
///
/// let urls = Urls::new().get("/{name}", show);
/// ```
///
/// A closure in the call need not name the types of its arguments, unless it uses the state: then
/// the table names the type of the state, or the closure does. A closure in a `let` names both.
///
/// ```
/// use webframe::{Request, Response, Urls};
///
/// let urls = Urls::<String>::new().get("/", |greeting, _| Ok(Response::text(greeting.clone())));
/// let urls = Urls::new().get("/", |greeting: &String, _| Ok(Response::text(greeting.clone())));
/// let show = |greeting: &String, _: &Request| Ok(Response::text(greeting.clone()));
/// let urls = Urls::new().get("/", show);
/// ```
///
/// On Linux the thread that calls a handler may have the scheduling class `SCHED_BATCH`. Threads
/// and processes that the handler starts inherit this class.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a handler for an app with the state `{S}`",
    label = "expected `fn(&{S}, &Request) -> webframe::Result<Response>`",
    note = "a route's state is the type that `App::new` was given"
)]
pub trait Handler<S>: Fn(&S, &Request) -> Result<Response> + Send + Sync + 'static {}

// The supertrait lets the compiler infer the argument types of a closure.
impl<S, F> Handler<S> for F where F: Fn(&S, &Request) -> Result<Response> + Send + Sync + 'static {}
