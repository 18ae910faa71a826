//! The parameters of a named route, as a caller of `url` lists them.

use std::fmt::Display;

use crate::Result;

/// The values for the parameters of a named route ([`Request::url`](crate::Request::url)): `()` if
/// it has none, an array or another list of values of one type, or a tuple of up to four values.
///
/// `Kind` is the type of the list's values, or [`Tuple`]. The compiler infers it. Without it the
/// implementations for lists and for tuples would conflict.
///
/// ```
/// use webframe::{App, Request, Response, Result, Urls};
///
/// fn page(_: &(), _: &Request) -> Result<Response> {
///     Ok(Response::text("a page"))
/// }
///
/// let urls = Urls::new()
///     .get("/", page).named("home")
///     .get("/users/{id}", page).named("user")
///     .get("/users/{id}/{tab}", page).named("tab");
/// let app = App::new(()).urls(urls);
/// assert_eq!(app.url("home", ())?, "/");
/// assert_eq!(app.url("user", [7])?, "/users/7");
/// assert_eq!(app.url("tab", (7, "about me"))?, "/users/7/about%20me");
/// # Ok::<(), webframe::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of parameters for a route",
    label = "expected `()`, `[a, b]` or `(a, b)`",
    note = "values of one type are an array, a slice or an iterator; values of several types are a \
            tuple of at most four; each value implements `Display`"
)]
pub trait Parameters<Kind>: sealed::Sealed<Kind> {
    /// Calls `take` with each value in order, until it fails.
    #[doc(hidden)]
    fn try_each(self, take: &mut dyn FnMut(&dyn Display) -> Result<()>) -> Result<()>;
}

/// The `Kind` of tuples and of `()` as [`Parameters`].
#[derive(Debug)]
#[non_exhaustive]
pub struct Tuple;

mod sealed {
    /// Only this module implements `Parameters`.
    pub trait Sealed<Kind> {}
}

impl<T: Display, L: IntoIterator<Item = T>> sealed::Sealed<T> for L {}

impl<T: Display, L: IntoIterator<Item = T>> Parameters<T> for L {
    fn try_each(self, take: &mut dyn FnMut(&dyn Display) -> Result<()>) -> Result<()> {
        self.into_iter().try_for_each(|value| take(&value))
    }
}

impl sealed::Sealed<Tuple> for () {}

impl Parameters<Tuple> for () {
    fn try_each(self, _: &mut dyn FnMut(&dyn Display) -> Result<()>) -> Result<()> {
        Ok(())
    }
}

impl<A: Display> sealed::Sealed<Tuple> for (A,) {}

impl<A: Display> Parameters<Tuple> for (A,) {
    fn try_each(self, take: &mut dyn FnMut(&dyn Display) -> Result<()>) -> Result<()> {
        take(&self.0)
    }
}

impl<A: Display, B: Display> sealed::Sealed<Tuple> for (A, B) {}

impl<A: Display, B: Display> Parameters<Tuple> for (A, B) {
    fn try_each(self, take: &mut dyn FnMut(&dyn Display) -> Result<()>) -> Result<()> {
        take(&self.0)?;
        take(&self.1)
    }
}

impl<A: Display, B: Display, C: Display> sealed::Sealed<Tuple> for (A, B, C) {}

impl<A: Display, B: Display, C: Display> Parameters<Tuple> for (A, B, C) {
    fn try_each(self, take: &mut dyn FnMut(&dyn Display) -> Result<()>) -> Result<()> {
        (self.0, self.1).try_each(take)?;
        take(&self.2)
    }
}

impl<A: Display, B: Display, C: Display, D: Display> sealed::Sealed<Tuple> for (A, B, C, D) {}

impl<A: Display, B: Display, C: Display, D: Display> Parameters<Tuple> for (A, B, C, D) {
    fn try_each(self, take: &mut dyn FnMut(&dyn Display) -> Result<()>) -> Result<()> {
        (self.0, self.1, self.2).try_each(take)?;
        take(&self.3)
    }
}
